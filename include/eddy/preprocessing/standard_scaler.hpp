#pragma once

#include <eddy/core/storage.hpp>
#include <eddy/preprocessing/robust_moments.hpp>
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

  /// Refuses what is out of range.
  void check() const {
    check_forgetting(forgetting);
    check_limit(limit);
  }
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
/// An outlier teaches the moments nothing, and a change of level or of unit lets them begin anew: see
/// `RobustMoments`, which also says when they are those of all samples. So a wrong value costs that value,
/// and no more.
///
/// n counts each value's finite samples: NaN and infinity teach nothing and become NaN (and a
/// value teaches nothing whose square overflows a double). While a value has not
/// varied, it is only centred. As a target transform it has scale 0 until there is a variance, and labels are
/// clipped like inputs: the first variances come from few samples, and may be far too small.
template <class Scalar_ = float, int Size = Dynamic>
class StandardScaler {
  static constexpr int stride = RobustMoments<double>::size;

 public:
  static constexpr const char* kind = "StandardScaler";
  using Scalar = Scalar_;
  using Options = StandardScalerOptions;
  static constexpr int Inputs = Size, Outputs = Size;
  static constexpr bool fixed = Size != Dynamic;
  /// One moment of every value.
  using Moments = Eigen::Map<const Vector<double, Size>, Eigen::Unaligned, Eigen::InnerStride<stride>>;

  /// Size by the type. Throws if a setting is out of range.
  explicit StandardScaler(Options options = {}) requires(fixed) : StandardScaler(Size, options) {}
  /// Size at run time, at least 1; allocates.
  explicit StandardScaler(int size, Options options = {})
      : buffer_(size), options_((options.check(), options)), moments_(Index{stride} * size) {}

  int inputs() const { return buffer_.size(); }
  int outputs() const { return buffer_.size(); }

  /// Takes a sample into the moments.
  template <Values X>
  void partial_fit(const X& x) {
    const double* const values = buffer_.take(x);
    for (int i = 0; i < inputs(); ++i) {
      if (is_finite(values[i])) {
        of(i).learn(values[i], options_.forgetting);
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
      values[i] = is_finite(values[i]) ? (clipped_ratio(values[i] - of(i).mean(), divisor(i), options_.limit))
                                       : not_a_number<double>;
    }
    return buffer_.view();
  }

  /// The sample that `transform` gives z for, if nothing was clipped.
  template <Values Z>
  VectorView<const double, Size> inverse_transform(const Z& z) {
    double* const values = buffer_.take(z);
    for (int i = 0; i < inputs(); ++i) {
      values[i] = of(i).mean() + divisor(i) * values[i];
    }
    return buffer_.view();
  }

  /// Mean and deviation of every value.
  template <std::floating_point Number>
  void affine(Number* offset, Number* scale) const {
    for (int i = 0; i < outputs(); ++i) {
      offset[i] = static_cast<Number>(of(i).mean());
      scale[i] = static_cast<Number>(std::sqrt(of(i).variance()));
    }
  }

  /// Whether that would be an outlier as value i.
  bool is_outlier(int i, double value) const { return of(i).is_outlier(value); }

  double limit() const { return options_.limit; }

  /// The mean of each value so far, and its variance; 0 before the first sample.
  Moments mean() const { return {moments_.data() + 1, inputs()}; }
  /// The variances so far.
  Moments variance() const { return {moments_.data() + 2, inputs()}; }

  /// Nothing: moments belong to the stream as a whole.
  void reset() {}

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("moments", self.moments_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    for (int i = 0; i < inputs(); ++i) {
      if (!of(i).state_is_valid()) {
        return false;
      }
    }
    return true;
  }

 private:
  double divisor(int i) const {
    const double variance = of(i).variance();
    return variance > 0 ? std::sqrt(variance) : 1;
  }

  RobustMoments<double> of(int i) { return RobustMoments<double>(moments_.data() + Index{stride} * i); }
  RobustMoments<const double> of(int i) const {
    return RobustMoments<const double>(moments_.data() + Index{stride} * i);
  }

  SampleBuffer<Scalar, Size> buffer_;
  Options options_;
  Storage<double, multiply(stride, Size)> moments_;
};

}  // namespace eddy
