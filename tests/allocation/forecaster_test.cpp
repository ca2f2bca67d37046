#define EDDY_HEAP_IS_WATCHED_ELSEWHERE  // in allocation_test.cpp
#include "heap_watch.hpp"

#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace eddy::testing {
namespace {

TEST(ForecasterAllocation, IsOverAfterConstruction) {
  Forecaster<float> forecaster(2, {.horizon = 3, .season = 7});
  Eigen::VectorXf x(2);
  EXPECT_EQ(heap_calls([&] {
              for (int step = 0; step < 100; ++step) {
                x(0) = std::sin(static_cast<float>(step));
                x(1) = std::cos(static_cast<float>(step));
                forecaster.observe(static_cast<float>(step % 7));
                forecaster.predict(x);
                forecaster.step(x);
              }
              forecaster.reset();
            }),
            0);
}

TEST(MixtureAllocation, OfFixedSizesTakesNoHeap) {
  const Eigen::Vector2f x(0.1f, -0.1f);
  const Eigen::Vector<float, 1> y(0.5f);
  using Model = Lstm<float, 2, 8, 1>;
  EXPECT_EQ(heap_calls([&] {
              Mixture mixture(Model({.optimizer = {.learning_rate = 1e-3}}),
                              Model({.optimizer = {.learning_rate = 1e-2}}));
              for (int step = 0; step < 50; ++step) {
                mixture.partial_fit(x, y);
                mixture.predict(x);
              }
              mixture.reset();
            }),
            0);
}

}  // namespace
}  // namespace eddy::testing
