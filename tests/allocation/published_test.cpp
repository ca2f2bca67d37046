#define EDDY_HEAP_IS_WATCHED_ELSEWHERE  // in allocation_test.cpp
#include "heap_watch.hpp"

#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

#include <utility>

namespace eddy::testing {
namespace {

/// Every verb of both sides, with and without newer weights.
template <class Model, class Shared, class X>
int heap_calls_of_all_verbs(const Model& model, Shared& shared, const X& x) {
  X unknown = x;
  unknown(0) = not_a_number<typename Model::Scalar>;
  auto reader = shared.reader();
  return heap_calls([&] {
    for (int round = 0; round < 20; ++round) {
      shared.publish(model);
      reader.step(x);
      reader.step(x);
      shared.publish(model);
      reader.predict(x);
      reader.step(unknown);
      reader.reset();
    }
  });
}

TEST(PublishedAllocation, FixedSizesTakeNoHeap) {
  using Model = Gru<float, 3, 8, 2>;
  const Model model;
  const Eigen::Vector3f x = Eigen::Vector3f::LinSpaced(-1, 1);
  EXPECT_EQ(heap_calls([&] {
              Published<Model::Network, 2> shared(model);
              auto reader = shared.reader(), other = shared.reader();
              reader.step(x);
              other = std::move(reader);
            }),
            0);
  Published<Model::Network, 2> shared(model);
  EXPECT_EQ(heap_calls_of_all_verbs(model, shared, x), 0);
}

TEST(PublishedAllocation, RunTimeSizesAllocateAtConstruction) {
  const Lstm<double> model(3, 100, 2);
  Published shared(model, 2);
  const Eigen::VectorXd x = Eigen::VectorXd::LinSpaced(3, -1, 1);
  EXPECT_EQ(heap_calls_of_all_verbs(model, shared, x), 0);
}

}  // namespace
}  // namespace eddy::testing
