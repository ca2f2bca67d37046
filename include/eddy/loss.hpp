#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/core/shape.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>
#include <vector>

namespace eddy {

/// A loss of each output by itself. `value(p, y)` for one prediction and one target, `derivative(p, y)` by
/// the prediction; the model sees the mean over its outputs. A loss of your own is a struct with these two.
template <class L>
concept PointwiseLoss = requires(const L& loss, double scalar) {
  { loss.value(scalar, scalar) } -> std::convertible_to<double>;
  { loss.derivative(scalar, scalar) } -> std::convertible_to<double>;
};

/// A loss of all outputs together: `evaluate(prediction, target, weight, gradient)` returns the value and
/// writes its gradient by the prediction; `target_size(outputs)` says how many targets belong to that many
/// outputs. A masked target has weight 0 and value 0.
template <class L>
concept VectorLoss = requires(const L& loss, VectorView<const double> in, VectorView<double> out) {
  { loss.evaluate(in, in, in, out) } -> std::convertible_to<double>;
  { loss.target_size(1) } -> std::convertible_to<int>;
};

/// Whether L is meant to be a loss of all outputs together.
template <class L>
concept EvaluatesTogether = requires(const L& loss, VectorView<const double> in, VectorView<double> out) {
  loss.evaluate(in, in, in, out);
};

struct MeanSquaredError;
struct SoftmaxCrossEntropy;

/// One of the two. Not a disjunction, of which g++ would not say what is missing: in place of what L need not
/// be stands a loss that is it.
template <class L>
concept Loss = PointwiseLoss<std::conditional_t<EvaluatesTogether<L>, MeanSquaredError, L>> &&
    VectorLoss<std::conditional_t<EvaluatesTogether<L>, L, SoftmaxCrossEntropy>>;

/// A loss whose target may be a class index.
template <class L>
concept ClassLoss = VectorLoss<L> && L::takes_class_index;

/// Squared error without a ½ in front, (p − y)².
struct MeanSquaredError {
  static constexpr const char* kind = "MeanSquaredError";
  template <class Scalar>
  Scalar value(Scalar p, Scalar y) const {
    return (p - y) * (p - y);
  }
  template <class Scalar>
  Scalar derivative(Scalar p, Scalar y) const {
    return 2 * (p - y);
  }
};

/// |p − y|; the derivative at p = y is 0.
struct MeanAbsoluteError {
  static constexpr const char* kind = "MeanAbsoluteError";
  template <class Scalar>
  Scalar value(Scalar p, Scalar y) const {
    return std::abs(p - y);
  }
  template <class Scalar>
  Scalar derivative(Scalar p, Scalar y) const {
    return static_cast<Scalar>((p > y) - (p < y));
  }
};

/// Huber 1964 (doi:10.1214/aoms/1177703732): ½ e² where |e| = |p − y| ≤ δ, else δ (|e| − ½ δ).
struct HuberLoss {
  static constexpr const char* kind = "HuberLoss";

  /// The error from which on it is linear.
  double delta = 1;

  /// Throws if a setting is out of its range.
  void check() const { check_setting("delta", delta, above(0)); }

  template <class Scalar>
  Scalar value(Scalar p, Scalar y) const {
    const Scalar d = static_cast<Scalar>(delta), e = std::abs(p - y);
    return e <= d ? e * e / 2 : d * (e - d / 2);
  }
  template <class Scalar>
  Scalar derivative(Scalar p, Scalar y) const {
    const Scalar d = static_cast<Scalar>(delta);
    return (std::max)(-d, (std::min)(d, p - y));
  }
};

/// Quantile loss (Koenker & Bassett 1978, doi:10.2307/1913643): τ (y − p) where y ≥ p, else (1 − τ) (p − y).
/// Its minimum is the τ-quantile of y. The derivative at p = y is the middle of its two sides, ½ − τ.
struct PinballLoss {
  static constexpr const char* kind = "PinballLoss";

  /// Which quantile is predicted, between 0 and 1.
  double quantile = 0.5;

  /// Throws if a setting is out of its range.
  void check() const { check_setting("quantile", quantile, between(0, 1)); }

  template <class Scalar>
  Scalar value(Scalar p, Scalar y) const {
    const Scalar tau = static_cast<Scalar>(quantile), e = y - p;
    return (std::max)(tau * e, (tau - 1) * e);
  }
  template <class Scalar>
  Scalar derivative(Scalar p, Scalar y) const {
    const Scalar tau = static_cast<Scalar>(quantile);
    return p < y ? -tau : p > y ? 1 - tau : Scalar(0.5) - tau;
  }
};

/// Negative log-likelihood of y ∈ [0, 1] under a Bernoulli distribution with logit p: log(1 + e^p) − y p;
/// positives count `positive_weight`-fold. The model's outputs are logits; `logistic()` turns them into
/// probabilities.
struct LogisticLoss {
  static constexpr const char* kind = "LogisticLoss";

  /// What a positive weighs against a negative.
  double positive_weight = 1;

  /// Throws if a setting is out of its range.
  void check() const { check_setting("positive_weight", positive_weight, at_least(0)); }

  template <class Scalar>
  Scalar value(Scalar p, Scalar y) const {
    const Scalar w = static_cast<Scalar>(positive_weight), tail = std::log1p(std::exp(-std::abs(p)));
    return (1 - y) * ((std::max)(p, Scalar(0)) + tail) + w * y * ((std::max)(-p, Scalar(0)) + tail);
  }
  template <class Scalar>
  Scalar derivative(Scalar p, Scalar y) const {
    const Scalar w = static_cast<Scalar>(positive_weight);
    const Scalar decay = std::exp(-std::abs(p)), probability = (p >= 0 ? Scalar(1) : decay) / (1 + decay),
                 complement = (p >= 0 ? decay : Scalar(1)) / (1 + decay);
    return (1 - y) * probability - w * y * complement;
  }
};

/// Negative log-likelihood of a count y ≥ 0 under a Poisson distribution with mean e^p, without the term log
/// y!: e^p − y p.
struct PoissonLoss {
  static constexpr const char* kind = "PoissonLoss";
  template <class Scalar>
  Scalar value(Scalar p, Scalar y) const {
    return std::exp(p) - y * p;
  }
  template <class Scalar>
  Scalar derivative(Scalar p, Scalar y) const {
    return std::exp(p) - y;
  }
};

/// Negative log-likelihood under normal distributions, ½ (s + (y − μ)² e^−s), mean over the targets, without
/// ½ log 2π (Nix & Weigend 1994, doi:10.1109/ICNN.1994.374138). For n targets the model has 2n outputs: n
/// means μ, then n log-variances s. The variance is held within
/// [`minimum_variance`, 1 / `minimum_variance`].
struct GaussianLoss {
  static constexpr const char* kind = "GaussianLoss";

  /// No variance below it is believed, in squared units of the target.
  double minimum_variance = 1e-6;

  /// Throws if a setting is out of its range.
  void check() const { check_setting("minimum_variance", minimum_variance, above(0, 1)); }

  static constexpr int target_size(int outputs) {
    if (outputs % 2 != 0) {
      fail("GaussianLoss needs a mean and a log-variance for each target, has ", outputs, " outputs");
    }
    return outputs / 2;
  }

  template <class Prediction, class Target, class Weight, class Gradient>
  auto evaluate(const Prediction& prediction, const Target& target, const Weight& weight,
                Gradient&& gradient) const {
    using Scalar = typename Prediction::Scalar;
    const Scalar bound = static_cast<Scalar>(-std::log(minimum_variance));
    const Index n = target.size();
    Scalar sum = 0;
    for (Index i = 0; i < n; ++i) {
      const Scalar s = (std::max)(-bound, (std::min)(bound, prediction(n + i)));
      const Scalar e = prediction(i) - target(i), precision = std::exp(-s),
                   w = weight(i) / static_cast<Scalar>(n);
      sum += w * (s + e * e * precision) / 2;
      gradient(i) = w * e * precision;
      gradient(n + i) = w * (1 - e * e * precision) / 2;
    }
    return sum;
  }
};

/// Cross-entropy of a class under the softmax of the logits p, −Σ_k w_k t_k log q_k, q = softmax(p). The
/// target is a class index, or a vector t of probabilities. `label_smoothing` ε mixes t with the uniform
/// distribution, (1 − ε) t + ε / K (Szegedy et al. 2016, arXiv:1512.00567); `class_weights` w, one each
/// class, are 1 if empty (the only part of a fixed-size model that takes heap memory, once, if used).
struct SoftmaxCrossEntropy {
  static constexpr const char* kind = "SoftmaxCrossEntropy";

  /// The share of a label that goes to all classes alike.
  double label_smoothing = 0;
  /// What each class weighs; empty for 1 each.
  std::vector<double> class_weights = {};

  static constexpr bool takes_class_index = true;
  static constexpr int target_size(int outputs) { return outputs; }

  /// Throws if a setting is out of its range.
  void check() const {
    check_setting("label_smoothing", label_smoothing, from_to(0, 1));
    for (const double weight : class_weights) {
      check_setting("a class weight", weight, at_least(0));
    }
  }
  /// Throws unless the settings fit that many outputs, too.
  void check(int outputs) const {
    check();
    if (!class_weights.empty() && static_cast<int>(class_weights.size()) != outputs) {
      fail_size("class_weights", static_cast<long>(class_weights.size()), outputs);
    }
  }

  template <class Prediction, class Target, class Weight, class Gradient>
  auto evaluate(const Prediction& prediction, const Target& target, const Weight& weight,
                Gradient&& gradient) const {
    using Scalar = typename Prediction::Scalar;
    const Index classes = prediction.size();
    const Scalar largest = prediction.maxCoeff();
    gradient = (prediction.array() - largest).exp();
    const Scalar sum = gradient.sum(), log_sum = largest + std::log(sum);
    const Scalar smooth = static_cast<Scalar>(label_smoothing),
                 uniform = smooth / static_cast<Scalar>(classes);
    Scalar loss = 0, mass = 0;
    for (Index k = 0; k < classes; ++k) {
      mass += mass_of(k, weight, target, smooth, uniform);
    }
    gradient *= mass / sum;
    for (Index k = 0; k < classes; ++k) {
      const Scalar t = mass_of(k, weight, target, smooth, uniform);
      loss += t * (log_sum - prediction(k));
      gradient(k) -= t;
    }
    return loss;
  }

 private:
  template <class Weight, class Target, class Scalar>
  Scalar mass_of(Index k, const Weight& weight, const Target& target, Scalar smooth, Scalar uniform) const {
    const Scalar w =
        class_weights.empty() ? Scalar(1) : static_cast<Scalar>(class_weights[static_cast<std::size_t>(k)]);
    return weight(k) * w * ((1 - smooth) * target(k) + uniform);
  }
};

/// How many targets belong to that many outputs.
template <Loss L>
constexpr int target_size(const L& loss, int outputs) {
  if constexpr (VectorLoss<L>) {
    return loss.target_size(outputs);
  } else {
    return outputs;
  }
}

/// The same for a number of outputs that the type fixes.
template <Loss L, int Outputs>
constexpr int targets_at_compile_time() {
  if constexpr (Outputs == Dynamic) {
    return Dynamic;
  } else if constexpr (VectorLoss<L>) {
    static_assert(L::target_size(Outputs) > 0);
    return L::target_size(Outputs);
  } else {
    return Outputs;
  }
}

/// Refuses a loss of which a setting is out of its range, or which does not fit that many outputs, by `fail`.
template <Loss L>
void check_loss(const L& loss, int outputs) {
  target_size(loss, outputs);
  if constexpr (requires { loss.check(outputs); }) {
    loss.check(outputs);
  } else {
    check_settings(loss);
  }
}

/// The value of a loss; writes its gradient by the prediction. A pointwise loss is Σ_i w_i ℓ(p_i, y_i) / n
/// over all n outputs, so that an output's gradient does not depend on which of the others have a label.
template <Loss L, class Prediction, class Target, class Weight, class Gradient>
auto evaluate(const L& loss, const Prediction& prediction, const Target& target, const Weight& weight,
              Gradient&& gradient) {
  using Scalar = typename Prediction::Scalar;
  if constexpr (VectorLoss<L>) {
    return static_cast<Scalar>(loss.evaluate(prediction, target, weight, gradient));
  } else {
    const Scalar share = Scalar(1) / static_cast<Scalar>(prediction.size());
    Scalar sum = 0;
    for (Index i = 0; i < prediction.size(); ++i) {
      const bool masked = weight(i) == 0;
      sum +=
          masked ? Scalar(0) : weight(i) * share * static_cast<Scalar>(loss.value(prediction(i), target(i)));
      gradient(i) = masked
                        ? Scalar(0)
                        : weight(i) * share * static_cast<Scalar>(loss.derivative(prediction(i), target(i)));
    }
    return sum;
  }
}

}  // namespace eddy
