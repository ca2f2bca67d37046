#include <eddy/forecaster.hpp>
#include <eddy/streaming/learner.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

template class eddy::Forecaster<float>;
template class eddy::Forecaster<double>;

namespace eddy::testing {
namespace {

static_assert(Learner<Forecaster<float>>);

/// A noisy daily rhythm of 12 steps, on a level that drifts.
double rhythm(int step) {
  return 100 + 0.01 * step + 10 * std::sin(step * 0.5235987755982988) + 0.3 * std::sin(step * 12.9898);
}

std::vector<double> riders() {
  std::ifstream file(EDDY_EXAMPLE_DATA "/chicago_ridership.csv");
  std::vector<double> values;
  std::string line, cell;
  for (std::getline(file, line); std::getline(file, line);) {
    std::stringstream cells(line);
    std::getline(cells, cell, ',');
    std::getline(cells, cell, ',');
    values.push_back(std::stod(cell));
  }
  return values;
}

TEST(Forecaster, IsWellBelowTheSeasonBeforeOnRealRiders) {
  const std::vector<double> y = riders();
  ASSERT_GT(y.size(), 1200u);
  Forecaster<float> forecaster(0, {.season = 7});
  double error = 0, naive = 0;
  for (std::size_t day = 0; day < 1200; ++day) {
    if (day >= 365) {
      error += std::abs(static_cast<double>(forecaster.prediction()(0)) - y[day]);
      naive += std::abs(y[day - 7] - y[day]);
    }
    forecaster.observe(static_cast<float>(y[day]));
    forecaster.step();
  }
  // The whole stream gives 0.98 against 1.25 (docs/recipes.md); these are its first years, with the fewest
  // samples.
  EXPECT_LT(error, 0.92 * naive) << error / 835 << " against " << naive / 835;
}

TEST(Forecaster, LooksFurtherAhead) {
  constexpr int horizon = 5;
  Forecaster<float> forecaster(0, {.horizon = horizon, .season = 12});
  std::vector<double> forecasts;
  double error = 0;
  for (int step = 0; step < 700; ++step) {
    if (step >= 500) {
      error += std::abs(forecasts[static_cast<std::size_t>(step - horizon)] - rhythm(step));
    }
    forecaster.observe(static_cast<float>(rhythm(step)));
    forecasts.push_back(static_cast<double>(forecaster.step()(0)));
  }
  EXPECT_LT(error / 200, 0.5);  // the rhythm has an amplitude of 10, its noise one of 0.3
}

TEST(Forecaster, PredictIsWhatStepReturnsAndChangesNothing) {
  Forecaster<float> forecaster(2, {.season = 12}), other(forecaster);
  for (int step = 0; step < 60; ++step) {
    const Eigen::Vector2f x(static_cast<float>(std::sin(step)), static_cast<float>(step));
    for (auto* const model : {&forecaster, &other}) {
      model->observe(static_cast<float>(rhythm(step)));
    }
    const double predicted = forecaster.predict(x)(0);
    EXPECT_EQ(forecaster.predict(x)(0), predicted);
    EXPECT_EQ(forecaster.step(x)(0), predicted);
    EXPECT_EQ(other.step(x)(0), predicted);
  }
}

TEST(Forecaster, PassesOverWhatIsMissing) {
  Forecaster<float> forecaster(1, {.horizon = 2, .season = 12});
  constexpr float bad[] = {std::numeric_limits<float>::quiet_NaN(), std::numeric_limits<float>::infinity()};
  double error = 0;
  for (int step = 0; step < 600; ++step) {
    const bool missing = step % 7 == 0;
    forecaster.observe(missing ? bad[step % 2] : static_cast<float>(rhythm(step)));
    const double forecast = forecaster.step(missing ? bad[step % 2] : std::sin(static_cast<float>(step)))(0);
    ASSERT_TRUE(std::isfinite(forecast)) << step;
    error += step >= 500 ? std::abs(forecast - rhythm(step + 2)) : 0;
  }
  EXPECT_LT(error / 100,
            2);  // of an amplitude of 10; a missing value counts as the last one, which may be off by 5
}

TEST(Forecaster, ComesBackFromAFailureOfTheSensor) {
  Forecaster<float> forecaster(0, {.season = 12});
  for (int step = 0; step < 600; ++step) {
    forecaster.observe(step >= 400 && step < 403 ? -5000.0f : static_cast<float>(rhythm(step)));
    ASSERT_TRUE(std::isfinite(forecaster.step()(0)));
  }
  EXPECT_NEAR(forecaster.prediction()(0), rhythm(600), 2);
}

TEST(Forecaster, LearnsFromLabelsThatAreLaterThanTheHorizon) {
  Forecaster<float> forecaster(0, {.season = 12});
  double error = 0;
  for (int step = 1; step <= 500; ++step) {
    if (step > 4) {
      forecaster.partial_fit(at(step - 4), static_cast<float>(rhythm(step - 3)));
    }
    const double forecast = static_cast<double>(forecaster.step()(0));
    error += step > 400 ? std::abs(forecast - rhythm(step + 1)) : 0;
  }
  EXPECT_LT(error / 100, 0.6);
  EXPECT_TRUE(std::isnan(forecaster.partial_fit(at(400), 1.0f)));  // long gone
}

TEST(Forecaster, KeepsWhatItLearnedWhenTheStreamEnds) {
  Forecaster<float> forecaster(0, {.season = 12});
  for (int step = 0; step < 300; ++step) {
    forecaster.observe(static_cast<float>(rhythm(step)));
    forecaster.step();
  }
  forecaster.reset();
  for (int step = 0; step < 30; ++step) {
    forecaster.observe(static_cast<float>(rhythm(step)));
    forecaster.step();
  }
  EXPECT_NEAR(forecaster.prediction()(0), rhythm(30), 1.5);
}

TEST(Forecaster, NamesWhatCannotBe) {
  EXPECT_THROW(Forecaster<float>(-1), std::invalid_argument);
  EXPECT_THROW(Forecaster<float>(0, {.horizon = 0}), std::invalid_argument);
  EXPECT_THROW(Forecaster<float>(0, {.season = -1}), std::invalid_argument);
  Forecaster<float> forecaster(2);
  EXPECT_THROW(forecaster.step(), std::invalid_argument);
  EXPECT_THROW(forecaster.step(Eigen::VectorXf::Zero(3)), std::invalid_argument);
  EXPECT_THROW(forecaster.partial_fit(Eigen::VectorXf::Zero(2)), std::invalid_argument);
  // Before the step is taken.
  EXPECT_THROW(forecaster.partial_fit(Eigen::VectorXf::Zero(2), Eigen::Vector2d::Zero()),
               std::invalid_argument);
  EXPECT_THROW(forecaster.partial_fit(Eigen::VectorXf::Zero(3), 1.0), std::invalid_argument);
  EXPECT_EQ(forecaster.time(), 0);
}

}  // namespace
}  // namespace eddy::testing
