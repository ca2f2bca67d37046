#include "support/numeric.hpp"
#include "support/state.hpp"

#include <eddy/core/random.hpp>
#include <eddy/streaming/regression_metrics.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

template class eddy::Metric<eddy::MeanOf<eddy::AbsoluteError>>;
template class eddy::Metric<eddy::ErrorBesideSpread<eddy::ExplainedSpread>>;
template class eddy::Rolling<eddy::Rmse>;
template class eddy::Rolling<eddy::Nrmse, 7>;

namespace eddy::testing {
namespace {

struct Pair {
  double truth, prediction;
};

/// Truths far from 0 beside their spread, so that a variance made of squares would lose its digits.
std::vector<Pair> pairs(int count, double level = 1e6) {
  Random random(3);
  std::vector<Pair> pairs;
  for (int i = 0; i < count; ++i) {
    const double truth = level + random.normal();
    pairs.push_back({truth, truth + 0.5 * random.normal()});
  }
  return pairs;
}

/// The metrics by their textbook formulas, in two passes, each pair with a weight.
struct Textbook {
  double mae = 0, rmse = 0, nrmse = 0, mape = 0, smape = 0, r_squared = 0;

  Textbook(const std::vector<Pair>& pairs, std::size_t begin, double forgetting = 0) {
    double weights = 0, mean = 0, squared = 0, spread = 0;
    const auto weight = [&](std::size_t i) {
      return std::pow(1 - forgetting, static_cast<double>(pairs.size() - 1 - i));
    };
    for (std::size_t i = begin; i < pairs.size(); ++i) {
      weights += weight(i);
      mean += weight(i) * pairs[i].truth;
    }
    mean /= weights;
    for (std::size_t i = begin; i < pairs.size(); ++i) {
      const auto [y, p] = pairs[i];
      const double error = std::abs(y - p), w = weight(i) / weights;
      mae += w * error;
      squared += w * error * error;
      spread += w * (y - mean) * (y - mean);
      mape += w * error / std::abs(y);
      smape += w * error / ((std::abs(y) + std::abs(p)) / 2);
    }
    rmse = std::sqrt(squared);
    nrmse = std::sqrt(squared / spread);
    r_squared = 1 - squared / spread;
  }
};

template <class M>
M scored(const std::vector<Pair>& pairs, M metric) {
  for (const auto& [truth, prediction] : pairs) {
    metric.add(truth, prediction);
  }
  return metric;
}

// Rounding of a few hundred sums of numbers near 1e6, whose squares would have cost twelve digits.
constexpr double rounding = 1e-9;

TEST(Metric, IsWhatTheTextbookSays) {
  const auto samples = pairs(500);
  const Textbook expected(samples, 0);
  EXPECT_NEAR(scored(samples, Mae()).value(), expected.mae, rounding);
  EXPECT_NEAR(scored(samples, Rmse()).value(), expected.rmse, rounding);
  EXPECT_NEAR(scored(samples, Nrmse()).value(), expected.nrmse, rounding);
  EXPECT_NEAR(scored(samples, Mape()).value(), expected.mape, rounding);
  EXPECT_NEAR(scored(samples, Smape()).value(), expected.smape, rounding);
  EXPECT_NEAR(scored(samples, RSquared()).value(), expected.r_squared, rounding);
}

TEST(Metric, WeighsThePastLessWhenItForgets) {
  const auto samples = pairs(500);
  const MetricOptions forgetful{.forgetting = 0.03};
  const Textbook expected(samples, 0, forgetful.forgetting);
  EXPECT_NEAR(scored(samples, Mae(forgetful)).value(), expected.mae, rounding);
  EXPECT_NEAR(scored(samples, Nrmse(forgetful)).value(), expected.nrmse, rounding);
  EXPECT_NEAR(scored(samples, RSquared(forgetful)).value(), expected.r_squared, rounding);
  EXPECT_GT(std::abs(expected.mae - Textbook(samples, 0).mae), 1e-3);
}

TEST(Rolling, SeesTheNewestPairsOnly) {
  Rolling<Rmse, 40> rmse;
  Rolling<Nrmse> nrmse(40);
  std::vector<Pair> so_far;
  for (const auto& [truth, prediction] : pairs(200)) {
    so_far.push_back({truth, prediction});
    rmse.add(truth, prediction);
    nrmse.add(truth, prediction);
    const Textbook expected(so_far, so_far.size() > 40 ? so_far.size() - 40 : 0);
    ASSERT_NEAR(rmse.value(), expected.rmse, rounding);
    if (so_far.size() > 1) {
      ASSERT_NEAR(nrmse.value(), expected.nrmse, rounding);
    }
  }
  EXPECT_EQ(rmse.count(), 200);
}

// A running sum that 1e12 was added to and subtracted from would be off by 1e-4 at each turn.
TEST(Rolling, DoesNotRememberALargeErrorThatHasLeft) {
  Rolling<Mae, 10> rolling;
  for (int t = 0; t < 10000; ++t) {
    rolling.add(0.0, t % 20 == 0 ? 1e12 : 0.1);
    if (t % 20 > 9) {
      ASSERT_NEAR(rolling.value(), 0.1, 1e-15);
    }
  }
}

TEST(Rolling, OfOnePairIsThatPair) {
  Rolling<Mae, 1> rolling;
  for (int t = 1; t < 5; ++t) {
    rolling.add(0, t);
    EXPECT_EQ(rolling.value(), t);
  }
}

TEST(Metric, TakesVectorsValueByValue) {
  Mae mae;
  const Eigen::Vector3f truth(1, 2, not_a_number<float>), prediction(2, 4, 6);
  mae.add(truth, prediction);
  mae.add(2 * truth.head(2), prediction.head(2));
  mae.add(1, Eigen::Matrix<double, 1, 1>(3.0));
  EXPECT_EQ(mae.count(), 5);
  EXPECT_EQ(mae.skipped(), 1);
  EXPECT_DOUBLE_EQ(mae.value(), (1 + 2 + 0 + 0 + 2) / 5.0);
}

TEST(Metric, SkipsAndCountsWhatItCannotUse) {
  const double nan = not_a_number<double>, infinity = std::numeric_limits<double>::infinity();
  Mape mape;
  Rolling<Nrmse, 3> nrmse;
  for (const Pair& pair : {Pair{nan, 1}, {1, nan}, {infinity, 1}, {1, -infinity}, {infinity, infinity}}) {
    mape.add(pair.truth, pair.prediction);
    nrmse.add(pair.truth, pair.prediction);
  }
  EXPECT_TRUE(is_nan(mape.value()));
  EXPECT_TRUE(is_nan(nrmse.value()));
  EXPECT_EQ(nrmse.skipped(), 5);
  mape.add(0, 1);  // relative to nothing
  mape.add(4, 1);
  EXPECT_EQ(mape.skipped(), 6);
  EXPECT_EQ(mape.count(), 1);
  EXPECT_DOUBLE_EQ(mape.value(), 0.75);
}

TEST(Metric, HasNoValueBesideATruthThatDoesNotVary) {
  Nrmse nrmse;
  nrmse.add(5, 6);
  nrmse.add(5, 4);
  EXPECT_TRUE(is_nan(nrmse.value()));
  nrmse.add(8, 8);
  EXPECT_FALSE(is_nan(nrmse.value()));
}

TEST(Metric, SymmetricErrorOfTwoZerosIsZero) {
  Smape smape;
  smape.add(0, 0);
  EXPECT_EQ(smape.value(), 0);
  smape.add(0, 3);
  EXPECT_DOUBLE_EQ(smape.value(), 1);
}

TEST(Metric, ForgetsAllWhenReset) {
  Rolling<Mae, 3> rolling;
  Mae mae;
  for (int t = 0; t < 5; ++t) {
    rolling.add(0, 100);
    mae.add(0, 100);
  }
  rolling.reset();
  mae.reset();
  EXPECT_TRUE(is_nan(rolling.value()));
  EXPECT_TRUE(is_nan(mae.value()));
  for (int t = 1; t < 6; ++t) {
    rolling.add(0, t);
    EXPECT_DOUBLE_EQ(rolling.value(), t < 3 ? (1 + t) / 2.0 : t - 1.0);
  }
}

TEST(Metric, NamesASettingThatCannotBe) {
  EXPECT_THROW(Mae({.forgetting = 1}), std::invalid_argument);
  EXPECT_THROW(Mae({.forgetting = -0.1}), std::invalid_argument);
  EXPECT_THROW(Mae({.forgetting = not_a_number<double>}), std::invalid_argument);
  EXPECT_THROW(Rolling<Mae>(0), std::invalid_argument);
  EXPECT_THROW((Rolling<Mae, 3>(4)), std::invalid_argument);
  Mae mae;
  EXPECT_THROW(mae.add(Eigen::Vector3d::Zero(), Eigen::Vector2d::Zero()), std::invalid_argument);
  EXPECT_EQ(mae.count(), 0);
}

TEST(Metric, GoesOnFromItsState) {
  const auto samples = pairs(50);
  Nrmse metric({.forgetting = 0.1}), other({.forgetting = 0.1});
  Rolling<RSquared, 8> rolling, other_rolling;
  for (std::size_t i = 0; i < samples.size(); ++i) {
    metric.add(samples[i].truth, samples[i].prediction);
    rolling.add(samples[i].truth, samples[i].prediction);
    if (i == 20) {
      copy_state(metric, other);
      copy_state(rolling, other_rolling);
    } else if (i > 20) {
      other.add(samples[i].truth, samples[i].prediction);
      other_rolling.add(samples[i].truth, samples[i].prediction);
    }
  }
  EXPECT_EQ(metric.value(), other.value());
  EXPECT_EQ(rolling.value(), other_rolling.value());
}

}  // namespace
}  // namespace eddy::testing
