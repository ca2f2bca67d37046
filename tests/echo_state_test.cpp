#include "support/numeric.hpp"
#include "support/state.hpp"
#include "support/unroll.hpp"

#include <eddy/heads/echo_state.hpp>
#include <eddy/streaming/learner.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>
#include <vector>

template class eddy::EchoState<float, 1, 20, 1>;
template class eddy::EchoState<double, 3, 10, 2, 4>;
template class eddy::EchoState<float>;
template class eddy::EchoState<double>;

namespace eddy::testing {
namespace {

static_assert(Learner<EchoState<float, 1, 20, 1>>);
static_assert(Learner<EchoState<double>>);

/// Mackey & Glass 1977 (doi:10.1126/science.267326), delay 17, a value for each unit of time, less its mean.
std::vector<float> mackey_glass(int length) {
  std::vector<double> z(1000 + 10 * static_cast<std::size_t>(length), 1.2);
  std::vector<float> values;
  for (std::size_t i = 170; i + 1 < z.size(); ++i) {
    z[i + 1] = z[i] + 0.1 * (0.2 * z[i - 170] / (1 + std::pow(z[i - 170], 10)) - 0.1 * z[i]);
    if (i >= 1000 && i % 10 == 0) {
      values.push_back(static_cast<float>((z[i] - 0.93) / 0.22));
    }
  }
  return values;
}

TEST(EchoState, ForecastsAChaoticSeries) {
  constexpr int horizon = 10;
  EchoState<float, 1, 100, 1> model;
  const std::vector<float> series = mackey_glass(3000);
  std::vector<float> predictions;
  double errors = 0, squares = 0;
  for (std::size_t t = 0; t < series.size(); ++t) {
    if (t >= horizon) {
      const double error = static_cast<double>(series[t]) - static_cast<double>(predictions[t - horizon]);
      model.partial_fit(at(model.time() - horizon + 1), series[t]);
      errors += t > 1000 ? error * error : 0;
      squares += t > 1000 ? static_cast<double>(series[t] * series[t]) : 0;
    }
    predictions.push_back(model.step(series[t])(0));
  }
  // An error of 0.06 of the deviation was seen; the last value has 0.9, an autoregression over 24 values 0.4.
  EXPECT_LT(std::sqrt(errors / squares), 0.12);
}

TEST(EchoState, FixedAndRunTimeSizesAgree) {
  EchoState<float, 1, 20, 1> fixed;
  EchoState<float> sized(1, 20, 1);
  for (const float y : mackey_glass(50)) {
    fixed.partial_fit(y, y);
    sized.partial_fit(y, y);
    ASSERT_EQ(fixed.prediction()(0), sized.prediction()(0));
  }
  EXPECT_NE(fixed.prediction()(0), 0);
}

TEST(EchoState, LearnsNothingFromWhatIsNotFinite) {
  EchoState<float, 1, 20, 1> model, other;
  const std::vector<float> series = mackey_glass(60);
  for (const float y : series) {
    model.partial_fit(y, y);
    other.partial_fit(y, y);
    model.partial_fit(not_a_number<float>, y);
    EXPECT_TRUE(is_nan(model.prediction()(0)));
    model.partial_fit(not_a_number<float>);
  }
  model.step(series[0]);
  other.step(series[0]);
  EXPECT_EQ(model.prediction()(0), other.prediction()(0));
}

TEST(EchoState, GoesOnFromItsState) {
  EchoState<float, 1, 20, 1> model, other({.seed = 9});
  for (const float y : mackey_glass(60)) {
    model.partial_fit(y, y);
  }
  copy_state(model, other);
  for (const float y : mackey_glass(30)) {
    ASSERT_EQ(model.predict(y)(0), other.predict(y)(0));
    ASSERT_EQ(model.step(y)(0), other.step(y)(0));
    ASSERT_EQ(model.partial_fit(y), other.partial_fit(y));
  }
}

TEST(EchoState, TakesItsSettings) {
  const EchoState<float> model(2, 7, 1, {.cell = {.leak = 0.3}, .head = {.forgetting = 0.9, .window = 30}});
  EXPECT_EQ(model.extractor().network().options().leak, 0.3);
  EXPECT_EQ(model.head().options().forgetting, 0.9);
  EXPECT_EQ(model.window(), 30);
  EXPECT_EQ(model.inputs(), 2);
  EXPECT_EQ(model.outputs(), 1);
  EXPECT_THROW(EchoState<float>(2, 7, 1, {.cell = {.leak = 0}}), std::invalid_argument);
  EXPECT_THROW((EchoState<float>(2, 7, 1, {.head = {.ridge = 0}})), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing
