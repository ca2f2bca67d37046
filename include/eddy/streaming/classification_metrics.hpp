#pragma once

#include <eddy/streaming/regression_metrics.hpp>

#include <algorithm>
#include <cmath>
#include <numbers>
#include <type_traits>

namespace eddy {

/// Refuses a class that is none of `classes`.
template <class Class>
void check_class(const char* what, Class value, long classes) {
  if (static_cast<double>(value) < 0 || static_cast<double>(value) >= static_cast<double>(classes)) {
    fail(what, " is class ", value, ", expected 0 to ", classes - 1);
  }
}

/// 1 if the class is right, else 0. A prediction is a class, or a vector with a score for each class, of
/// which the first of the highest counts.
struct Hit {
  static constexpr const char* kind = "Hit";
  static double of(double truth, double prediction) {
    return is_finite(truth) && is_finite(prediction) ? (truth == prediction ? 1 : 0) : not_a_number<double>;
  }
  template <class Truth, EigenExpression Scores>
  static double of(Truth truth, const Scores& scores) requires std::is_integral_v<Truth> {
    const auto& score = scores.derived();
    if (score.size() == 1) {
      return of(static_cast<double>(truth), static_cast<double>(score(0)));
    }
    check_class("the truth", truth, static_cast<long>(score.size()));
    Index best = 0;
    for (Index k = 0; k < score.size(); ++k) {
      if (!is_finite(score(k))) {
        return not_a_number<double>;
      }
      best = score(k) > score(best) ? k : best;
    }
    return best == static_cast<Index>(truth) ? 1 : 0;
  }
  static double value(double mean) { return mean; }
};

/// −log p of the probability p that was given to what came, held above 1e-15. A prediction is the probability
/// of class 1 of the classes 0 and 1 (the truth may be a probability, too), or a vector with one for each
/// class. Skipped if it is not from 0 to 1.
struct Surprise {
  static constexpr const char* kind = "Surprise";
  static double of(double truth, double probability) {
    if (!is_probability(truth) || !is_probability(probability)) {
      return not_a_number<double>;
    }
    return (truth > 0 ? truth * nats(probability) : 0) +
           (truth < 1 ? (1 - truth) * nats(1 - probability) : 0);
  }
  template <class Truth, EigenExpression Probabilities>
  static double of(Truth truth, const Probabilities& probabilities) requires std::is_integral_v<Truth> {
    if (probabilities.size() == 1) {
      return of(static_cast<double>(truth), static_cast<double>(probabilities.derived()(0)));
    }
    check_class("the truth", truth, static_cast<long>(probabilities.size()));
    const double probability = static_cast<double>(probabilities.derived()(static_cast<Index>(truth)));
    return is_probability(probability) ? nats(probability) : not_a_number<double>;
  }
  static double value(double mean) { return mean; }

 private:
  /// With room for the rounding of a softmax.
  static bool is_probability(double p) { return is_finite(p) && p >= 0 && p <= 1 + 1e-5; }
  static double nats(double p) { return -std::log((std::min)(1.0, (std::max)(p, 1e-15))); }
};

/// The same in bits.
struct SurpriseInBits : Surprise {
  static constexpr const char* kind = "SurpriseInBits";
  static double value(double mean) { return mean / std::numbers::ln2; }
};

/// The share of predictions that were right: of classes, or of the highest of the scores of all classes.
using Accuracy = Metric<MeanOf<Hit>>;

/// The mean of −log p, in nats, where p is the probability given to the class that came: `add(class,
/// probabilities of all)`, or `add(0 or 1, probability of 1)`. A model of logits gives probabilities by
/// `softmax` or `logistic`.
using LogLoss = Metric<MeanOf<Surprise>>;

/// The mean of −log₂ p: how many bits a symbol takes in a code made from the predictions.
using BitsPerSymbol = Metric<MeanOf<SurpriseInBits>>;

}  // namespace eddy
