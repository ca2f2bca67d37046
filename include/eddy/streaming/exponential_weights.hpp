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
/// with the rate η, the forgetting φ, and m, a running mean of the median over the experts' losses (of an
/// even number, the lower one), bounded as by `UsualValues`: so the rate fits losses of any unit. c is 1
/// unless the best expert's mean loss is below m / 4; then it is so much larger that the best one's loss is
/// again a quarter of the unit. So an expert whose loss is 10 or 10³⁰ times that of the best counts for
/// nothing, even where most experts are hopeless.
///
/// All weights begin equal. They are not negative, below 10⁻⁹ of the largest 0, and sum to 1: what they mix
/// stays within the range of the experts.
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
        newest_(experts),
        sorted_(experts),
        weights_(experts) {
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

  /// Learns from a loss of each expert, of one sample. A loss that is not finite counts as the mean of those
  /// before it (the first as the worst of the others), and its expert has no weight until it has one again.
  /// Does nothing if none is finite, or one is negative.
  template <Values Losses>
  void partial_fit(const Losses& losses) {
    check_size<Experts>("losses", losses, experts_);
    copy_values<Experts>(losses, newest_.data(), experts_);
    int finite = 0;
    for (int i = 0; i < experts_; ++i) {
      if (const Scalar loss = newest_.data()[i]; is_finite(loss)) {
        if (loss < 0) {
          return;
        }
        sorted_.data()[finite++] = loss;
      }
    }
    if (finite > 0) {
      learn(finite);
    }
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
  /// From the losses of one sample, `finite` of which lie in `sorted_`, too.
  void learn(int finite) {
    Scalar* const sorted = sorted_.data();
    const int middle = (finite - 1) / 2;
    std::nth_element(sorted, sorted + middle, sorted + finite);
    find_unit(static_cast<double>(sorted[middle]));
    const Scalar worst = *std::max_element(sorted, sorted + finite);
    const double kept = (1 - options_.forgetting) * counted_;  // the weight of the samples so far
    counted_ = kept + 1;
    const auto is_silent = [&](int i) { return !is_finite(newest_.data()[i]); };
    for (int i = 0; i < experts_; ++i) {
      double& sum = losses_.data()[i];
      sum *= 1 - options_.forgetting;
      sum += !is_silent(i) ? share(newest_.data()[i]) : kept > 0 ? sum / kept : share(worst);
    }
    const double least = losses_.data()[best([&](int i) { return !is_silent(i); })];
    const double sharper = (std::max)(1.0, 1 / (std::max)(4 * least / counted_, 1e-12));
    double sum = 0;
    for (int i = 0; i < experts_; ++i) {
      const double weight = std::exp(-options_.rate * sharper * (losses_.data()[i] - least));
      weights_.data()[i] = static_cast<Scalar>(is_silent(i) || weight < 1e-9 ? 0 : weight);
      sum += static_cast<double>(weights_.data()[i]);
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
  Storage<Scalar, Experts> newest_, sorted_;
  Storage<Scalar, Experts> weights_;
};

}  // namespace eddy
