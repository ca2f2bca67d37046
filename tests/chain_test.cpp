#include "support/numeric.hpp"
#include "support/state.hpp"

#include <eddy/preprocessing/chain.hpp>
#include <eddy/preprocessing/difference.hpp>
#include <eddy/preprocessing/imputer.hpp>
#include <eddy/preprocessing/lags.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <stdexcept>

namespace eddy {
// Not of parts that are no target transforms: clang 14 would compile what their chain does not offer.
template class Chain<StandardScaler<float, 2>, StandardScaler<float, 2>>;
template class Chain<StandardScaler<double>>;
template class Chain<Difference<double>, StandardScaler<double>>;
}  // namespace eddy

namespace eddy::testing {
namespace {

using In = Chain<Imputer<double, 2>, StandardScaler<double, 2>, Lags<double, 2, 3>>;
using Target = Chain<Difference<double, 2>, StandardScaler<double, 2>>;
static_assert(Transform<In> && !TargetTransform<In> && In::Inputs == 2 && In::Outputs == 6 && In::fixed);
static_assert(TargetTransform<Target> && !Transform<Target> && Target::Stages == 2);
static_assert(Transform<Chain<StandardScaler<double>, StandardScaler<double>>> &&
              TargetTransform<Chain<StandardScaler<double>, StandardScaler<double>>>);
static_assert(Transform<Chain<Chain<Imputer<float, 2>, StandardScaler<float, 2>>, Lags<float, 2, 3>>>);

Eigen::Vector2d sample(int t) { return {t % 4 == 3 ? not_a_number<double> : 5.0 * t, 100 - t * t % 7}; }

TEST(Chain, EachPartLearnsFromWhatTheOneBeforeGives) {
  In chain;
  Imputer<double, 2> imputer;
  StandardScaler<double, 2> scaler;
  Lags<double, 2, 3> lags;
  for (int t = 0; t < 20; ++t) {
    chain.partial_fit(sample(t));
    imputer.partial_fit(sample(t));
    const Eigen::Vector2d filled = imputer.transform(sample(t));
    scaler.partial_fit(filled);
    const Eigen::Vector2d scaled = scaler.transform(filled);
    lags.partial_fit(scaled);
    EXPECT_EQ(chain.transform(sample(t)), lags.transform(scaled));
    EXPECT_EQ(chain.transform(sample(t)), lags.transform(scaled));  // changes nothing
  }
  EXPECT_EQ(chain.part<1>().mean(), scaler.mean());
  EXPECT_TRUE(all_are_finite(chain.transform(sample(3))));
}

TEST(Chain, TheInverseGoesBackThroughAllParts) {
  Chain<StandardScaler<double>, StandardScaler<double>> chain(StandardScaler<double>(2),
                                                              StandardScaler<double>(2, {.forgetting = 0.2}));
  for (int t = 0; t < 20; ++t) {
    chain.partial_fit(Eigen::Vector2d(t, 100 - t * t));
  }
  const Eigen::Vector2d x(15, -150);                                                               // of late
  EXPECT_LT(worst_error(chain.inverse_transform(Eigen::Vector2d(chain.transform(x))), x), 1e-13);  // rounding
}

TEST(Chain, ALabelGoesThroughTheStagesOfItsOwnStep) {
  Target chain;
  double stages[8];
  for (int t = 0; t < 10; ++t) {
    Eigen::Vector2d y(10 * t, -t * t);
    write_stages(chain, stages);
    learn_label(chain, y.data(), stages);
  }
  write_stages(chain, stages);
  EXPECT_EQ(stages[0], 90);  // offset of the change: the newest label
  EXPECT_EQ(stages[2], 1);
  EXPECT_NEAR(stages[5], -9, 1e-13);  // mean of −1 … −17; rounding

  // There and back again: z by the stages, y from it; clipped in the last stage only.
  const Eigen::Vector2d label(95, -100);
  Eigen::Vector2d z = label;
  scale_label(stages, 2, 0.0, z.data(), 2);
  EXPECT_EQ(stages[6], 0);  // the first change has always been 10: no scale is known
  EXPECT_TRUE(is_nan(z(0)));
  EXPECT_NEAR(z(1), (-19 + 9) / std::sqrt(80.0 / 3), 1e-13);  // variance of −1, −3 … −17
  restore_prediction(stages, 2, z.data(), 2);
  EXPECT_NEAR(z(1), -100, 1e-12);
  z = label;
  scale_label(stages, 2, 1.5, z.data(), 2);
  EXPECT_EQ(z(1), -1.5);
}

TEST(Chain, GoesOnFromItsState) {
  In chain, resumed;
  for (int t = 0; t < 9; ++t) {
    chain.partial_fit(sample(t));
  }
  copy_state(chain, resumed);
  for (int t = 9; t < 13; ++t) {
    chain.partial_fit(sample(t));
    resumed.partial_fit(sample(t));
    EXPECT_EQ(resumed.transform(sample(t)), chain.transform(sample(t)));
  }
  chain.reset();
  resumed.reset();
  chain.partial_fit(sample(3));
  resumed.partial_fit(sample(3));
  EXPECT_EQ(resumed.transform(sample(3)), chain.transform(sample(3)));
}

TEST(Chain, NamesPartsThatDoNotFit) {
  EXPECT_THROW(Chain(Imputer<float>(2), StandardScaler<float>(3)), std::invalid_argument);
  EXPECT_THROW(Chain(Lags<float>(2, 2), StandardScaler<float>(2)), std::invalid_argument);
  EXPECT_THROW(In().partial_fit(Vector<double>(3)), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing
