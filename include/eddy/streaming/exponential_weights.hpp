#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/sample.hpp>
#include <eddy/core/storage.hpp>

#include <algorithm>
#include <cmath>
#include <string>

namespace eddy {

/// Settings of `ExponentialWeights`.
struct ExponentialWeightsOptions {
  double rate = 0.05;        ///< how strongly a loss lowers a weight, in units of the running median loss
  double forgetting = 0.01;  ///< share of the past that fades with each sample; 0: nothing is forgotten
};

/// Weights of several experts by their recent losses (Littlestone & Warmuth 1994, doi:10.1006/inco.1994.1009;
/// discounted losses: Cesa-Bianchi & Lugosi 2006, doi:10.1017/CBO9780511546921, section 2.11):
///
///   L ← (1 − φ) L + ℓ / m    w = e^(−η L) / Σ e^(−η L)
///
/// with the rate η, the forgetting φ, and m, a running mean of the median over the experts' losses, which no
/// single one of them can raise by more than a tenth: so the rate fits losses of any unit. All weights begin
/// equal. They are positive and sum to 1: what they mix stays within the range of the experts.
template <class Scalar = float, int Experts = Dynamic>
class ExponentialWeights {
 public:
  static constexpr const char* kind = "ExponentialWeights";
  using Options = ExponentialWeightsOptions;

  explicit ExponentialWeights(Options options = {}) requires(Experts != Dynamic)
      : ExponentialWeights(Experts, options) {}

  /// Throws unless there is at least one expert, the rate is positive, and the forgetting in [0, 1).
  explicit ExponentialWeights(int experts, Options options = {})
      : experts_((check_fixed<Experts>("the number of experts", experts), experts)),
        options_(checked(options)),
        losses_(experts),
        sorted_(experts),
        weights_(experts) {
    std::fill_n(weights_.data(), experts_, Scalar(1) / static_cast<Scalar>(experts_));
  }

  int experts() const { return experts_; }

  /// The weight of each expert.
  VectorView<const Scalar, Experts> weights() const { return {weights_.data(), experts_}; }

  /// Learns from a loss of each expert, of one sample; a loss that is not finite counts as the worst of the
  /// others. Does nothing if none is finite, or one is negative.
  template <Values Losses>
  void partial_fit(const Losses& losses) {
    check_size<Experts>("losses", losses, experts_);
    copy_values<Experts>(losses, sorted_.data(), experts_);
    Scalar worst = -1;
    for (int i = 0; i < experts_; ++i) {
      if (is_finite(sorted_.data()[i])) {
        if (sorted_.data()[i] < 0) {
          return;
        }
        worst = (std::max)(worst, sorted_.data()[i]);
      }
    }
    if (worst < 0) {
      return;
    }
    for (int i = 0; i < experts_; ++i) {
      if (!is_finite(sorted_.data()[i])) {
        sorted_.data()[i] = worst;
      }
    }
    learn();
  }

  /// All weights equal again.
  void reset() {
    samples_ = 0;
    unit_ = 0;
    std::fill_n(losses_.data(), experts_, 0.0);
    std::fill_n(weights_.data(), experts_, Scalar(1) / static_cast<Scalar>(experts_));
  }

  const Options& options() const { return options_; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("samples", self.samples_);
    visit("unit", self.unit_);
    visit("losses", self.losses_);
    visit("weights", self.weights_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(samples_); }

 private:
  static Options checked(Options options) {
    if (!is_finite(options.rate) || options.rate <= 0) {
      fail("the rate of the weights is " + std::to_string(options.rate) + ", expected a positive number");
    }
    if (!is_finite(options.forgetting) || options.forgetting < 0 || options.forgetting >= 1) {
      fail("the forgetting of the weights is " + std::to_string(options.forgetting) +
           ", expected 0 to below 1");
    }
    return options;
  }

  /// From the losses of one sample, which lie in `sorted_`.
  void learn() {
    Scalar* const losses = sorted_.data();
    for (int i = 0; i < experts_; ++i) {
      losses_.data()[i] *= 1 - options_.forgetting;
      weights_.data()[i] = losses[i];
    }
    std::nth_element(losses, losses + experts_ / 2, losses + experts_);
    const double median = static_cast<double>(losses[experts_ / 2]);
    const double usual = samples_ > 50 && unit_ > 0 ? (std::min)(median, 10 * unit_) : median;
    unit_ += (usual - unit_) * (std::max)(0.01, 1 / static_cast<double>(++samples_));
    double least = losses_.data()[0] + share(weights_.data()[0]);
    for (int i = 0; i < experts_; ++i) {
      losses_.data()[i] += share(weights_.data()[i]);
      least = (std::min)(least, losses_.data()[i]);
    }
    double sum = 0;
    for (int i = 0; i < experts_; ++i) {
      const double weight = std::exp(-options_.rate * (losses_.data()[i] - least));
      weights_.data()[i] = static_cast<Scalar>(weight);
      sum += weight;
    }
    for (int i = 0; i < experts_; ++i) {
      weights_.data()[i] = static_cast<Scalar>(static_cast<double>(weights_.data()[i]) / sum);
    }
  }

  /// A loss in units of the usual one; bounded, so that one wild prediction is not held against an expert for
  /// ever.
  double share(Scalar loss) const {
    constexpr double most = 1000;
    const double value = static_cast<double>(loss);
    return value < most * unit_ ? value / unit_ : value > 0 ? most : 0;
  }

  int experts_;
  Options options_;
  std::int64_t samples_ = 0;
  double unit_ = 0;
  Storage<double, Experts> losses_;
  Storage<Scalar, Experts> sorted_;
  Storage<Scalar, Experts> weights_;
};

}  // namespace eddy
