#include "support/state.hpp"

#include <eddy/core/random.hpp>
#include <eddy/streaming/auc.hpp>
#include <eddy/streaming/classification_metrics.hpp>
#include <eddy/streaming/kappa.hpp>

#include <gtest/gtest.h>

#include <stdexcept>
#include <vector>

template class eddy::Metric<eddy::MeanOf<eddy::Hit>>;
template class eddy::Metric<eddy::MeanOf<eddy::SurpriseInBits>>;
template class eddy::Kappa<3>;
template class eddy::Kappa<>;
template class eddy::Auc<100>;
template class eddy::Auc<>;
template class eddy::Rolling<eddy::Auc<>, 50>;
template class eddy::Rolling<eddy::Auc<>>;
template class eddy::Rolling<eddy::Kappa<2>, 50>;
template class eddy::Rolling<eddy::Kappa<>>;

namespace eddy::testing {
namespace {

TEST(Accuracy, IsTheShareOfRightClasses) {
  Accuracy accuracy;
  accuracy.add(2, 2);
  accuracy.add(2, 1);
  accuracy.add(1, Eigen::Vector3f(0, 5, 4));
  accuracy.add(1, Eigen::RowVector3d(5, 5, 4));  // the first of the highest
  accuracy.add(1, Eigen::Vector3d(0, not_a_number<double>, 0));
  EXPECT_DOUBLE_EQ(accuracy.value(), 0.5);
  EXPECT_EQ(accuracy.skipped(), 1);
  EXPECT_THROW(accuracy.add(3, Eigen::Vector3d::Zero()), std::invalid_argument);
  EXPECT_THROW(accuracy.add(-1, Eigen::Vector3d::Zero()), std::invalid_argument);
}

TEST(LogLoss, IsTheSurpriseAtWhatCame) {
  LogLoss loss;
  loss.add(1, Eigen::Vector3d(0.5, 0.25, 0.25));
  EXPECT_DOUBLE_EQ(loss.value(), std::log(4));
  loss.add(0, 0.5);
  EXPECT_DOUBLE_EQ(loss.value(), std::log(8) / 2);
  loss.add(1, 0.0);
  EXPECT_NEAR(loss.value(), (std::log(8) + std::log(1e15)) / 3, 1e-12);
  loss.add(1, 2.0);
  loss.add(1, not_a_number<double>);
  loss.add(1, Eigen::Vector2f(1.5f, -0.5f));
  EXPECT_EQ(loss.skipped(), 3);
}

TEST(LogLoss, ReadsTheOneOutputOfALogisticModel) {
  LogLoss loss;
  const Eigen::VectorXf output = Eigen::VectorXf::Constant(1, 0.75f);
  loss.add(1, output);
  EXPECT_DOUBLE_EQ(loss.value(), -std::log(0.75));
  loss.add(0, output);
  EXPECT_DOUBLE_EQ(loss.value(), -(std::log(0.75) + std::log(0.25)) / 2);
}

TEST(LogLoss, OfAProbabilityIsACrossEntropy) {
  LogLoss loss;
  loss.add(0.3, 0.6);
  EXPECT_DOUBLE_EQ(loss.value(), -(0.3 * std::log(0.6) + 0.7 * std::log(0.4)));
}

TEST(BitsPerSymbol, OfEqualChancesAreTheirLogarithm) {
  Rolling<BitsPerSymbol, 4> bits;
  for (int t = 0; t < 10; ++t) {
    bits.add(t % 8, Eigen::VectorXf::Constant(8, 0.125f));
  }
  EXPECT_DOUBLE_EQ(bits.value(), 3);
}

// The usual example: of 50 yes and no by two judges 20 are yes twice, 15 no twice; p = 0.7, e = 0.5.
TEST(Kappa, IsTheTextbooksExample) {
  Kappa<2> kappa;
  Rolling<Kappa<2>, 50> rolling;
  for (int i = 0; i < 50; ++i) {  // what must have left the window
    rolling.add(i % 2, 0);
  }
  for (int i = 0; i < 50; ++i) {
    const int truth = i < 25 ? 1 : 0, prediction = i < 20 || i >= 40 ? 1 : 0;
    kappa.add(truth, prediction);
    rolling.add(truth, Eigen::Vector2f(0, prediction == 1 ? 1.f : -1.f));
  }
  EXPECT_NEAR(kappa.value(), 0.4, 1e-15);
  EXPECT_NEAR(rolling.value(), 0.4, 1e-15);
}

TEST(Kappa, ForgetsWhatIsOld) {
  Kappa<> kappa({.classes = 3, .forgetting = 0.05});
  for (int i = 0; i < 300; ++i) {
    kappa.add(i % 3, (i + 1) % 3);
  }
  // Always the next class: p = 0 and e = 1/3, up to the weights of the newest.
  EXPECT_NEAR(kappa.value(), -0.5, 0.01);
  for (int i = 0; i < 300; ++i) {
    kappa.add(i % 3, i % 3);
  }
  EXPECT_NEAR(kappa.value(), 1, 1e-5);  // 0.95^300 is 2e-7
}

TEST(Kappa, HasNoValueWhereAllIsOneClass) {
  Kappa<3> kappa;
  EXPECT_TRUE(is_nan(kappa.value()));
  kappa.add(1, 1);
  kappa.add(1, Eigen::Vector3f::Constant(not_a_number<float>));
  EXPECT_TRUE(is_nan(kappa.value()));
  EXPECT_EQ(kappa.skipped(), 1);
  EXPECT_THROW(kappa.add(3, 1), std::invalid_argument);
  EXPECT_THROW(kappa.add(1, 3), std::invalid_argument);
  EXPECT_THROW(kappa.add(1, Eigen::VectorXd::Zero(2)), std::invalid_argument);
  EXPECT_THROW(Kappa<>({.classes = 0}), std::invalid_argument);
  kappa.add(0, 1);
  EXPECT_EQ(kappa.value(), 0);
}

/// Every positive beside every negative.
double area(const std::vector<bool>& truths, const std::vector<double>& scores, std::size_t begin) {
  double ordered = 0, pairs = 0;
  for (std::size_t i = begin; i < truths.size(); ++i) {
    for (std::size_t j = begin; j < truths.size(); ++j) {
      if (truths[i] && !truths[j]) {
        ordered += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
        pairs += 1;
      }
    }
  }
  return ordered / pairs;
}

TEST(Auc, IsTheShareOfOrderedPairs) {
  Auc<> binned;
  Rolling<Auc<>, 100> rolling;
  Rolling<Auc<>> resized(1000);
  std::vector<bool> truths;
  std::vector<double> scores;
  Random random(4);
  for (int i = 0; i < 600; ++i) {
    truths.push_back(random.uniform() < 0.3);
    // Of 21 values, so that many are equal.
    scores.push_back(static_cast<double>(random.below(15) + (truths.back() ? 6u : 0u)) / 20);
    binned.add(truths.back(), scores.back());
    rolling.add(truths.back(), scores.back());
    resized.add(truths.back(), scores.back());
    if (i % 37 == 36) {
      const std::size_t begin = truths.size() > 100 ? truths.size() - 100 : 0;
      ASSERT_NEAR(rolling.value(), area(truths, scores, begin), 1e-14);
      ASSERT_NEAR(binned.value(), area(truths, scores, 0), 1e-12);  // no two values share a bin
      ASSERT_NEAR(resized.value(), area(truths, scores, 0), 1e-14);
    }
  }
}

TEST(Auc, ForgetsWhatIsOld) {
  Auc<50> auc({.forgetting = 0.02});
  for (int i = 0; i < 20000; ++i) {  // weights pass 1e100 more than once
    auc.add(i % 2 == 0, i % 2 == 0 ? 0.2 : 0.8);
  }
  EXPECT_NEAR(auc.value(), 0, 1e-12);
  for (int i = 0; i < 1000; ++i) {
    auc.add(i % 2 == 0, i % 2 == 0 ? 0.8 : 0.2);
  }
  EXPECT_NEAR(auc.value(), 1, 1e-6);
}

TEST(Auc, SkipsWhatIsNoProbability) {
  Auc<> auc;
  Rolling<Auc<>, 5> rolling;
  for (const double score : {-0.1, 1.1, not_a_number<double>}) {
    auc.add(true, score);
    rolling.add(true, score);
  }
  EXPECT_EQ(auc.skipped(), 3);
  EXPECT_EQ(rolling.skipped(), 1);
  EXPECT_TRUE(is_nan(auc.value()));
  EXPECT_TRUE(is_nan(rolling.value()));
  EXPECT_THROW(Auc<>({.bins = 0}), std::invalid_argument);
  EXPECT_THROW(Rolling<Auc<>>(0), std::invalid_argument);
}

template <class M, class Prediction>
void goes_on_from_its_state(const M& fresh, const Prediction (&predictions)[4]) {
  M metric = fresh, other = fresh;
  Random random(5);
  for (int i = 0; i < 120; ++i) {
    if (i == 60) {
      copy_state(metric, other);
    }
    const bool truth = random.below(2) == 0;
    const Prediction prediction = predictions[random.below(4)];
    metric.add(truth, prediction);
    if (i >= 60) {
      other.add(truth, prediction);
    }
  }
  EXPECT_EQ(metric.value(), other.value());
  EXPECT_EQ(metric.count(), other.count());
  metric.reset();
  EXPECT_TRUE(is_nan(metric.value()));
  EXPECT_EQ(metric.count(), 0);
}

TEST(ClassificationMetrics, GoOnFromTheirState) {
  const int classes[] = {0, 1, 1, 0};
  const double scores[] = {0.1, 0.9, 0.3, 0.7};
  goes_on_from_its_state(Kappa<>({.classes = 2, .forgetting = 0.1}), classes);
  goes_on_from_its_state(Rolling<Kappa<2>, 20>(), classes);
  goes_on_from_its_state(Auc<>({.forgetting = 0.1}), scores);
  goes_on_from_its_state(Rolling<Auc<>, 20>(), scores);
}

}  // namespace
}  // namespace eddy::testing
