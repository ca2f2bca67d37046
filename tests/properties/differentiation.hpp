#pragma once

#include <cmath>
#include <vector>

namespace eddy::properties {

/// A number that knows where it came from; without a node it is a constant.
struct Variable {
  double value = 0;
  int node = -1;
};

/// Reverse-mode automatic differentiation: the operations in their order, each with its derivatives.
class Graph {
 public:
  /// The first `leaves` nodes are the parameters.
  Graph(int leaves, bool records) : records_(records) {
    for (int i = 0; records && i < leaves; ++i) {
      end();
    }
  }

  bool records() const { return records_; }

  Variable leaf(double value) { return {value, records_ ? end() : -1}; }

  /// Adds a derivative of the node that ends next.
  void derivative(int of, double value) {
    if (records_ && of >= 0) {
      of_.push_back(of);
      derivatives_.push_back(value);
    }
  }
  Variable end(double value) { return {value, records_ ? end() : -1}; }

  Variable unary(double value, Variable a, double by_a) {
    derivative(a.node, by_a);
    return end(value);
  }
  Variable binary(double value, Variable a, double by_a, Variable b, double by_b) {
    derivative(a.node, by_a);
    derivative(b.node, by_b);
    return end(value);
  }

  /// Turns dL/d(node) of some nodes into that of all.
  void backward(std::vector<double>& adjoint) const {
    for (std::size_t node = ends_.size(); node-- > 0;) {
      for (std::size_t i = node == 0 ? 0 : ends_[node - 1]; i < ends_[node]; ++i) {
        adjoint[static_cast<std::size_t>(of_[i])] += derivatives_[i] * adjoint[node];
      }
    }
  }
  std::size_t nodes() const { return ends_.size(); }

  /// How near to a kink an operation came: there a rounding decides about its derivative.
  double nearest_kink = HUGE_VAL;

 private:
  int end() {
    ends_.push_back(of_.size());
    return static_cast<int>(ends_.size()) - 1;
  }

  bool records_;
  std::vector<std::size_t> ends_;
  std::vector<int> of_;
  std::vector<double> derivatives_;
};

/// Forward-mode automatic differentiation by one variable.
struct Dual {
  double value = 0, derivative = 0;

  friend Dual operator+(Dual a, Dual b) { return {a.value + b.value, a.derivative + b.derivative}; }
  friend Dual operator-(Dual a, Dual b) { return {a.value - b.value, a.derivative - b.derivative}; }
  friend Dual operator*(Dual a, Dual b) {
    return {a.value * b.value, a.value * b.derivative + a.derivative * b.value};
  }
  friend Dual operator*(double a, Dual b) { return {a * b.value, a * b.derivative}; }
  friend Dual exp(Dual a) { return {std::exp(a.value), std::exp(a.value) * a.derivative}; }
  friend Dual log(Dual a) { return {std::log(a.value), a.derivative / a.value}; }
};

}  // namespace eddy::properties
