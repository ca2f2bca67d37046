#pragma once

#include <eddy/core/storage.hpp>
#include <eddy/preprocessing/robust_moments.hpp>
#include <eddy/preprocessing/sample_buffer.hpp>
#include <eddy/preprocessing/transform.hpp>

namespace eddy {

/// What an `Imputer` puts in the place of a missing value.
enum class Fill {
  last,     ///< the newest value that was there
  mean,     ///< the mean of all that were there, outliers left out (see `RobustMoments`)
  constant  ///< always the same
};

/// Whether an `Imputer` also tells the model what was missing.
enum class Indicators {
  none,
  beside  ///< after the values, for each a 1 if it was missing, else a 0
};

/// Settings of `Imputer`.
struct ImputerOptions {
  Fill fill = Fill::last;  ///< what stands in for a missing value
  double constant = 0;     ///< also in place of what was never there

  /// Refuses what is out of range.
  void check() const { check_setting("constant", constant, {}); }
};

/// Fills in for missing values: whatever is not finite, each value of a sample by itself.
///
/// [Size] values in, as many out, or twice as many with `Indicators::beside`.
template <class Scalar_ = float, int Size = Dynamic, Indicators Indicate = Indicators::none>
class Imputer {
  static constexpr int copies = Indicate == Indicators::beside ? 2 : 1;
  static constexpr int stride = RobustMoments<double>::size;

 public:
  static constexpr const char* kind = "Imputer";
  using Scalar = Scalar_;
  using Options = ImputerOptions;
  static constexpr int Inputs = Size, Outputs = multiply(copies, Size);
  static constexpr bool fixed = Size != Dynamic;

  /// Size by the type. Throws if a setting is out of range.
  explicit Imputer(Options options = {}) requires(fixed) : Imputer(Size, options) {}
  /// Size at run time, at least 1; allocates.
  explicit Imputer(int size, Options options = {})
      : options_((options.check(), options)),
        input_(size),
        output_(copies * input_.size()),
        moments_(Index{stride} * size),
        fills_(size) {
    for (int i = 0; i < size; ++i) {
      fills_.data()[i] = options.constant;
    }
  }

  int inputs() const { return input_.size(); }
  int outputs() const { return copies * input_.size(); }

  /// Remembers what is there.
  template <Values X>
  void partial_fit(const X& x) {
    const double* const values = input_.take(x);
    if (options_.fill == Fill::constant) {
      return;
    }
    for (int i = 0; i < inputs(); ++i) {
      if (is_finite(values[i])) {
        learn(i, values[i]);
      }
    }
  }

  /// The sample with what is missing filled in.
  template <Values X>
  VectorView<const Scalar, Outputs> transform(const X& x) {
    transform_in_double(x);
    return output_.narrowed();
  }
  /// The same, before it is rounded to `Scalar`.
  template <Values X>
  VectorView<const double, Outputs> transform_in_double(const X& x) {
    const double* const values = input_.take(x);
    for (int i = 0; i < inputs(); ++i) {
      const bool there = is_finite(values[i]);
      output_.data()[i] = there ? values[i] : fills_.data()[i];
      if constexpr (Indicate == Indicators::beside) {
        output_.data()[inputs() + i] = there ? 0 : 1;
      }
    }
    return output_.view();
  }

  /// Forgets the last values; a mean stays.
  void reset() {
    if (options_.fill == Fill::last) {
      for (int i = 0; i < inputs(); ++i) {
        fills_.data()[i] = options_.constant;
      }
    }
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("moments", self.moments_);
    visit("fills", self.fills_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    for (int i = 0; i < inputs(); ++i) {
      if (!RobustMoments<const double>(moments_.data() + Index{stride} * i).state_is_valid()) {
        return false;
      }
    }
    return all_finite(fills_.data(), inputs());
  }

 private:
  void learn(int i, double value) {
    if (options_.fill == Fill::last) {
      fills_.data()[i] = value;
      return;
    }
    RobustMoments<double> moments(moments_.data() + Index{stride} * i);
    moments.learn(value, 0);
    if (moments.count() > 0) {
      fills_.data()[i] = moments.mean();
    }
  }

  Options options_;
  SampleBuffer<Scalar, Size> input_;
  SampleBuffer<Scalar, Outputs> output_;
  Storage<double, multiply(stride, Size)> moments_;  // with `Fill::mean`
  Storage<double, Size> fills_;
};

}  // namespace eddy
