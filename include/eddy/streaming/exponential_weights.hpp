#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/sample.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/core/storage.hpp>
#include <eddy/streaming/usual_values.hpp>

#include <algorithm>
#include <cmath>

namespace eddy {

/// Settings of `ExponentialWeights`.
struct ExponentialWeightsOptions {
  double rate = 0.05;        ///< how strongly a loss lowers a weight, in units of the running median loss
  double forgetting = 0.01;  ///< share of the past that fades with each sample; 0: nothing is forgotten

  /// Throws unless all are in range.
  void check() const {
    check_setting("rate", rate, above(0, 1e6));
    check_setting("forgetting", forgetting, from_below(0, 1));
  }
};

/// Weights of several experts by their recent losses (Littlestone & Warmuth 1994, doi:10.1006/inco.1994.1009;
/// discounted losses: Cesa-Bianchi & Lugosi 2006, doi:10.1017/CBO9780511546921, section 2.11):
///
///   L ← (1 − φ) L + ℓ / m    w = e^(−η c L) / Σ e^(−η c L)
///
/// with the rate η, the forgetting φ, and m, a running mean of the median over the experts' losses (of an even
/// number, the lower one), bounded as by `UsualValues`: so the rate fits losses of any unit. c is 1 unless the
/// best expert's mean loss is below m / 4; then it is so much larger that the best one's loss is again a
/// quarter of the unit. So an expert whose loss is 10 or 10³⁰ times that of the best counts for nothing, even
/// where most experts are hopeless.
///
/// All weights begin equal. They are not negative and sum to 1: what they mix stays within the range of the
/// experts.
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
        options_((options.check(), options)),
        losses_(experts),
        sorted_(experts),
        weights_(experts),
        silent_(experts) {
    std::fill_n(weights_.data(), experts_, Scalar(1) / static_cast<Scalar>(experts_));
  }

  int experts() const { return experts_; }

  /// The weight of each expert.
  VectorView<const Scalar, Experts> weights() const { return {weights_.data(), experts_}; }

  /// Which of the experts that `may_be(expert)` allows has been the best of late; −1 if none is allowed.
  template <class Predicate>
  int best(Predicate&& may_be) const {
    int best = -1;
    for (int i = 0; i < experts_; ++i) {
      if (may_be(i) && (best < 0 || losses_.data()[i] < losses_.data()[best])) {
        best = i;
      }
    }
    return best;
  }

  /// Learns from a loss of each expert, of one sample. A loss that is not finite counts as the worst of the
  /// others, and its expert has no weight until it has one again. Does nothing if none is finite, or one is
  /// negative.
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
      silent_.data()[i].is = !is_finite(sorted_.data()[i]);
      if (silent_.data()[i].is) {
        sorted_.data()[i] = worst;
      }
    }
    learn();
  }

  /// All weights equal again.
  void reset() {
    samples_ = 0;
    unit_ = counted_ = 0;
    usual_.reset();
    std::fill_n(losses_.data(), experts_, 0.0);
    std::fill_n(weights_.data(), experts_, Scalar(1) / static_cast<Scalar>(experts_));
  }

  const Options& options() const { return options_; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("samples", self.samples_);
    visit("unit", self.unit_);
    visit("counted", self.counted_);
    visit("usual", self.usual_);
    visit("losses", self.losses_);
    visit("weights", self.weights_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    const auto is_weight = [](Scalar w) { return is_finite(w) && w >= 0 && w <= 1; };
    return is_count(samples_) && is_finite(unit_) && is_finite(counted_) &&
           all_finite(losses_.data(), experts_) &&
           std::all_of(weights_.data(), weights_.data() + experts_, is_weight);
  }

 private:
  /// From the losses of one sample, which lie in `sorted_`.
  void learn() {
    Scalar* const losses = sorted_.data();
    for (int i = 0; i < experts_; ++i) {
      losses_.data()[i] *= 1 - options_.forgetting;
      weights_.data()[i] = losses[i];
    }
    const int middle = (experts_ - 1) / 2;
    std::nth_element(losses, losses + middle, losses + experts_);
    find_unit(static_cast<double>(losses[middle]));
    counted_ = (1 - options_.forgetting) * counted_ + 1;
    for (int i = 0; i < experts_; ++i) {
      losses_.data()[i] += share(weights_.data()[i]);
    }
    const double least = losses_.data()[best([&](int i) { return !silent_.data()[i].is; })];
    const double sharper = (std::max)(1.0, 1 / (std::max)(4 * least / counted_, 1e-12));
    double sum = 0;
    for (int i = 0; i < experts_; ++i) {
      const double weight =
          silent_.data()[i].is ? 0 : std::exp(-options_.rate * sharper * (losses_.data()[i] - least));
      weights_.data()[i] = static_cast<Scalar>(weight);
      sum += weight;
    }
    for (int i = 0; i < experts_; ++i) {
      weights_.data()[i] = static_cast<Scalar>(static_cast<double>(weights_.data()[i]) / sum);
    }
  }

  void find_unit(double median) {
    const double bounded = usual_.add(median);
    if (usual_.has_all()) {
      samples_ = 0;
      unit_ = 0;
      for (int i = 0; i < usual_.count(); ++i) {
        follow(usual_.bounded(i));
      }
    } else {
      follow(unit_ > 0 ? (std::min)(bounded, 10 * unit_) : bounded);
    }
  }

  void follow(double loss) {
    unit_ += (loss - unit_) * (std::max)(0.01, 1 / static_cast<double>(++samples_));
  }

  /// A loss in units of the usual one; bounded, so that one wild prediction is not held against an expert for
  /// ever.
  double share(Scalar loss) const {
    constexpr double most = 1000;
    const double value = static_cast<double>(loss);
    return value < most * unit_ ? value / unit_ : value > 0 ? most : 0;
  }

  SizeBeside<Experts != Dynamic> experts_;
  Options options_;
  std::int64_t samples_ = 0;
  double unit_ = 0;
  double counted_ = 0;  ///< the weight of all samples in the losses
  UsualValues<> usual_;
  Storage<double, Experts> losses_;
  Storage<Scalar, Experts> sorted_;
  Storage<Scalar, Experts> weights_;
  Storage<Flag, Experts> silent_;  ///< whose newest loss was not finite
};

}  // namespace eddy
