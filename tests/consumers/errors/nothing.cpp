// Nothing is wrong: own parts of every kind, complete. The other programs each lack a part of this one, and
// are refused for nothing else.

#include <eddy/eddy.hpp>

#include <cmath>

struct Cell : private eddy::LstmCell<float, 3, 8> {
  using Lstm = eddy::LstmCell<float, 3, 8>;
  using Lstm::backward, Lstm::forward, Lstm::gradient, Lstm::initialize, Lstm::recurrent, Lstm::restore,
      Lstm::Scalar, Lstm::Sizes, Lstm::sizes, Lstm::visit_parameters;
};

struct Sine {
  static constexpr bool elementwise = true;
  template <class Values>
  static void apply(Values&& a) {
    a = a.array().sin();
  }
  template <class Output, class Error>
  static void backward(const Output& y, Error&& error) {
    error.array() *= (1 - y.array().square()).sqrt();
  }
};

struct LogCosh {
  template <class Scalar>
  Scalar value(Scalar p, Scalar y) const {
    return std::log(std::cosh(p - y));
  }
  template <class Scalar>
  Scalar derivative(Scalar p, Scalar y) const {
    return std::tanh(p - y);
  }
};

struct Distance {
  static constexpr int target_size(int outputs) { return outputs; }
  template <class Prediction, class Target, class Weight, class Gradient>
  auto evaluate(const Prediction& p, const Target& y, const Weight&, Gradient&& gradient) const {
    gradient = (p - y).normalized();
    return (p - y).norm();
  }
};

struct Plain {
  double learning_rate = 0.1;
  static constexpr int moments = 0;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments&, std::int64_t) const {
    w -= static_cast<typename Weights::Scalar>(learning_rate) * g;
  }
};

struct Halving {
  double operator()(std::int64_t step) const { return 1.0 / static_cast<double>(step); }
};

struct Rule : private eddy::TruncatedBptt<8> {
  using Bptt = eddy::TruncatedBptt<8>;
  using Bptt::check, Bptt::slots, Bptt::SlotsAtCompileTime, Bptt::stride, Bptt::StrideAtCompileTime,
      Bptt::tolerance, Bptt::window, Bptt::WindowAtCompileTime;
  template <eddy::Layer Network>
  using Tape = eddy::Tape<Network, 8>;
};

int main() {
  const Eigen::Vector3f x(1, 2, 3);
  eddy::Online<eddy::Sequential<Cell, eddy::Dense<float, 8, 2, Sine>>, Distance,
               eddy::Scheduled<Plain, Halving>, Rule, eddy::NoRehearsal>
      model;
  model.step(x);
  model.partial_fit(x, Eigen::Vector2f(1, 2));
  eddy::Lstm<float, 3, 8, 1, LogCosh> other;
  other.partial_fit(x, 1.0f);
}
