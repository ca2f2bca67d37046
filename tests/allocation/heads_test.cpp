#define EDDY_HEAP_IS_WATCHED_ELSEWHERE  // in allocation_test.cpp
#include "heap_watch.hpp"

#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace eddy::testing {
namespace {

/// Every verb, often enough for windows to close and for each coordinate of a ridge to have its turn.
template <class Model, class X, class Y>
int heap_calls_of_all_verbs(Model& model, const X& x, const Y& y) {
  using Scalar = typename Model::Scalar;
  X unknown = x;
  unknown(0) = not_a_number<Scalar>;
  return heap_calls([&] {
    for (int round = 0; round < 200; ++round) {
      model.partial_fit(x, y);
      model.step(x);
      model.partial_fit(at(model.time() - 1), y);
      model.step(unknown);
      model.partial_fit(y);
      model.predict(x);
      if (round == 100) {
        model.reset();
      }
    }
  });
}

using Cell = RnnCell<float, 3, 6>;
using Teacher = Online<Cell, MeanSquaredError, Adam, TruncatedBptt<4>, NoRehearsal>;

template <class Model>
void takes_no_heap() {
  const Eigen::Vector3f x = Eigen::Vector3f::LinSpaced(-1, 1);
  const Eigen::Vector2f y(1, -1);
  EXPECT_EQ(heap_calls([&] {
              Model model, copy = model;
              copy.partial_fit(x, y);
              model = copy;
            }),
            0);
  Model model;
  EXPECT_EQ(heap_calls_of_all_verbs(model, x, y), 0);
}

TEST(HeadAllocation, FixedSizesTakeNoHeap) {
  takes_no_heap<RecursiveLeastSquares<float, 3, 2>>();
  takes_no_heap<EchoState<float, 3, 40, 2>>();
  takes_no_heap<FeatureHead<Teacher, RecursiveLeastSquares<float, 9, 2>>>();
  takes_no_heap<LinearHead<float, 3, 2>>();
}

TEST(HeadAllocation, RunTimeSizesAllocateAtConstruction) {
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(3, -1, 1), y = Eigen::VectorXd::Ones(2);
  RecursiveLeastSquares<double> least_squares(3, 2, {.forgetting = 0.9});
  EXPECT_EQ(heap_calls_of_all_verbs(least_squares, x, y), 0);
  EchoState<double> echo(3, 300, 2, {.head = {.forgetting = 0.99}});
  EXPECT_EQ(heap_calls_of_all_verbs(echo, x, y), 0);
  LinearHead<double> linear(3, 2);
  EXPECT_EQ(heap_calls_of_all_verbs(linear, x, y), 0);
  FeatureHead joint(Online<GruCell<double>>(GruCell<double>(3, 8)), RecursiveLeastSquares<double>(11, 2));
  EXPECT_EQ(heap_calls_of_all_verbs(joint, x, y), 0);
}

TEST(HeadAllocation, FreezingTakesNoHeap) {
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(3, -1, 1), y = Eigen::VectorXd::Ones(2);
  Lstm<double> model(3, 8, 2);
  EXPECT_EQ(heap_calls([&] {
              model.freeze<0>();
              for (int step = 0; step < 50; ++step) {
                model.partial_fit(x, y);
              }
              model.unfreeze<0>();
              model.partial_fit(x, y);
            }),
            0);
}

}  // namespace
}  // namespace eddy::testing
