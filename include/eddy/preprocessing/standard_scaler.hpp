#pragma once

#include <eddy/core/storage.hpp>
#include <eddy/preprocessing/sample_buffer.hpp>
#include <eddy/preprocessing/transform.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>

namespace eddy {

/// Settings of `StandardScaler`.
struct StandardScalerOptions {
  double forgetting = 0;  ///< weight of the newest sample in mean and variance; 0: all samples count equally
  double limit = 8;       ///< deviations beyond which a scaled value is clipped; 0: not at all
};

/// Zero mean and unit variance for every value of a stream, by what has been seen so far: z = (x − m) / √v.
///
///   d = x − m    m ← m + r d    v ← (1 − r) (v + r d²)    r = max(forgetting, 1/n)
///
/// With forgetting 0 these are the moments of Welford (1962, doi:10.1080/00401706.1962.10490022), v the
/// population's; otherwise those that weigh a sample of k steps ago by (1 − forgetting)ᵏ (Finch 2009),
/// started up so that the first samples count equally. They are doubles, whatever the scalar: 10⁷ samples in,
/// a sum of floats has no digits left for the next.
///
/// n counts each value's finite samples: NaN and infinity teach nothing and become NaN (and a
/// value teaches nothing whose square overflows a double). While a value has not
/// varied, it is only centred. As a target transform it has scale 0 until there is a variance, and labels are
/// clipped like inputs: the first variances come from few samples, and may be far too small.
template <class Scalar_ = float, int Size = Dynamic>
class StandardScaler {
 public:
  static constexpr const char* kind = "StandardScaler";
  using Scalar = Scalar_;
  using Options = StandardScalerOptions;
  static constexpr int Inputs = Size, Outputs = Size;
  static constexpr bool fixed = Size != Dynamic;

  /// Size by the type. Throws if a setting is out of range.
  explicit StandardScaler(Options options = {}) requires(fixed) : StandardScaler(Size, options) {}
  /// Size at run time, at least 1; allocates.
  explicit StandardScaler(int size, Options options = {})
      : buffer_(size), options_(checked(options)), counts_(size), means_(size), variances_(size) {}

  int inputs() const { return buffer_.size(); }
  int outputs() const { return buffer_.size(); }

  /// Takes a sample into the moments.
  template <Values X>
  void partial_fit(const X& x) {
    const double* const values = buffer_.take(x);
    for (int i = 0; i < inputs(); ++i) {
      if (is_finite(values[i])) {
        learn(i, values[i]);
      }
    }
  }

  /// The sample in units of deviations from the mean, clipped.
  template <Values X>
  VectorView<const Scalar, Size> transform(const X& x) {
    transform_in_double(x);
    return buffer_.narrowed();
  }
  /// The same, before it is rounded to `Scalar`.
  template <Values X>
  VectorView<const double, Size> transform_in_double(const X& x) {
    double* const values = buffer_.take(x);
    for (int i = 0; i < inputs(); ++i) {
      values[i] = is_finite(values[i])
                      ? (clipped_ratio(values[i] - means_.data()[i], divisor(i), options_.limit))
                      : not_a_number<double>;
    }
    return buffer_.view();
  }

  /// The sample that `transform` gives z for, if nothing was clipped.
  template <Values Z>
  VectorView<const double, Size> inverse_transform(const Z& z) {
    double* const values = buffer_.take(z);
    for (int i = 0; i < inputs(); ++i) {
      values[i] = means_.data()[i] + divisor(i) * values[i];
    }
    return buffer_.view();
  }

  /// Mean and deviation of every value.
  template <std::floating_point Number>
  void affine(Number* offset, Number* scale) const {
    for (int i = 0; i < outputs(); ++i) {
      offset[i] = static_cast<Number>(means_.data()[i]);
      scale[i] = static_cast<Number>(std::sqrt(variances_.data()[i]));
    }
  }

  double limit() const { return options_.limit; }

  /// The mean of each value so far, and its variance; 0 before the first sample.
  VectorView<const double, Size> mean() const { return {means_.data(), inputs()}; }
  /// The variances so far.
  VectorView<const double, Size> variance() const { return {variances_.data(), inputs()}; }

  /// Nothing: moments belong to the stream as a whole.
  void reset() {}

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("counts", self.counts_);
    visit("means", self.means_);
    visit("variances", self.variances_);
  }

 private:
  static Options checked(Options options) {
    check_forgetting(options.forgetting);
    check_limit(options.limit);
    return options;
  }

  void learn(int i, double value) {
    double &count = counts_.data()[i], &mean = means_.data()[i], &variance = variances_.data()[i];
    const double rate = (std::max)(options_.forgetting, 1 / (count + 1));
    const double change = value - mean;
    const double next = (1 - rate) * (variance + rate * change * change);
    if (is_finite(next)) {
      count += 1;
      mean += rate * change;
      variance = next;
    }
  }

  double divisor(int i) const {
    const double variance = variances_.data()[i];
    return variance > 0 ? std::sqrt(variance) : 1;
  }

  SampleBuffer<Scalar, Size> buffer_;
  Options options_;
  Storage<double, Size> counts_, means_, variances_;
};

}  // namespace eddy
