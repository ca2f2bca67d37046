#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/core/sample.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/core/storage.hpp>

namespace eddy {

/// The weighted mean of the flat vectors of several models, added one after the other: federated averaging,
///
///   w̄ = Σ_k n_k w_k / Σ_k n_k,
///
/// with weights n_k, the number of samples that model k has learned from (McMahan et al. 2017,
/// arXiv:1602.05629). The models begin a round from the same weights; the mean of models that began apart is
/// no model. `moments()` of models may be averaged in the same way.
template <class Scalar = float, int Size = Dynamic>
class ParameterAverage {
 public:
  static constexpr const char* kind = "ParameterAverage";

  /// Size by the type.
  ParameterAverage() requires(Size != Dynamic) : ParameterAverage(Size) {}

  /// Allocates where the size is known at run time only. Throws if it is below 1, or not what the type fixes.
  explicit ParameterAverage(int size)
      : size_((check_fixed<Size>("the number of parameters", size), size)), mean_(size_) {}

  /// Adds a vector with a weight. Returns false, and leaves it out, if the weight is 0 or a value is not
  /// finite. Throws if the vector has another size, or the weight is not from 0 to 1e100.
  template <EigenExpression X>
  bool add(const X& parameters, double weight) {
    check_size<Size>("the vector of parameters", parameters, size_);
    check_setting("weight", weight, from_to(0, 1e100));
    for (int i = 0; i < size_; ++i) {
      if (!is_finite(parameters(i))) {
        return false;
      }
    }
    if (weight == 0) {
      return false;
    }
    weight_ += weight;
    // w̄ ← w̄ + (n_k / Σ n) (w_k − w̄): nothing grows with the number of models, nor with their difference
    const Scalar share = static_cast<Scalar>(weight / weight_);
    for (int i = 0; i < size_; ++i) {
      mean_.data()[i] += share * static_cast<Scalar>(parameters(i)) - share * mean_.data()[i];
    }
    return true;
  }

  /// The mean so far; zero before anything was added.
  VectorView<const Scalar, Size> mean() const { return {mean_.data(), size_}; }

  /// The sum of the weights so far.
  double weight() const { return weight_; }

  /// Begins the next mean.
  void reset() {
    weight_ = 0;
    VectorView<Scalar>(mean_.data(), size_).setZero();
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("weight", self.weight_);
    visit("mean", self.mean_);
  }

 private:
  int size_;
  double weight_ = 0;
  Storage<Scalar, Size> mean_;
};

}  // namespace eddy
