#pragma once

#include <eddy/loss.hpp>

#include <array>
#include <cstddef>
#include <utility>

namespace eddy {

/// (k + 1) / (Count + 1): the quantiles that cut a distribution into equal parts.
template <int Count>
constexpr std::array<double, static_cast<std::size_t>(Count)> equal_quantiles() {
  std::array<double, static_cast<std::size_t>(Count)> quantiles{};
  for (int k = 0; k < Count; ++k) {
    quantiles[static_cast<std::size_t>(k)] = static_cast<double>(k + 1) / (Count + 1);
  }
  return quantiles;
}

/// Several quantiles of each target at once: the mean of their quantile losses (`PinballLoss`), mean over the
/// targets. For n targets the model has n outputs for each quantile: n of the first, then n of the second, …
///
///   QuantileLoss<3>{.quantiles = {0.05, 0.5, 0.95}}
///
/// Nothing keeps the outputs from crossing while they learn. `rearrange` puts those of each target in order,
/// which never makes their loss larger (Chernozhukov, Fernández-Val & Galichon 2010, doi:10.3982/ECTA7880).
template <int Count>
struct QuantileLoss {
  static constexpr const char* kind = "QuantileLoss";
  static_assert(Count > 0, "there is at least one quantile");

  std::array<double, static_cast<std::size_t>(Count)> quantiles = equal_quantiles<Count>();  ///< ascending

  static constexpr int target_size(int outputs) {
    if (outputs % Count != 0) {
      fail("QuantileLoss needs ", Count, " outputs for each target, has ", outputs);
    }
    return outputs / Count;
  }

  /// Throws unless the quantiles are between 0 and 1 and ascend.
  void check() const {
    double last = 0;
    for (const double quantile : quantiles) {
      check_setting("a quantile", quantile, between(last, 1));
      last = quantile;
    }
  }
  /// The same; any number of outputs that `target_size` takes will do.
  void check(int /*outputs*/) const { check(); }

  template <class Prediction, class Target, class Weight, class Gradient>
  auto evaluate(const Prediction& prediction, const Target& target, const Weight& weight,
                Gradient&& gradient) const {
    using Scalar = typename Prediction::Scalar;
    const Index n = target.size();
    Scalar sum = 0;
    for (int k = 0; k < Count; ++k) {
      const PinballLoss one{quantiles[static_cast<std::size_t>(k)]};
      for (Index i = 0; i < n; ++i) {
        const Index output = k * n + i;
        const Scalar share = weight(i) / static_cast<Scalar>(n * Count);
        sum += share * one.value(prediction(output), target(i));
        gradient(output) = share * one.derivative(prediction(output), target(i));
      }
    }
    return sum;
  }

  /// Puts the quantiles of each target in ascending order, in a copy of the outputs of a model.
  template <class Outputs>
  static void rearrange(Outputs&& outputs) {
    const Index n = outputs.size() / Count;
    for (Index i = 0; i < n; ++i) {
      for (int k = 1; k < Count; ++k) {
        for (int j = k; j > 0 && outputs(j * n + i) < outputs((j - 1) * n + i); --j) {
          std::swap(outputs(j * n + i), outputs((j - 1) * n + i));
        }
      }
    }
  }
};

}  // namespace eddy
