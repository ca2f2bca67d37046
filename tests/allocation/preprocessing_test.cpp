#define EDDY_HEAP_IS_WATCHED_ELSEWHERE  // in allocation_test.cpp
#include "heap_watch.hpp"

#include <eddy/models.hpp>
#include <eddy/preprocessing/beside.hpp>
#include <eddy/preprocessing/calendar.hpp>
#include <eddy/preprocessing/chain.hpp>
#include <eddy/preprocessing/difference.hpp>
#include <eddy/preprocessing/fourier.hpp>
#include <eddy/preprocessing/imputer.hpp>
#include <eddy/preprocessing/lags.hpp>
#include <eddy/preprocessing/min_max_scaler.hpp>
#include <eddy/preprocessing/one_hot.hpp>
#include <eddy/preprocessing/pipeline.hpp>
#include <eddy/preprocessing/robust_scaler.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>
#include <eddy/preprocessing/unchanged.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {
namespace {

/// What a pipeline of two inputs and one output does to the heap.
template <class P>
int heap_calls_of_all_verbs(P& pipeline, int rounds = 100) {
  using Scalar = typename P::Scalar;
  const Vector<Scalar> x = Vector<Scalar>::LinSpaced(2, 1, 2), y = Vector<Scalar>::Ones(1),
                       broken = Vector<Scalar>::Constant(2, not_a_number<Scalar>);
  Scalar sum = 0;
  const int calls = heap_calls([&] {
    for (int t = 0; t < rounds; ++t) {
      const auto level = static_cast<Scalar>(t % 7);
      sum += pipeline.predict(x * level)(0);
      pipeline.step(x * level);
      pipeline.partial_fit(y * level);
      pipeline.partial_fit(x + x * level, y * level);
      pipeline.partial_fit(at(pipeline.time() - t % 4), level);
      pipeline.partial_fit(at(0), y);
      pipeline.partial_fit(weighted(y, Scalar(0.5)));
      pipeline.step(broken);
      sum += pipeline.prediction()(0);
      if (t % 32 == 31) {
        pipeline.reset();
      }
    }
  });
  EXPECT_NE(sum, 0);
  return calls;
}

template <class Scalar, int Size, int Count>
using In = Chain<Imputer<Scalar, Size, Indicators::beside>, StandardScaler<Scalar, multiply(2, Size)>,
                 RobustScaler<Scalar, multiply(2, Size)>, MinMaxScaler<Scalar, multiply(2, Size)>,
                 Lags<Scalar, multiply(2, Size), Count>>;
template <class Scalar, int Size>
using Out = Chain<Difference<Scalar, Size>, StandardScaler<Scalar, Size>, RobustScaler<Scalar, Size>,
                  MinMaxScaler<Scalar, Size>>;

TEST(PreprocessingAllocation, APipelineOfFixedSizesNeverTouchesTheHeap) {
  using Fixed = Pipeline<In<float, 2, 3>, Lstm<float, 12, 4, 1>, Out<float, 1>>;
  EXPECT_EQ(heap_calls([] {
              Fixed pipeline;
              Fixed copy = pipeline;
              const Eigen::Vector2f x(1, 2);
              for (int t = 0; t < 40; ++t) {
                copy.partial_fit(x, 1.0f * static_cast<float>(t % 5));
                copy.predict(x);
              }
              pipeline = copy;
              pipeline.step(x);
            }),
            0);
  Fixed pipeline;
  EXPECT_EQ(heap_calls_of_all_verbs(pipeline), 0);
}

TEST(PreprocessingAllocation, RunTimeSizesAllocateOnlyAtConstruction) {
  const In<double, Dynamic, Dynamic> in(Imputer<double, Dynamic, Indicators::beside>(2),
                                        StandardScaler<double>(4), RobustScaler<double>(4),
                                        MinMaxScaler<double>(4), Lags<double>(4, 3));
  const Out<double, Dynamic> out(Difference<double>(1), StandardScaler<double>(1), RobustScaler<double>(1),
                                 MinMaxScaler<double>(1));
  Pipeline pipeline(in, Lstm<double>(12, 4, 1), out);
  EXPECT_EQ(heap_calls_of_all_verbs(pipeline), 0);
  Pipeline in_only(in, Lstm<double>(12, 4, 1));
  EXPECT_EQ(heap_calls_of_all_verbs(in_only), 0);
  Pipeline out_only(NoTransform(), Lstm<double>(2, 4, 1), out);
  EXPECT_EQ(heap_calls_of_all_verbs(out_only), 0);
}

TEST(PreprocessingAllocation, TimesAndClassesNeedNone) {
  Fourier<float> waves({24, 168});
  Calendar<float> calendar;
  OneHot<float> classes(5);
  Beside both(StandardScaler<float>(1), OneHot<float, 3>(), Unchanged<float>(1));
  const Eigen::Vector3f x(1, 2, 3);
  float sum = 0;
  EXPECT_EQ(heap_calls([&] {
              for (int t = 0; t < 100; ++t) {
                both.partial_fit(x);
                sum += both.transform(x)(2);
                sum += waves.transform(t)(0) + calendar.transform(t)(0) + classes.transform(t % 5)(0);
              }
            }),
            0);
  EXPECT_NE(sum, 0);
}

}  // namespace
}  // namespace eddy::testing
