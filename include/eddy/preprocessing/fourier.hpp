#pragma once

#include <eddy/core/storage.hpp>
#include <eddy/preprocessing/transform.hpp>

#include <cmath>
#include <initializer_list>
#include <numbers>

namespace eddy {

/// Writes sin 2πa and cos 2πa for a number of turns a.
template <class Scalar>
void write_circle(double turns, Scalar* to) {
  const double angle = 2 * std::numbers::pi * turns;
  to[0] = static_cast<Scalar>(std::sin(angle));
  to[1] = static_cast<Scalar>(std::cos(angle));
}

/// Where a number t, a counter or a time, stands in cycles of known periods, as smooth circles:
///
///   [sin 2πk t/p; cos 2πk t/p]  for each period p, in it for each harmonic k = 1 … Harmonics
///
/// `Fourier<float, 2>({24, 168})` takes hours, for example. t is one number; given as such, and not as a
/// vector of floats, it keeps the digits of a double: a float cannot tell the seconds since 1970 apart. NaN
/// gives NaN.
template <class Scalar_ = float, int Periods = Dynamic, int Harmonics = 1>
class Fourier {
  static_assert(Harmonics > 0, "the number of harmonics is at least 1");

 public:
  static constexpr const char* kind = "Fourier";
  using Scalar = Scalar_;
  static constexpr int Inputs = 1, Outputs = multiply(2 * Harmonics, Periods);
  static constexpr bool fixed = Periods != Dynamic;

  /// Throws unless there are as many periods as the type says, at least one, each above 0.
  explicit Fourier(std::initializer_list<double> periods)
      : count_((check_fixed<Periods>("the number of periods", static_cast<int>(periods.size())),
                static_cast<int>(periods.size()))),
        periods_(count_),
        values_(checked_width("the number of waves", std::int64_t{2} * Harmonics * count_)) {
    double* to = periods_.data();
    for (const double period : periods) {
      check_setting("a period", period, above(0));
      *to++ = period;
    }
  }

  int inputs() const { return 1; }
  int outputs() const { return 2 * Harmonics * count_; }

  /// Nothing is learned.
  template <Values X>
  void partial_fit(const X& t) {
    check_size<1>("t", t, 1);
  }

  template <Values X>
  VectorView<const Scalar, Outputs> transform(const X& t) {
    const double time = only_value("t", t);
    Scalar* to = values_.data();
    for (int period = 0; period < count_; ++period) {
      for (int harmonic = 1; harmonic <= Harmonics; ++harmonic, to += 2) {
        if (is_finite(time)) {
          // Less than a turn before the multiplication by 2π, which would cost digits of a large t.
          const double length = periods_.data()[period];
          write_circle(harmonic * (std::fmod(time, length) / length), to);
        } else {
          to[0] = to[1] = not_a_number<Scalar>;
        }
      }
    }
    return {values_.data(), outputs()};
  }

  void reset() {}

  /// Nothing changes: the periods are settings.
  template <class Self, class Visit>
  static void visit_state(Self&, Visit&&) {}

 private:
  SizeBeside<fixed> count_;
  Storage<double, Periods> periods_;
  Storage<Scalar, Outputs> values_;
};

}  // namespace eddy
