#define EDDY_HEAP_IS_WATCHED_ELSEWHERE  // in allocation_test.cpp
#include "heap_watch.hpp"

#include <eddy/distributed/averaging.hpp>
#include <eddy/models.hpp>
#include <eddy/streaming/dormant_units.hpp>
#include <eddy/streaming/elastic.hpp>
#include <eddy/streaming/shrink_and_perturb.hpp>
#include <eddy/tasks.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {
namespace {

using FixedLoss = Tasks<Task<MeanSquaredError, 1>, Task<SoftmaxCrossEntropy, 3>>;
using SizedLoss = Tasks<Task<MeanSquaredError>, Task<SoftmaxCrossEntropy>>;
using Fixed = Gru<float, 2, 6, 4, FixedLoss>;
using Sized = Lstm<double, Dynamic, Dynamic, Dynamic, SizedLoss, Adam, TruncatedBptt<Dynamic, Dynamic>,
                   RecentRehearsal<Dynamic>>;

/// What learning several tasks, averaging, and all that acts on the flat vector do to the heap.
template <class Model>
int heap_calls_of_all(Model& model) {
  using Scalar = typename Model::Scalar;
  const Vector<Scalar, 2> x(Scalar(0.3), Scalar(-0.2));
  ParameterAverage<Scalar, Model::Parameters> average(static_cast<int>(model.parameters().size()));
  ElasticWeights<Scalar, Model::Parameters> elastic(static_cast<int>(model.parameters().size()));
  ShrinkAndPerturb perturb(model);
  DormantUnits units(model, {.rate = 0.1, .maturity = 5});
  const Vector<Scalar> anchor = model.parameters();
  const int calls = heap_calls([&] {
    for (int t = 0; t < 200; ++t) {
      model.partial_fit(x, labels(0.1, t % 3));
      model.partial_fit(at(model.time()), task<1>(weighted(t % 3, 0.5)));
      model.partial_fit(at(model.time() - 2), task<0>(0.2));
      units.update(model);
      elastic.observe(model.gradient());
      elastic.pull(model.parameters());
      pull_towards(model.parameters(), anchor, 1e-3);
      if (t % 50 == 49) {
        elastic.consolidate(model.parameters());
        average.add(model.parameters(), 50);
        model.parameters() = average.mean();
        perturb.apply(model);
      }
    }
    average.reset();
  });
  EXPECT_GT(units.replaced(), 0);
  EXPECT_GT(model.last_update().updates, 0);
  return calls;
}

TEST(TransferAllocation, FixedSizesNeedNoHeap) {
  EXPECT_EQ(heap_calls([] {
              Fixed model;
              ElasticWeights<float, Fixed::Parameters> elastic;
              ParameterAverage<float, Fixed::Parameters> average;
              ShrinkAndPerturb perturb(model);
              model.partial_fit(Vector<float, 2>(1, 2), labels(1.0f, 2));
              elastic.observe(model.gradient());
              average.add(model.parameters(), 1);
              perturb.apply(model);
            }),
            0);
  Fixed model;
  EXPECT_EQ(heap_calls_of_all(model), 0);
}

TEST(TransferAllocation, SizesOfRunTimeNeedNoneAfterConstruction) {
  Sized model(2, 6, 4, {.loss = {.tasks = {{.outputs = 1}, {.outputs = 3}}}, .credit = {.stride = 2}});
  EXPECT_EQ(heap_calls_of_all(model), 0);
}

}  // namespace
}  // namespace eddy::testing
