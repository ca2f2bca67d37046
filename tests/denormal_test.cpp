#include <eddy/core/denormal.hpp>
#include <eddy/models.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

// Silence must not fill the moments of an optimizer with denormal numbers, which processors are slow at.

namespace eddy::testing {
namespace {

template <class Scalar>
int denormals(const Vector<Scalar>& values) {
  int count = 0;
  for (const Scalar value : values) {
    count += value != 0 && std::abs(value) < (std::numeric_limits<Scalar>::min)();
  }
  return count;
}

TEST(Denormals, AreFlushedAndNothingElse) {
  constexpr float least = (std::numeric_limits<float>::min)();
  Vector<float> values(8);
  values << least, -least, least / 2, -least / 2, std::numeric_limits<float>::denorm_min(), 0, 1,
      std::numeric_limits<float>::infinity();
  Vector<float> expected(8);
  expected << least, -least, 0, 0, 0, 0, 1, std::numeric_limits<float>::infinity();
  flush_denormals(values.data(), values.size());
  EXPECT_EQ(values, expected);
  values(3) = not_a_number<float>;
  flush_denormals(values.data(), values.size());
  EXPECT_TRUE(is_nan(values(3))) << "what is not a number is not hidden";
}

/// Teaches noise, then silence until every moment has decayed, and longer.
template <class Scalar, class Optimizer>
void expect_no_denormals_after_silence(Optimizer optimizer, int silence = 4000) {
  using Model = Lstm<Scalar, 1, 4, 1, MeanSquaredError, Optimizer, TruncatedBptt<4>, NoRehearsal>;
  Model model({.optimizer = optimizer});
  Random random(3);
  for (int n = 0; n < 100; ++n) {
    model.partial_fit(static_cast<Scalar>(random.normal()), static_cast<Scalar>(random.normal()));
  }
  EXPECT_GT(model.moments().cwiseAbs().maxCoeff(), Scalar(0));
  // Silence is predicted at once and for good: every gradient is exactly 0.
  model.parameters().setZero();
  model.optimizer().learning_rate = 0;
  model.reset();
  for (int n = 0; n < silence; ++n) {
    model.partial_fit(Scalar(0), Scalar(0));
  }
  EXPECT_EQ(model.gradient().cwiseAbs().maxCoeff(), Scalar(0));
  EXPECT_EQ(denormals<Scalar>(model.moments()), 0);
  EXPECT_EQ(model.moments().cwiseAbs().maxCoeff(), Scalar(0)) << "the silence was long enough";
}

TEST(Denormals, DoNotStayInMomentsOnSilence) {
  expect_no_denormals_after_silence<float>(Adam{.beta2 = 0.97});
  expect_no_denormals_after_silence<float>(AdamW{.beta2 = 0.97});
  expect_no_denormals_after_silence<float>(RmsProp{.decay = 0.97});
  expect_no_denormals_after_silence<float>(Momentum{});
  expect_no_denormals_after_silence<float>(Nesterov{});
  expect_no_denormals_after_silence<double>(Adam{.beta2 = 0.9}, 8000);
}

}  // namespace
}  // namespace eddy::testing
