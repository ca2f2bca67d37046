#pragma once

#include <eddy/core/shape.hpp>

namespace eddy {

/// Activations that work on each unit by itself and that the kernels know.
enum class Elementwise { identity, tanh, logistic, relu };

/// y = a.
struct Identity {
  static constexpr const char* kind = "Identity";
  static constexpr bool elementwise = true;
  static constexpr Elementwise kernel = Elementwise::identity;
  template <class Values>
  static void apply(Values&&) {}
  template <class Output, class Error>
  static void backward(const Output&, Error&&) {}
};

/// y = tanh(a);  dy/da = 1 − y².
struct Tanh {
  static constexpr const char* kind = "Tanh";
  static constexpr bool elementwise = true;
  static constexpr Elementwise kernel = Elementwise::tanh;
  template <class Values>
  static void apply(Values&& a) {
    a = a.array().tanh();
  }
  template <class Output, class Error>
  static void backward(const Output& y, Error&& error) {
    error.array() *= 1 - y.array().square();
  }
};

/// y = σ(a) = 1 / (1 + e^−a), computed as ½ tanh(a/2) + ½: it cannot overflow, and stays right under
/// `-ffast-math`;  dy/da = y (1 − y).
struct Logistic {
  static constexpr const char* kind = "Logistic";
  static constexpr bool elementwise = true;
  static constexpr Elementwise kernel = Elementwise::logistic;
  template <class Values>
  static void apply(Values&& a) {
    using Scalar = typename std::decay_t<Values>::Scalar;
    a = (a.array() * Scalar(0.5)).tanh() * Scalar(0.5) + Scalar(0.5);
  }
  template <class Output, class Error>
  static void backward(const Output& y, Error&& error) {
    error.array() *= y.array() * (1 - y.array());
  }
};

/// y = max(a, 0);  dy/da = 1 where y > 0, else 0.
struct Relu {
  static constexpr const char* kind = "Relu";
  static constexpr bool elementwise = true;
  static constexpr Elementwise kernel = Elementwise::relu;
  template <class Values>
  static void apply(Values&& a) {
    using Scalar = typename std::decay_t<Values>::Scalar;
    a = (a.array().max)(Scalar(0));
  }
  template <class Output, class Error>
  static void backward(const Output& y, Error&& error) {
    using Scalar = typename std::decay_t<Output>::Scalar;
    error.array() *= (y.array() > 0).template cast<Scalar>();
  }
};

/// y_k = e^(a_k) / Σ_j e^(a_j), shifted by the largest a;  da = y ⊙ (dy − y·dy). For read-outs, not for
/// cells.
struct Softmax {
  static constexpr const char* kind = "Softmax";
  static constexpr bool elementwise = false;
  template <class Values>
  static void apply(Values&& a) {
    a = (a.array() - a.maxCoeff()).exp();
    a /= a.sum();
  }
  template <class Output, class Error>
  static void backward(const Output& y, Error&& error) {
    error.array() = y.array() * (error.array() - y.dot(error));
  }
};

/// What an activation policy offers: `apply(a)` in place, and `backward(y, error)`, which turns the error of
/// y into that of a. One that the kernels know names it as `kernel`.
template <class A>
concept Activation = requires(VectorView<float> a, VectorView<const float> y) {
  { A::elementwise } -> std::convertible_to<bool>;
  A::apply(a);
  A::backward(y, a);
};

/// Probabilities from logits, for the outputs of a classifier that learns by `SoftmaxCrossEntropy`. Returns a
/// vector by value.
template <class Logits>
auto softmax(const Eigen::MatrixBase<Logits>& logits) {
  typename Logits::PlainObject probabilities = logits;
  Softmax::apply(probabilities);
  return probabilities;
}

/// Probabilities from logits, for the outputs of a model that learns by `LogisticLoss`. Returns a vector by
/// value.
template <class Logits>
auto logistic(const Eigen::MatrixBase<Logits>& logits) {
  typename Logits::PlainObject probabilities = logits;
  Logistic::apply(probabilities);
  return probabilities;
}

}  // namespace eddy
