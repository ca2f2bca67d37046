#include "support/state.hpp"

#include <eddy/distributed/averaging.hpp>
#include <eddy/models.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

template class eddy::ParameterAverage<float, 3>;
template class eddy::ParameterAverage<double>;

namespace eddy::testing {
namespace {

using Model = Gru<float, 1, 4, 1>;

TEST(ParameterAverage, WeighsByTheNumberOfSamples) {
  ParameterAverage<double> average(2);
  EXPECT_TRUE(average.add(Vector<double, 2>(1, 10), 1));
  EXPECT_TRUE(average.add(Vector<double, 2>(2, 20), 2));
  EXPECT_TRUE(average.add(Vector<double, 2>(5, -4), 5));
  // (1 + 4 + 25) / 8 and (10 + 40 − 20) / 8; shares are rounded once each.
  EXPECT_NEAR(average.mean()(0), 3.75, 1e-14);
  EXPECT_NEAR(average.mean()(1), 3.75, 1e-14);
  EXPECT_EQ(average.weight(), 8);
  average.reset();
  EXPECT_EQ(average.mean(), (Vector<double>::Zero(2)));
  EXPECT_TRUE(average.add(Vector<double, 2>(3, 4), 7));
  EXPECT_EQ(average.mean(), (Vector<double, 2>(3, 4)));
}

TEST(ParameterAverage, LeavesOutWhatIsNotFiniteOrWeighsNothing) {
  ParameterAverage<float, 3> average;
  EXPECT_FALSE(average.add(Vector<float, 3>(1, not_a_number<float>, 1), 1));
  EXPECT_FALSE(average.add(Vector<float, 3>(1, 1, 1), 0));
  EXPECT_EQ(average.weight(), 0);
  EXPECT_TRUE(average.add(Vector<float, 3>(1, 2, 3), 4));
  EXPECT_EQ(average.mean(), (Vector<float, 3>(1, 2, 3)));
}

TEST(ParameterAverage, NamesWhatCannotBe) {
  EXPECT_THROW(ParameterAverage<double>(0), std::invalid_argument);
  EXPECT_THROW((ParameterAverage<double, 3>(2)), std::invalid_argument);
  ParameterAverage<double> average(2);
  EXPECT_THROW(average.add(Vector<double>::Ones(3), 1), std::invalid_argument);
  EXPECT_THROW(average.add(Vector<double>::Ones(2), -1), std::invalid_argument);
  EXPECT_THROW(average.add(Vector<double>::Ones(2), not_a_number<double>), std::invalid_argument);
  EXPECT_EQ(average.weight(), 0);
}

TEST(ParameterAverage, GoesOnFromItsState) {
  ParameterAverage<double> average(2), other(2);
  average.add(Vector<double, 2>(1, 10), 1);
  copy_state(average, other);
  for (auto* const one : {&average, &other}) {
    one->add(Vector<double, 2>(2, 7), 3);
  }
  EXPECT_EQ(average.mean(), other.mean());
  EXPECT_EQ(average.weight(), other.weight());
}

TEST(Online, ShowsWhatItsReadOutSees) {
  Model model;
  EXPECT_EQ(model.state(), (Vector<float>::Zero(4)));
  EXPECT_EQ(model.moments(), (Vector<float>::Zero(model.moments().size())));
  for (int t = 0; t < 5; ++t) {
    model.partial_fit(0.3f * static_cast<float>(t), 1.0f);
  }
  model.step(0.7f);
  const auto parameters = model.parameters();
  const Index weight = parameters.size() - 5, bias = parameters.size() - 1;
  // Another order of summation.
  EXPECT_NEAR(model.prediction()(0), parameters.segment(weight, 4).dot(model.state()) + parameters(bias),
              1e-6);
  EXPECT_GT(model.moments().norm(), 0);
}

TEST(ParameterAverage, FederatesModelsAndTheirOptimizers) {
  Model all, models[2];
  ParameterAverage<float, Model::Parameters> weights;
  ParameterAverage<float> moments(static_cast<int>(all.moments().size()));
  for (int round = 0; round < 20; ++round) {
    weights.reset();
    moments.reset();
    for (Model& model : models) {
      model.parameters() = all.parameters();
      model.moments() = all.moments();
      for (int t = 0; t < 25; ++t) {
        const float x = static_cast<float>(t % 5) / 5, y = &model == models ? 1 - x : x - 1;
        model.partial_fit(x, y);
      }
      weights.add(model.parameters(), 25);
      moments.add(model.moments(), 25);
    }
    all.parameters() = weights.mean();
    all.moments() = moments.mean();
    EXPECT_NE(all.parameters(), models[0].parameters());
    EXPECT_LT((all.parameters() - (models[0].parameters() + models[1].parameters()) / 2).norm(), 1e-6);
  }
  // Two that were taught opposites meet in the middle, which neither was taught: within ±1, at 0.2 or less.
  for (int t = 0; t < 25; ++t) {
    EXPECT_NEAR(all.step(static_cast<float>(t % 5) / 5)(0), 0, 0.2);
  }
  EXPECT_GT(models[0].prediction()(0), 0.05);
}

}  // namespace
}  // namespace eddy::testing
