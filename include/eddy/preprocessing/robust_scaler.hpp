#pragma once

#include <eddy/core/storage.hpp>
#include <eddy/preprocessing/robust_moments.hpp>
#include <eddy/preprocessing/running_quartiles.hpp>
#include <eddy/preprocessing/sample_buffer.hpp>
#include <eddy/preprocessing/transform.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>

namespace eddy {

/// Settings of `RobustScaler`.
struct RobustScalerOptions {
  double forgetting = 0;  ///< weight of the newest sample in the quartiles; 0: less and less, 1/n
  double limit = 8;       ///< deviations beyond which a scaled value is clipped; 0: not at all

  /// Refuses what is out of range.
  void check() const {
    check_forgetting(forgetting);
    check_limit(limit);
  }
};

/// Median 0 and the interquartile range of a standard normal for every value of a stream, so that outliers do
/// not squeeze the rest:
///
///   z = (x − median) / d    d = max(range / 1.349, s / 4)
///
/// by running quartiles and the mean absolute deviation s from the median (see `RunningQuartiles`), which is
/// the bound for a value that mostly stays put. Outliers teach nothing, and the quartiles begin anew with a
/// new level or unit, by the rule of `RobustMoments`. NaN and infinity teach nothing and become NaN. While a
/// value has not varied, it is only centred; as a target it has scale 0 till then, and labels are clipped
/// like inputs.
template <class Scalar_ = float, int Size = Dynamic>
class RobustScaler {
  static constexpr int moments = RobustMoments<double>::size, quartiles = RunningQuartiles<double>::size;

 public:
  static constexpr const char* kind = "RobustScaler";
  using Scalar = Scalar_;
  using Options = RobustScalerOptions;
  static constexpr int Inputs = Size, Outputs = Size;
  static constexpr bool fixed = Size != Dynamic;

  /// Size by the type. Throws if a setting is out of range.
  explicit RobustScaler(Options options = {}) requires(fixed) : RobustScaler(Size, options) {}
  /// Size at run time, at least 1; allocates.
  explicit RobustScaler(int size, Options options = {})
      : buffer_(size),
        options_((options.check(), options)),
        moments_(Index{moments} * size),
        quartiles_(Index{quartiles} * size) {}

  int inputs() const { return buffer_.size(); }
  int outputs() const { return buffer_.size(); }

  /// Takes a sample into the quartiles.
  template <Values X>
  void partial_fit(const X& x) {
    const double* const values = buffer_.take(x);
    for (int i = 0; i < inputs(); ++i) {
      if (is_finite(values[i])) {
        learn(i, values[i]);
      }
    }
  }

  /// The sample in units of deviations from the median, clipped.
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
                      ? (clipped_ratio(values[i] - of(i).median(), divisor(i), options_.limit))
                      : not_a_number<double>;
    }
    return buffer_.view();
  }

  /// The sample that `transform` gives z for, if nothing was clipped.
  template <Values Z>
  VectorView<const double, Size> inverse_transform(const Z& z) {
    double* const values = buffer_.take(z);
    for (int i = 0; i < inputs(); ++i) {
      values[i] = of(i).median() + divisor(i) * values[i];
    }
    return buffer_.view();
  }

  /// Median and deviation of every value.
  template <std::floating_point Number>
  void affine(Number* offset, Number* scale) const {
    for (int i = 0; i < outputs(); ++i) {
      offset[i] = static_cast<Number>(of(i).median());
      scale[i] = static_cast<Number>(deviation(i));
    }
  }

  /// Whether that would be an outlier as value i.
  bool is_outlier(int i, double value) const { return moments_of(i).is_outlier(value); }

  double limit() const { return options_.limit; }

  /// The median of value i so far; 0 before there is one.
  double median(int i) const { return of(i).median(); }
  /// d for value i: what `transform` divides by, except that it divides by 1 while this is 0.
  double deviation(int i) const { return (std::max)(of(i).range() / 1.349, of(i).spread() / 4); }

  /// Nothing: quartiles belong to the stream as a whole.
  void reset() {}

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("moments", self.moments_);
    visit("quartiles", self.quartiles_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    for (int i = 0; i < inputs(); ++i) {
      if (!of(i).state_is_valid() || !moments_of(i).state_is_valid()) {
        return false;
      }
    }
    return true;
  }

 private:
  void learn(int i, double value) {
    RobustMoments<double> own(moments_.data() + Index{moments} * i);
    const Lesson lesson = own.learn(value, options_.forgetting);
    if (lesson == Lesson::restarted) {
      of(i).begin_anew(own.mean(), std::sqrt(own.variance()), own.count());
    } else {
      of(i).learn(value, options_.forgetting);
    }
  }

  double divisor(int i) const {
    const double own = deviation(i);
    return own > 0 ? own : 1;
  }

  RobustMoments<const double> moments_of(int i) const {
    return RobustMoments<const double>(moments_.data() + Index{moments} * i);
  }
  RunningQuartiles<double> of(int i) {
    return RunningQuartiles<double>(quartiles_.data() + Index{quartiles} * i);
  }
  RunningQuartiles<const double> of(int i) const {
    return RunningQuartiles<const double>(quartiles_.data() + Index{quartiles} * i);
  }

  SampleBuffer<Scalar, Size> buffer_;
  Options options_;
  Storage<double, multiply(moments, Size)> moments_;
  Storage<double, multiply(quartiles, Size)> quartiles_;
};

}  // namespace eddy
