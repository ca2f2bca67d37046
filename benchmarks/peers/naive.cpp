// The recurrent network that one writes first in Eigen: a matrix and a bias a gate, std::exp and std::tanh an
// element, heap temporaries. It learns by running the window again with the weights of today, then back.

#include "../contender.hpp"

#include <Eigen/Core>

#include <array>
#include <cmath>
#include <deque>
#include <memory>

namespace {

using namespace bench;

template <class T>
using Matrix = Eigen::Matrix<T, Eigen::Dynamic, Eigen::Dynamic>;
template <class T>
using Vector = Eigen::Matrix<T, Eigen::Dynamic, 1>;

template <class T>
Vector<T> sigma(const Vector<T>& a) {
  return a.unaryExpr([](T v) { return 1 / (1 + std::exp(-v)); });
}

template <class T>
Vector<T> tanh(const Vector<T>& a) {
  return a.unaryExpr([](T v) { return std::tanh(v); });
}

template <class T>
struct Gate {
  Matrix<T> from_x, from_h;
  Vector<T> bias;

  Gate(const Weights<T>& weights, int index) {
    const int rows = weights.gates * weights.hidden, first = index * weights.hidden;
    from_x = Eigen::Map<const Matrix<T>>(weights.from_input.data(), rows, weights.inputs)
                 .middleRows(first, weights.hidden);
    from_h = Eigen::Map<const Matrix<T>>(weights.from_hidden.data(), rows, weights.hidden)
                 .middleRows(first, weights.hidden);
    bias = Eigen::Map<const Vector<T>>(weights.bias.data(), rows).segment(first, weights.hidden);
  }

  Vector<T> operator()(const Vector<T>& x, const Vector<T>& h) const {
    return from_x * x + from_h * h + bias;
  }
};

template <class T>
struct ReadOut {
  Matrix<T> weight;
  Vector<T> bias;

  explicit ReadOut(const Weights<T>& weights)
      : weight(Eigen::Map<const Matrix<T>>(weights.read_out.data(), 1, weights.hidden)),
        bias(Eigen::Map<const Vector<T>>(weights.read_out_bias.data(), 1)) {}

  Vector<T> operator()(const Vector<T>& h) const { return weight * h + bias; }
};

template <class T>
struct Rnn {
  explicit Rnn(const Weights<T>& weights)
      : gate(weights, 0), read_out(weights), h(Vector<T>::Zero(weights.hidden)) {}

  Vector<T> step(const Vector<T>& x) {
    h = tanh<T>(gate(x, h));
    return read_out(h);
  }

  Gate<T> gate;
  ReadOut<T> read_out;
  Vector<T> h;
};

template <class T>
struct Gru {
  Gru(const Weights<T>& weights, bool after)
      : reset_after(after),
        r(weights, 0),
        z(weights, 1),
        n(weights, 2),
        read_out(weights),
        bias_hn(Eigen::Map<const Vector<T>>(weights.bias_hn.data(), after ? weights.hidden : 0)),
        h(Vector<T>::Zero(weights.hidden)) {}

  Vector<T> step(const Vector<T>& x) {
    const Vector<T> reset = sigma<T>(r(x, h)), update = sigma<T>(z(x, h));
    Vector<T> candidate;
    if (reset_after) {
      candidate = tanh<T>(n.from_x * x + n.bias + reset.cwiseProduct(n.from_h * h + bias_hn));
    } else {
      candidate = tanh<T>(n(x, reset.cwiseProduct(h)));
    }
    h = (Vector<T>::Ones(h.size()) - update).cwiseProduct(h) + update.cwiseProduct(candidate);
    return read_out(h);
  }

  bool reset_after;
  Gate<T> r, z, n;
  ReadOut<T> read_out;
  Vector<T> bias_hn, h;
};

template <class T>
struct Adam {
  Matrix<T> m, v;

  void update(Matrix<T>& w, const Matrix<T>& g, int step) {
    const T rate = T(learning_rate(Rule::adam));
    if (m.size() == 0) {
      m = v = Matrix<T>::Zero(g.rows(), g.cols());
    }
    m = T(0.9) * m + T(0.1) * g;
    v = T(0.999) * v + T(0.001) * g.cwiseProduct(g);
    const Matrix<T> m_hat = m / T(1 - std::pow(0.9, step)), v_hat = v / T(1 - std::pow(0.999, step));
    w -= rate * m_hat.cwiseQuotient(v_hat.cwiseSqrt() + Matrix<T>::Constant(g.rows(), g.cols(), T(1e-8)));
  }
};

template <class T>
struct Lstm {
  explicit Lstm(const Weights<T>& weights)
      : gates{Gate<T>(weights, 0), Gate<T>(weights, 1), Gate<T>(weights, 2), Gate<T>(weights, 3)},
        read_out(weights),
        state{Vector<T>::Zero(weights.hidden), Vector<T>::Zero(weights.hidden)} {}

  struct State {
    Vector<T> h, c;
  };
  struct Step {
    Vector<T> x;
    State before;
    std::array<Vector<T>, 4> gates;  // i, f, g, o
    State after;
  };

  Step forward(const Vector<T>& x, const State& before) const {
    const auto& [i, f, g, o] = gates;
    Step step{x,
              before,
              {sigma<T>(i(x, before.h)), sigma<T>(f(x, before.h)), tanh<T>(g(x, before.h)),
               sigma<T>(o(x, before.h))},
              {}};
    step.after.c = step.gates[1].cwiseProduct(before.c) + step.gates[0].cwiseProduct(step.gates[2]);
    step.after.h = step.gates[3].cwiseProduct(tanh<T>(step.after.c));
    return step;
  }

  Vector<T> step(const Vector<T>& x) {
    state = forward(x, state).after;
    return read_out(state.h);
  }

  void reset() {
    inputs.clear();
    state.h.setZero();
    state.c.setZero();
  }

  /// Learns from the newest error alone, sent back through the last `window` steps.
  T fit(const Vector<T>& x, T y, int window, bool adam) {
    inputs.push_back(x);
    if (static_cast<int>(inputs.size()) > window) {
      inputs.pop_front();
      state = second;  // the oldest step has left the window: begin after it
    }
    std::vector<Step> steps;
    for (const Vector<T>& input : inputs) {
      steps.push_back(forward(input, steps.empty() ? state : steps.back().after));
    }
    second = steps.front().after;
    const T prediction = read_out(steps.back().after.h)(0), error = 2 * (prediction - y);
    if (std::isnan(y)) {
      return prediction;
    }

    const Matrix<T> d_read_out = error * steps.back().after.h.transpose();
    Vector<T> dh = error * read_out.weight.transpose(), dc = Vector<T>::Zero(dh.size());
    std::array<Matrix<T>, 4> d_from_x, d_from_h, d_bias;
    for (std::size_t k = 0; k < 4; ++k) {
      d_from_x[k] = Matrix<T>::Zero(gates[k].from_x.rows(), gates[k].from_x.cols());
      d_from_h[k] = Matrix<T>::Zero(gates[k].from_h.rows(), gates[k].from_h.cols());
      d_bias[k] = Matrix<T>::Zero(gates[k].bias.rows(), 1);
    }
    const Vector<T> one = Vector<T>::Ones(dh.size());
    for (auto step = steps.rbegin(); step != steps.rend(); ++step) {
      const auto& [i, f, g, o] = step->gates;
      const Vector<T> tanh_c = tanh<T>(step->after.c);
      dc += dh.cwiseProduct(o).cwiseProduct(one - tanh_c.cwiseProduct(tanh_c));
      const std::array<Vector<T>, 4> delta = {
          dc.cwiseProduct(g).cwiseProduct(i).cwiseProduct(one - i),
          dc.cwiseProduct(step->before.c).cwiseProduct(f).cwiseProduct(one - f),
          dc.cwiseProduct(i).cwiseProduct(one - g.cwiseProduct(g)),
          dh.cwiseProduct(tanh_c).cwiseProduct(o).cwiseProduct(one - o)};
      dc = dc.cwiseProduct(f).eval();
      dh.setZero();
      for (std::size_t k = 0; k < 4; ++k) {
        d_from_x[k] += delta[k] * step->x.transpose();
        d_from_h[k] += delta[k] * step->before.h.transpose();
        d_bias[k] += delta[k];
        dh += gates[k].from_h.transpose() * delta[k];
      }
    }

    ++updates;
    const auto update = [&](auto& w, const Matrix<T>& g, Adam<T>& adam_of_w) {
      Matrix<T> changed = w;
      if (adam) {
        adam_of_w.update(changed, g, updates);
      } else {
        changed -= T(learning_rate(Rule::sgd)) * g;
      }
      w = changed;
    };
    for (std::size_t k = 0; k < 4; ++k) {
      update(gates[k].from_x, d_from_x[k], moments[3 * k]);
      update(gates[k].from_h, d_from_h[k], moments[3 * k + 1]);
      update(gates[k].bias, d_bias[k], moments[3 * k + 2]);
    }
    update(read_out.weight, d_read_out, moments[12]);
    update(read_out.bias, Matrix<T>::Constant(1, 1, error), moments[13]);
    return prediction;
  }

  std::array<Gate<T>, 4> gates;  // i, f, g, o
  ReadOut<T> read_out;
  State state, second;  // before the window, and after its first step
  std::deque<Vector<T>> inputs;
  std::array<Adam<T>, 14> moments;
  int updates = 0;
};

template <class T, class Network>
Runner<T> stepping(Network network) {
  return [network](const Samples<T>& samples, T* predictions) mutable {
    for (int k = 0; k < samples.count; ++k) {
      const Vector<T> x = Eigen::Map<const Vector<T>>(samples.x + k * samples.inputs, samples.inputs);
      predictions[k] = network.step(x)(0);
    }
  };
}

template <class T>
Runner<T> make(const Case& c, const Weights<T>& weights) {
  if (c.streams > 0 || c.verb == Verb::predict) {
    return {};
  }
  if (c.verb == Verb::fit) {
    if (c.cell != Cell::lstm || c.stride > 1 || c.rehearsal) {
      return {};
    }
    return [network = Lstm<T>(weights), c](const Samples<T>& samples, T* predictions) mutable {
      if (samples.reset) {
        network.reset();
      }
      for (int k = 0; k < samples.count; ++k) {
        const Vector<T> x = Eigen::Map<const Vector<T>>(samples.x + k * samples.inputs, samples.inputs);
        predictions[k] = network.fit(x, samples.y[k], c.window, c.rule == Rule::adam);
      }
    };
  }
  switch (c.cell) {
    case Cell::rnn:
      return stepping<T>(Rnn<T>(weights));
    case Cell::lstm:
      return stepping<T>(Lstm<T>(weights));
    case Cell::gru:
      return stepping<T>(Gru<T>(weights, false));
    case Cell::gru_after:
      break;
  }
  return stepping<T>(Gru<T>(weights, true));
}

const Entry entry({.id = "naive",
                   .title = "naive Eigen",
                   .rank = 10,
                   .with_float = make<float>,
                   .with_double = make<double>});

}  // namespace
