// The mathematics of layers, losses and optimizers, written down once more from their papers, in double,
// number by number. Nothing here is the library's.

#include "reference.hpp"

#include <eddy/core/finite.hpp>

#include <algorithm>
#include <limits>
#include <numbers>

namespace eddy::properties {
namespace {

using Variables = std::vector<Variable>;

Variable add(Graph& g, Variable a, Variable b) { return g.binary(a.value + b.value, a, 1, b, 1); }
Variable multiply(Graph& g, Variable a, Variable b) {
  return g.binary(a.value * b.value, a, b.value, b, a.value);
}
Variable tanh(Graph& g, Variable a) {
  const double y = std::tanh(a.value);
  return g.unary(y, a, 1 - y * y);
}
Variable logistic(Graph& g, Variable a) {
  const double y = 1 / (1 + std::exp(-a.value));
  return g.unary(y, a, y * (1 - y));
}
Variable relu(Graph& g, Variable a) {
  g.nearest_kink = a.value == 0 ? g.nearest_kink : (std::min)(g.nearest_kink, std::abs(a.value));
  // max(NaN, 0) is NaN here, and in the library
  return g.unary(a.value < 0 ? 0 : a.value, a, a.value > 0 ? 1 : 0);
}
Variable complement(Graph& g, Variable a) { return g.unary(1 - a.value, a, -1); }

/// Of [rows, columns] parameters, column by column, from number `first` on.
struct Matrix {
  Graph& graph;
  const Weights& weights;
  int first, rows;

  /// bias + W[row, column …] v, where the bias lies in a column of its own.
  Variable product(int row, int column, const Variables& v, int bias_column = -1) const {
    double sum = 0;
    const auto term = [&](int at, Variable by) {
      const int number = first + at * rows + row;
      const auto i = static_cast<std::size_t>(number);
      sum += (*weights.then)[i] * by.value;
      graph.derivative(number, by.value);
      graph.derivative(by.node, (*weights.now)[i]);
    };
    for (std::size_t k = 0; k < v.size(); ++k) {
      term(column + static_cast<int>(k), v[k]);
    }
    if (bias_column >= 0) {
      term(bias_column, Variable{1, -1});
    }
    return graph.end(sum);
  }
};

Variables joined(const Variables& a, const Variables& b) {
  Variables both = a;
  both.insert(both.end(), b.begin(), b.end());
  return both;
}

Variables forward(Graph& g, const Part& part, const Weights& weights, int first, const Variables& x,
                  Variable* state) {
  const int I = part.inputs, H = part.outputs;
  Variables y;
  if (part.kind == Kind::embedding) {
    const double symbol = x[0].value;
    const bool is_symbol = symbol >= 0 && symbol < I && symbol == std::floor(symbol);
    for (int i = 0; i < H; ++i) {
      const int number = first + (is_symbol ? static_cast<int>(symbol) : 0) * H + i;
      g.derivative(number, 1);
      y.push_back(g.end(is_symbol ? (*weights.then)[static_cast<std::size_t>(number)]
                                  : std::numeric_limits<double>::quiet_NaN()));
    }
    return y;
  }
  if (!is_recurrent(part.kind)) {
    const Matrix W{g, weights, first, H};
    for (int i = 0; i < H; ++i) {
      y.push_back(W.product(i, 0, x, I));
    }
    if (part.kind == Kind::dense_softmax) {
      double largest = y[0].value;
      for (const Variable& a : y) {
        largest = (std::max)(largest, a.value);
      }
      double sum = 0;
      for (const Variable& a : y) {
        sum += std::exp(a.value - largest);
      }
      Variables q;
      for (int i = 0; i < H; ++i) {
        const double qi = std::exp(y[static_cast<std::size_t>(i)].value - largest) / sum;
        for (int k = 0; k < H; ++k) {
          const double qk = std::exp(y[static_cast<std::size_t>(k)].value - largest) / sum;
          g.derivative(y[static_cast<std::size_t>(k)].node, qi * ((i == k) - qk));
        }
        q.push_back(g.end(qi));
      }
      return q;
    }
    for (Variable& a : y) {
      a = part.kind == Kind::dense_tanh       ? tanh(g, a)
          : part.kind == Kind::dense_logistic ? logistic(g, a)
          : part.kind == Kind::dense_relu     ? relu(g, a)
                                              : a;
    }
    return y;
  }
  const Variables h(state, state + H);
  const Variables v = joined(x, h);
  switch (part.kind) {
    case Kind::lstm: {
      const Matrix W{g, weights, first, 4 * H};
      for (int k = 0; k < H; ++k) {
        const Variable i = logistic(g, W.product(k, 0, v, I + H));
        const Variable f = logistic(g, W.product(H + k, 0, v, I + H));
        const Variable n = tanh(g, W.product(2 * H + k, 0, v, I + H));
        const Variable o = logistic(g, W.product(3 * H + k, 0, v, I + H));
        Variable& c = state[H + k];
        c = add(g, multiply(g, f, c), multiply(g, i, n));
        y.push_back(multiply(g, o, tanh(g, c)));
      }
      break;
    }
    case Kind::gru_before:
    case Kind::gru_after: {
      const Matrix W{g, weights, first, 3 * H};
      const Matrix b_hn{g, weights, first + 3 * H * (I + H + 1), H};
      Variables r, reset;
      for (int k = 0; k < H; ++k) {
        r.push_back(logistic(g, W.product(k, 0, v, I + H)));
        reset.push_back(multiply(g, r.back(), h[static_cast<std::size_t>(k)]));
      }
      for (int k = 0; k < H; ++k) {
        const auto at = static_cast<std::size_t>(k);
        const Variable z = logistic(g, W.product(H + k, 0, v, I + H));
        Variable n;
        if (part.kind == Kind::gru_before) {
          n = tanh(g, W.product(2 * H + k, 0, joined(x, reset), I + H));
        } else {
          const Variable from_h = add(g, W.product(2 * H + k, I, h), b_hn.product(k, 0, {{1, -1}}));
          n = tanh(g, add(g, W.product(2 * H + k, 0, x, I + H), multiply(g, r[at], from_h)));
        }
        y.push_back(add(g, multiply(g, complement(g, z), h[at]), multiply(g, z, n)));
      }
      break;
    }
    default: {
      const Matrix W{g, weights, first, H};
      for (int k = 0; k < H; ++k) {
        const Variable a = W.product(k, 0, v, I + H);
        y.push_back(part.kind == Kind::rnn_tanh       ? tanh(g, a)
                    : part.kind == Kind::rnn_logistic ? logistic(g, a)
                                                      : relu(g, a));
      }
    }
  }
  std::copy(y.begin(), y.end(), state);
  return y;
}

double sign(double x) { return x > 0 ? 1 : x < 0 ? -1 : 0; }

/// The loss of one output by itself.
Dual pointwise(LossKind kind, double number, Dual p, double y) {
  const Dual e = p - Dual{y, 0};
  switch (kind) {
    case LossKind::absolute:
      return {std::abs(e.value), sign(e.value) * e.derivative};
    case LossKind::huber:
      return std::abs(e.value) <= number
                 ? 0.5 * (e * e)
                 : Dual{number * (std::abs(e.value) - number / 2), number * sign(e.value) * e.derivative};
    case LossKind::pinball: {
      const double slope = e.value < 0 ? -number : e.value > 0 ? 1 - number : 0.5 - number;
      return {slope * e.value, slope * e.derivative};
    }
    case LossKind::logistic: {
      const double positive = (std::max)(p.value, 0.0) + std::log1p(std::exp(-std::abs(p.value))),
                   probability = 1 / (1 + std::exp(-p.value));
      // −log(1 − σ(p)) for no, −log σ(p) for yes
      return {(1 - y) * positive + number * y * (positive - p.value),
              ((1 - y) * probability - number * y * (1 - probability)) * p.derivative};
    }
    case LossKind::poisson:
      return exp(p) - y * p;
    default:
      return e * e;
  }
}

Dual cross_entropy(double smoothing, const Dual* p, const double* y, const double* w, std::size_t classes) {
  double largest = p[0].value;
  for (std::size_t k = 0; k < classes; ++k) {
    largest = (std::max)(largest, p[k].value);
  }
  Dual sum, loss;
  for (std::size_t k = 0; k < classes; ++k) {
    sum = sum + exp(p[k] - Dual{largest, 0});
  }
  for (std::size_t k = 0; k < classes; ++k) {
    const double t = w[k] * ((1 - smoothing) * y[k] + smoothing / static_cast<double>(classes));
    loss = loss + t * (log(sum) + Dual{largest, 0} - p[k]);
  }
  return loss;
}

Dual loss_by(const LossSetting& loss, const std::vector<Dual>& p, const Values& y, const Values& w) {
  Dual sum;
  const std::size_t n = y.size();
  switch (loss.kind) {
    case LossKind::gaussian:
      for (std::size_t i = 0; i < n; ++i) {
        const double bound = -std::log(loss.number);
        // Held within bounds, but not its slope: it is to find its way back.
        const Dual s{(std::max)(-bound, (std::min)(bound, p[n + i].value)), p[n + i].derivative};
        const Dual e = p[i] - Dual{y[i], 0};
        sum = sum + w[i] / static_cast<double>(2 * n) * (s + e * e * exp(-1.0 * s));
      }
      return sum;
    case LossKind::softmax:
      return cross_entropy(loss.number, p.data(), y.data(), w.data(), n);
    case LossKind::quantiles:
      for (std::size_t k = 0; k < 2; ++k) {
        const double tau = k == 0 ? loss.number / 2 : (1 + loss.number) / 2;
        for (std::size_t i = 0; i < n; ++i) {
          sum =
              sum + w[i] / static_cast<double>(2 * n) * pointwise(LossKind::pinball, tau, p[k * n + i], y[i]);
        }
      }
      return sum;
    case LossKind::tasks:
      return w[0] * pointwise(LossKind::squared, 0, p[0], y[0]) +
             loss.number * cross_entropy(0, p.data() + 1, y.data() + 1, w.data() + 1, n - 1);
    default:
      for (std::size_t i = 0; i < n; ++i) {
        if (w[i] != 0) {
          sum = sum + w[i] / static_cast<double>(n) * pointwise(loss.kind, loss.number, p[i], y[i]);
        }
      }
      return sum;
  }
}

}  // namespace

std::vector<Variable> step_forward(Graph& graph, const Specification& specification, const Weights& weights,
                                   const Values& x, std::vector<Variable>& state) {
  Variables y;
  for (const double value : x) {
    y.push_back({value, -1});
  }
  int first = 0;
  Variable* own_state = state.data();
  for (const Part& part : specification.parts) {
    const Variables in = y;
    y = forward(graph, part, weights, first, in, own_state);
    if (skips(part.wrap)) {
      y = joined(y, in);
    } else if (part.wrap == Wrap::residual) {
      for (std::size_t i = 0; i < y.size(); ++i) {
        y[i] = add(graph, y[i], in[i]);
      }
    }
    first += parameters_of(part);
    own_state += state_of(part);
  }
  return y;
}

double loss_of(const LossSetting& loss, const Values& prediction, const Values& target, const Values& weight,
               Values& gradient) {
  std::vector<Dual> p;
  for (const double value : prediction) {
    p.push_back({value, 0});
  }
  gradient.assign(prediction.size(), 0);
  for (std::size_t i = 0; i < p.size(); ++i) {
    p[i].derivative = 1;
    gradient[i] = loss_by(loss, p, target, weight).derivative;
    p[i].derivative = 0;
  }
  return loss_by(loss, p, target, weight).value;
}

double schedule_of(const OptimizerSetting& s, std::int64_t step) {
  const double t = static_cast<double>(step), period = s.period;
  const double drop = std::pow(s.factor, std::floor((t - 1) / period));
  switch (s.schedule) {
    case ScheduleKind::none:
    case ScheduleKind::constant:
      return 1;
    case ScheduleKind::step:
      return drop;
    case ScheduleKind::exponential:
      return std::pow(s.factor, (t - 1) / period);
    case ScheduleKind::cosine:
      return s.factor +
             (1 - s.factor) * (1 + std::cos(std::numbers::pi * (std::min)(1.0, (t - 1) / period))) / 2;
    case ScheduleKind::root:
      return std::sqrt(period / (std::max)(t, period));
    case ScheduleKind::warm_up:
      return (std::min)(1.0, t / period) * drop;
  }
  return 1;
}

Moved move_weight(const OptimizerSetting& s, double factor, std::int64_t step, double w, double g, double m,
                  double v) {
  const double rate = s.learning_rate * factor, t = static_cast<double>(step);
  switch (s.kind) {
    case OptimizerKind::sgd:
      return {w - rate * g, m, v, rate * std::abs(g)};
    case OptimizerKind::momentum:
      m = s.momentum * m + g;
      return {w - rate * m, m, v, rate * (std::abs(m) + std::abs(g))};
    case OptimizerKind::nesterov:
      m = s.momentum * m + g;
      return {w - rate * (g + s.momentum * m), m, v, rate * (std::abs(m) + 2 * std::abs(g))};
    case OptimizerKind::rms_prop:
      m = s.momentum * m + (1 - s.momentum) * g * g;
      return {w - rate * g / (std::sqrt(m) + s.epsilon), m, v,
              rate * std::abs(g) / (std::sqrt(m) + s.epsilon)};
    case OptimizerKind::adagrad:
      m += g * g;
      return {w - rate * g / (std::sqrt(m) + s.epsilon), m, v,
              rate * std::abs(g) / (std::sqrt(m) + s.epsilon)};
    case OptimizerKind::adam:
    case OptimizerKind::adam_w: {
      const double decay = s.kind == OptimizerKind::adam_w ? rate * s.weight_decay : 0;
      const double before = std::abs(m);
      m = s.momentum * m + (1 - s.momentum) * g;
      v = s.beta2 * v + (1 - s.beta2) * g * g;
      const double m_hat = m / (1 - std::pow(s.momentum, t)), v_hat = v / (1 - std::pow(s.beta2, t));
      const double unit = rate / (1 - std::pow(s.momentum, t)) / (std::sqrt(v_hat) + s.epsilon);
      return {(1 - decay) * w - rate * m_hat / (std::sqrt(v_hat) + s.epsilon), m, v,
              unit * (before + std::abs(g))};
    }
  }
  return {w, m, v, 0};
}

WindowGradient gradient_of(const Specification& specification, const std::vector<const Step*>& steps,
                           const Values& now, double tolerance, std::int64_t oldest_error) {
  WindowGradient result;
  result.gradient.assign(now.size(), 0);
  std::size_t from = 0;
  Values start;  // of a rehearsed window, the state that it has now
  for (int pass = 0; pass < (tolerance > 0 ? 2 : 1); ++pass) {
    Graph graph(static_cast<int>(now.size()), true);
    Variables state;
    std::vector<Variables> states_before(steps.size()), outputs(steps.size());
    for (std::size_t i = from; i < steps.size(); ++i) {
      if (steps[i]->gap) {
        continue;
      }
      if (state.empty()) {
        for (const double value : start.empty() ? steps[i]->state_before : start) {
          state.push_back(graph.leaf(value));
        }
      }
      for (Variable& s : state) {  // a node for what passes into the step, apart from what else is made of it
        s = graph.unary(s.value, s, 1);
      }
      states_before[i] = state;
      outputs[i] = step_forward(graph, specification, {steps[i]->weights.get(), &now}, steps[i]->x, state);
    }
    std::vector<double> adjoint(graph.nodes(), 0);
    for (std::size_t i = from; i < steps.size(); ++i) {
      for (std::size_t k = 0; k < outputs[i].size() && !steps[i]->error.empty(); ++k) {
        if (outputs[i][k].node >= 0) {
          adjoint[static_cast<std::size_t>(outputs[i][k].node)] += steps[i]->error[k];
        }
      }
    }
    graph.backward(adjoint);
    result.doubtful |= graph.nearest_kink < (specification.is_float ? 1e-5 : 1e-12);
    std::copy_n(adjoint.begin(), now.size(), result.gradient.begin());
    if (pass == 0 && tolerance > 0) {
      double largest = 0;
      for (std::size_t i = steps.size(); i-- > 0;) {
        if (steps[i]->gap || steps[i]->time > oldest_error) {
          continue;
        }
        double left = 0;
        for (const Variable& s : states_before[i]) {
          left += adjoint[static_cast<std::size_t>(s.node)] * adjoint[static_cast<std::size_t>(s.node)];
        }
        largest = (std::max)(largest, left);
        const double limit = tolerance * tolerance * largest;
        result.doubtful |= left < 1.01 * limit && left > 0.99 * limit;
        if (left <= limit) {
          from = i;
          for (const Variable& s : states_before[i]) {
            start.push_back(s.value);
          }
          break;
        }
      }
    }
  }
  return result;
}

}  // namespace eddy::properties
