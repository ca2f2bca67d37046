#pragma once

#include <eddy/core/history.hpp>
#include <eddy/core/sample.hpp>
#include <eddy/preprocessing/sample_buffer.hpp>
#include <eddy/preprocessing/transform.hpp>

namespace eddy {

/// The newest `Count` samples side by side, the newest first: [x_t; x_{t−1}; …; x_{t−Count+1}].
///
/// Where there is no sample so old yet, or its value is not finite, stands the value of the sample after it;
/// so a broken sample is a gap once, not `Count` times. Costs a copy of all of them for each sample.
template <class Scalar_ = float, int Size = Dynamic, int Count = Dynamic>
class Lags {
 public:
  static constexpr const char* kind = "Lags";
  using Scalar = Scalar_;
  static constexpr int Inputs = Size, Outputs = multiply(Size, Count);
  static constexpr bool fixed = Outputs != Dynamic;

  /// Sizes by the type.
  Lags() requires(fixed) : Lags(Size, Count) {}
  /// Sizes at run time, at least 1; allocates.
  Lags(int size, int count)
      : samples_(size, (checked_width("the number of values of all lags", Index{size} * count), count)),
        output_(size * count) {}

  int inputs() const { return samples_.width(); }
  int outputs() const { return samples_.width() * samples_.length(); }

  /// Takes a sample, which is then the newest.
  template <Values X>
  void partial_fit(const X& x) {
    check_size<Size>("x", x, inputs());
    copy_in_double<Size>(x, samples_.advance(), inputs());
  }

  /// The sample, which is the newest, and those before it.
  template <Values X>
  VectorView<const Scalar, Outputs> transform(const X& x) {
    transform_in_double(x);
    return output_.narrowed();
  }
  /// The same, before it is rounded to `Scalar`.
  template <Values X>
  VectorView<const double, Outputs> transform_in_double(const X& x) {
    check_size<Size>("x", x, inputs());
    copy_in_double<Size>(x, output_.data(), inputs());
    for (int lag = 1; lag < samples_.length(); ++lag) {
      const auto step = samples_.time() - lag;
      const double* const older = samples_.holds(step) ? samples_.column(step) : nullptr;
      double* const to = output_.data() + Index{lag} * inputs();
      for (int i = 0; i < inputs(); ++i) {
        to[i] = older && is_finite(older[i]) ? older[i] : to[i - inputs()];
      }
    }
    return output_.view();
  }

  /// Forgets the samples.
  void reset() { samples_.reset(); }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("samples", self.samples_);
  }

 private:
  History<double, Size, Count> samples_;
  SampleBuffer<Scalar, Outputs> output_;
};

}  // namespace eddy
