#pragma once

#include <eddy/core/storage.hpp>
#include <eddy/preprocessing/sample_buffer.hpp>
#include <eddy/preprocessing/transform.hpp>

#include <algorithm>
#include <concepts>

namespace eddy {

/// Target transform that lets a model predict a change: y = (the newest label known) + z, or, with a lag of a
/// season, the label that was the lag-th newest.
///
/// Labels are counted, not steps: with a horizon of h steps the newest label is h steps old, and a season of
/// s samples is a lag of s − h + 1. What is missing (NaN) leaves the value of a season before. Until there
/// are `lag` labels the prediction is the newest of them (0 before the first), and the model learns nothing.
/// Labels are kept, and subtracted, in double.
template <class Scalar_ = float, int Size = Dynamic, int Lag = 1>
class Difference {
 public:
  static constexpr const char* kind = "Difference";
  using Scalar = Scalar_;
  static constexpr int Inputs = Size, Outputs = Size;
  static constexpr bool fixed = Size != Dynamic && Lag != Dynamic;

  /// Sizes by the type.
  Difference() requires(fixed) : Difference(Size, Lag) {}
  /// Sizes at run time, at least 1; allocates.
  explicit Difference(int size, int lag = fixed_or(Lag, 1))
      : buffer_(size),
        lag_((check_fixed<Lag>("the lag", lag),
              checked_width("the number of labels that a difference keeps", Index{size} * lag), lag)),
        labels_(Index{size} * lag),
        latest_(size) {
    std::fill_n(labels_.data(), labels_.size(), not_a_number<double>);
  }

  int inputs() const { return buffer_.size(); }
  int outputs() const { return buffer_.size(); }
  int lag() const { return lag_; }

  /// Takes a label to start from.
  template <Values Y>
  void partial_fit(const Y& y) {
    const double* const values = buffer_.take(y);
    double* const oldest = labels_.data() + Index{next_} * outputs();
    for (int i = 0; i < outputs(); ++i) {
      if (is_finite(values[i])) {
        oldest[i] = latest_.data()[i] = values[i];
      }
    }
    next_ = next_ + 1 == lag_ ? 0 : next_ + 1;
  }

  /// The label that a change is counted from, with scale 1; the newest with scale 0 while it is not known.
  template <std::floating_point Number>
  void affine(Number* offset, Number* scale) const {
    const double* const oldest = labels_.data() + Index{next_} * outputs();
    for (int i = 0; i < outputs(); ++i) {
      const bool known = !is_nan(oldest[i]);
      offset[i] = static_cast<Number>(known ? oldest[i] : latest_.data()[i]);
      scale[i] = known ? Number(1) : Number(0);
    }
  }

  /// Forgets the labels.
  void reset() {
    std::fill_n(labels_.data(), labels_.size(), not_a_number<double>);
    std::fill_n(latest_.data(), outputs(), 0.0);
    next_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("next", self.next_);
    visit("labels", self.labels_);
    visit("latest", self.latest_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return next_ >= 0 && next_ < lag_; }

 private:
  SampleBuffer<Scalar, Size> buffer_;
  int lag_;
  int next_ = 0;  // where the oldest label lies, to be replaced by the next
  Storage<double, multiply(Size, Lag)> labels_;
  Storage<double, Size> latest_;
};

}  // namespace eddy
