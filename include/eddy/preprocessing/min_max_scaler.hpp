#pragma once

#include <eddy/core/setting.hpp>
#include <eddy/core/storage.hpp>
#include <eddy/preprocessing/robust_moments.hpp>
#include <eddy/preprocessing/sample_buffer.hpp>
#include <eddy/preprocessing/transform.hpp>

#include <algorithm>
#include <cmath>
#include <concepts>

namespace eddy {

/// Settings of `MinMaxScaler`.
struct MinMaxScalerOptions {
  double forgetting =
      0;             ///< how far the extremes move towards each sample, as a share of the way; 0: not at all
  double low = 0;    ///< what the smallest value becomes
  double high = 1;   ///< what the largest value becomes
  double limit = 8;  ///< size beyond which a scaled value is clipped; 0: not at all

  /// Refuses what is out of range.
  void check() const {
    check_forgetting(forgetting);
    check_limit(limit);
    check_setting("low", low, {});
    check_setting("high", high, above(low));
    check_setting("high - low", high - low, {});
  }
};

/// Brings the range of every value of a stream, by what has been seen so far, to [low, high]:
///
///   z = low + (high − low) (x − min) / (max − min)
///
/// Outliers are not in the range, and it begins anew, at two deviations on both sides of the mean, with a new
/// level or unit; see `RobustMoments`. With forgetting f, each sample x first moves the extremes by
/// f (x − extreme): so a value far out that is no outlier does not squeeze all that follow. NaN and infinity
/// teach nothing and become NaN. A value that has not varied yet becomes low; as a target it has scale 0 till
/// then.
template <class Scalar_ = float, int Size = Dynamic>
class MinMaxScaler {
  static constexpr int stride = RobustMoments<double>::size;

 public:
  static constexpr const char* kind = "MinMaxScaler";
  using Scalar = Scalar_;
  using Options = MinMaxScalerOptions;
  static constexpr int Inputs = Size, Outputs = Size;
  static constexpr bool fixed = Size != Dynamic;

  /// Size by the type. Throws if a setting is out of range.
  explicit MinMaxScaler(Options options = {}) requires(fixed) : MinMaxScaler(Size, options) {}
  /// Size at run time, at least 1; allocates.
  explicit MinMaxScaler(int size, Options options = {})
      : buffer_(size),
        options_((options.check(), options)),
        moments_(Index{stride} * size),
        minima_(size),
        maxima_(size) {}

  int inputs() const { return buffer_.size(); }
  int outputs() const { return buffer_.size(); }

  /// Takes a sample into the ranges.
  template <Values X>
  void partial_fit(const X& x) {
    const double* const values = buffer_.take(x);
    for (int i = 0; i < inputs(); ++i) {
      if (is_finite(values[i])) {
        learn(i, values[i]);
      }
    }
  }

  /// The sample by its place in the ranges, clipped.
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
      if (!is_finite(values[i])) {
        values[i] = not_a_number<double>;
      } else if (scale(i) > 0) {
        values[i] = (clipped_ratio(values[i] - offset(i), scale(i), options_.limit));
      } else {
        values[i] = options_.low;
      }
    }
    return buffer_.view();
  }

  /// The sample that `transform` gives z for, if nothing was clipped.
  template <Values Z>
  VectorView<const double, Size> inverse_transform(const Z& z) {
    double* const values = buffer_.take(z);
    for (int i = 0; i < inputs(); ++i) {
      values[i] = offset(i) + scale(i) * values[i];
    }
    return buffer_.view();
  }

  /// What 0 stands for, and how much 1 is more.
  template <std::floating_point Number>
  void affine(Number* offsets, Number* scales) const {
    for (int i = 0; i < outputs(); ++i) {
      offsets[i] = static_cast<Number>(offset(i));
      scales[i] = static_cast<Number>(scale(i));
    }
  }

  /// Whether that would be an outlier as value i.
  bool is_outlier(int i, double value) const {
    return RobustMoments<const double>(moments_.data() + Index{stride} * i).is_outlier(value);
  }

  double limit() const { return options_.limit; }

  /// The smallest and the largest of each value so far; 0 before the first sample.
  VectorView<const double, Size> minimum() const { return {minima_.data(), inputs()}; }
  /// The largest values so far.
  VectorView<const double, Size> maximum() const { return {maxima_.data(), inputs()}; }

  /// Nothing: ranges belong to the stream as a whole.
  void reset() {}

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("moments", self.moments_);
    visit("minima", self.minima_);
    visit("maxima", self.maxima_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    for (int i = 0; i < inputs(); ++i) {
      if (!RobustMoments<const double>(moments_.data() + Index{stride} * i).state_is_valid() ||
          !is_finite(maxima_.data()[i] - minima_.data()[i]) || minima_.data()[i] > maxima_.data()[i]) {
        return false;
      }
    }
    return true;
  }

 private:
  void learn(int i, double value) {
    double &minimum = minima_.data()[i], &maximum = maxima_.data()[i];
    RobustMoments<double> moments(moments_.data() + Index{stride} * i);
    const bool is_first = moments.count() == 0;
    const Lesson lesson = moments.learn(value, options_.forgetting);
    if (lesson == Lesson::outlier) {
      return;
    }
    if (lesson == Lesson::restarted) {
      const double half = 2 * std::sqrt(moments.variance());
      minimum = moments.mean() - half;
      maximum = moments.mean() + half;
    } else if (is_first) {
      minimum = maximum = value;
    }
    value = moments.bounded(value);
    minimum = (std::min)(value, minimum + options_.forgetting * (value - minimum));
    maximum = (std::max)(value, maximum + options_.forgetting * (value - maximum));
  }

  double scale(int i) const {
    return (maxima_.data()[i] - minima_.data()[i]) / (options_.high - options_.low);
  }
  double offset(int i) const { return minima_.data()[i] - options_.low * scale(i); }

  SampleBuffer<Scalar, Size> buffer_;
  Options options_;
  Storage<double, multiply(stride, Size)> moments_;
  Storage<double, Size> minima_, maxima_;
};

}  // namespace eddy
