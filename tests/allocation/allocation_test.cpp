#include "heap_watch.hpp"

#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

#include <new>
#include <utility>
#include <vector>

namespace eddy::testing {
namespace {

using Fixed = Lstm<float, 3, 8, 2>;
using Sized = Lstm<double, Dynamic, Dynamic, Dynamic, MeanSquaredError, Adam, TruncatedBptt<Dynamic, Dynamic>,
                   ReservoirRehearsal<Dynamic>>;
using Deep = Online<Sequential<Skip<RnnCell<float>>, Residual<GruCell<float>>, Dense<float>>, HuberLoss,
                    AdamW, TruncatedBptt<8, 2>, RecentRehearsal<20>>;
using Classifier = Online<Sequential<GruCell<double, 3, 5, GruReset::after>, Dense<double, 5, 4>>,
                          SoftmaxCrossEntropy, RmsProp, TruncatedBptt<4>, NoRehearsal>;

/// Whatever the pointer points to, the compiler must believe that it is used.
volatile const void* escaped;

TEST(Allocation, EveryWayToTheHeapIsSeen) {
  if (!heap_calls_are_counted) {
    GTEST_SKIP() << "a sanitizer, or another C library";
  }
  void* memory = nullptr;
  EXPECT_EQ(heap_calls([&] { escaped = memory = std::malloc(10); }), 1);
  EXPECT_EQ(heap_calls([&] { escaped = memory = std::realloc(memory, 10000); }), 1);
  EXPECT_EQ(heap_calls([&] { std::free(memory); }), 1);
  EXPECT_EQ(heap_calls([&] { escaped = memory = std::calloc(10, 10); }), 1);
  std::free(memory);
  EXPECT_EQ(heap_calls([&] { escaped = memory = std::aligned_alloc(64, 64); }), 1);
  std::free(memory);
  EXPECT_EQ(heap_calls([&] { EXPECT_EQ(posix_memalign(&memory, 64, 64), 0); }), 1);
  std::free(memory);
  // Not as new-expressions, which a compiler may leave out.
  EXPECT_EQ(heap_calls([&] { escaped = memory = ::operator new(10); }), 1);
  EXPECT_EQ(heap_calls([&] { ::operator delete(memory); }), 1);
  EXPECT_EQ(heap_calls([&] { escaped = memory = ::operator new (64, std::align_val_t{64}); }), 1);
  EXPECT_EQ(heap_calls([&] { ::operator delete (memory, std::align_val_t{64}); }), 1);
  EXPECT_EQ(heap_calls([&] { escaped = Storage<float, Dynamic>(10).data(); }), 2);
  EXPECT_EQ(heap_calls([&] { escaped = std::vector<int>(10).data(); }), 2);
  EXPECT_EQ(heap_calls([] {}), 0);
}

#ifndef NDEBUG
TEST(Allocation, EigensOwnAllocationsAreRefused) {
  EXPECT_DEATH(heap_calls([] { escaped = Eigen::VectorXf(10).data(); }), "malloc");
}
#endif

/// Every verb, in every form of argument, often enough for the window to close and rehearsal to fill up.
/// Returns what it did to the heap.
template <class Model, class X, class Y>
int heap_calls_of_all_verbs(Model& model, const X& x, const Y& y, int rounds = 100) {
  using Scalar = typename Model::Scalar;
  auto stream = model.make_stream();
  const Matrix<Scalar> inputs = x.transpose().replicate(2, 1);
  const Vector<Scalar> not_finite = Vector<Scalar>::Constant(x.size(), not_a_number<Scalar>);
  const auto updates = model.last_update().updates;
  const int calls = heap_calls([&] {
    for (int i = 0; i < rounds; ++i) {
      model.step(x);
      model.partial_fit(y);
      model.partial_fit(x, y);
      model.partial_fit(2 * x, y);
      model.partial_fit(inputs.row(0), weighted(y, 0.5));
      model.partial_fit(Eigen::Map<const Vector<Scalar>>(x.data(), x.size()), y);
      model.partial_fit(at(model.time() - i % 4), y);
      model.partial_fit(at(0), y);
      model.partial_fit(not_finite, y);
      model.predict(x);
      model.partial_fit(stream, x, y);
      model.step(stream, inputs.row(1));
      model.partial_fit(stream, y);
      model.partial_fit(stream, at(stream.time() - 1), y);
      model.predict(stream, x);
      model.parameters() *= Scalar(0.999);
      escaped = model.gradient().data();
      escaped = &model.last_update();
      escaped = model.prediction().data();
      model.optimizer().learning_rate *= 0.99;
      if (i % 32 == 31) {
        model.reset();
        stream.reset();
      }
      if (i % 64 == 63) {
        model.forget_rehearsed();
      }
    }
  });
  EXPECT_GT(model.last_update().updates, updates);
  return calls;
}

/// The same for targets that are vectors, which may be weighted one by one.
template <class Model>
int heap_calls_of_vector_targets(Model& model, int inputs, int targets, int rounds = 100) {
  using Scalar = typename Model::Scalar;
  const Vector<Scalar> x = Vector<Scalar>::LinSpaced(inputs, -1, 1),
                       y = Vector<Scalar>::LinSpaced(targets, 0, 1),
                       weights = Vector<Scalar>::LinSpaced(targets, 1, 2);
  return heap_calls_of_all_verbs(model, x, y, rounds) +
         heap_calls([&] { model.partial_fit(x, weighted(y, weights)); });
}

TEST(Allocation, AFixedSizeModelNeverTouchesTheHeap) {
  EXPECT_EQ(heap_calls([] {
              Fixed model, other({.seed = 2});
              Fixed copy = model;
              Fixed moved = std::move(other);
              auto stream = copy.make_stream();
              auto stream_copy = stream;
              const Eigen::Vector3f x(1, 2, 3);
              const Eigen::Vector2f y(1, 2);
              for (int i = 0; i < 300; ++i) {
                moved.partial_fit(x, y);
                copy.partial_fit(stream, x, y);
              }
              moved = copy;
              moved.predict(stream_copy, x);
            }),
            0);
  Fixed model;
  EXPECT_EQ(heap_calls_of_vector_targets(model, 3, 2), 0);
}

TEST(Allocation, AFixedSizeClassifierNeverTouchesTheHeap) {
  EXPECT_EQ(heap_calls([] {
              Classifier model;
              const Eigen::Vector3d x(1, 2, 3);
              for (int i = 0; i < 40; ++i) {
                model.partial_fit(x, i % 4);
              }
              escaped = softmax(model.predict(x)).data();
            }),
            0);
  Classifier model;
  EXPECT_EQ(heap_calls_of_all_verbs(model, Vector<double>(Vector<double>::Ones(3)), 2), 0);
}

TEST(Allocation, ADeepModelAllocatesOnlyAtConstruction) {
  Deep model(Deep::Network(Skip(RnnCell<float>(3, 6)), Residual(GruCell<float>(9, 9)), {9, 2}));
  EXPECT_EQ(heap_calls_of_vector_targets(model, 3, 2), 0);
}

TEST(Allocation, RunTimeSizesAllocateOnlyAtConstruction) {
  Sized smallest(1, 1, 1, {.credit = {.window = 1}, .rehearsal = {.capacity = 1}});
  EXPECT_EQ(heap_calls_of_vector_targets(smallest, 1, 1), 0);
  Sized wide_window(3, 16, 2, {.credit = {.window = 64, .stride = 5}, .rehearsal = {.replays = 2}});
  EXPECT_EQ(heap_calls_of_vector_targets(wide_window, 3, 2), 0);
}

// Eigen's blocked products, which allocate, would begin where rows, columns and depth add up to 20.
TEST(Allocation, LargeRunTimeSizesAllocateOnlyAtConstruction) {
  Sized large(40, 512, 30, {.credit = {.window = 16}, .rehearsal = {.capacity = 4}});
  EXPECT_EQ(heap_calls_of_vector_targets(large, 40, 30, 4), 0);
  Sized many_inputs(10000, 2, 1, {.credit = {.window = 2}, .rehearsal = {.capacity = 1}});
  EXPECT_EQ(heap_calls_of_vector_targets(many_inputs, 10000, 1, 4), 0);
}

}  // namespace
}  // namespace eddy::testing
