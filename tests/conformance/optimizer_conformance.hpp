#pragma once

#include "../support/numeric.hpp"
#include "../support/unroll.hpp"

#include <eddy/core/storage.hpp>
#include <eddy/optimizer.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {

/// A flat vector of parameters under an optimizer, as `Online` holds it.
template <Optimizer O, class Scalar>
class Descent {
 public:
  Descent(const O& optimizer, const Vector<Scalar>& start, const Clipping& clipping = {})
      : optimizer_(optimizer),
        clipping_(clipping),
        size_(static_cast<int>(start.size())),
        parameters_(padded<Scalar>(size_)),
        gradient_(padded<Scalar>(size_)),
        moments_(O::moments * padded<Scalar>(size_)) {
    parameters() = start;
  }

  VectorView<Scalar> parameters() { return {parameters_.data(), size_}; }
  VectorView<Scalar> moments() { return {moments_.data(), moments_.size()}; }

  /// Returns whether all stayed finite.
  bool update(const Vector<Scalar>& gradient) {
    VectorView<Scalar>(gradient_.data(), size_) = gradient;
    return update_parameters(optimizer_, clipping_, static_cast<double>(gradient.norm()), ++step_, size_,
                             parameters_.data(), gradient_.data(), moments_.data(), padded<Scalar>(size_));
  }

 private:
  O optimizer_;
  Clipping clipping_;
  int size_;
  Storage<Scalar, Dynamic> parameters_, gradient_, moments_;
  std::int64_t step_ = 0;
};

/// Gradients of any finite size, from the smallest to the largest, of one sign or in turn, for long.
template <class O, class Scalar>
void expect_to_stay_finite(const O& optimizer) {
  using Limits = std::numeric_limits<Scalar>;
  const Scalar sizes[] = {0,
                          Limits::denorm_min(),
                          -Limits::min(),
                          Scalar(1e-30),
                          1,
                          largest_gradient<Scalar>() / 2,
                          largest_gradient<Scalar>(),
                          -largest_gradient<Scalar>() * 2,
                          Limits::max()};
  constexpr int size = 37;  // some of them beyond the last whole register
  for (const Scalar first : sizes) {
    for (const Scalar second : sizes) {
      Descent<O, Scalar> descent(optimizer, Vector<Scalar>::Ones(size));
      for (int step = 0; step < 200; ++step) {
        descent.update(Vector<Scalar>::Constant(size, step < 100 || step % 3 == 0 ? first : second));
        ASSERT_TRUE(all_are_finite(descent.parameters()) && all_are_finite(descent.moments()))
            << "step " << step << ", gradients of " << first << " and " << second;
      }
    }
  }
}

/// What every optimizer must hold. One line buys it all: INSTANTIATE_TYPED_TEST_SUITE_P(Adam,
/// OptimizerConformance, Adam);
template <class O>
class OptimizerConformance : public ::testing::Test {
  static_assert(Optimizer<O>);
};

TYPED_TEST_SUITE_P(OptimizerConformance);

TYPED_TEST_P(OptimizerConformance, DescendsAQuadraticBowl) {
  TypeParam optimizer;
  optimizer.learning_rate *= 5;
  Descent<TypeParam, double> descent(optimizer, Vector<double>::Ones(5));
  for (int step = 0; step < 3000; ++step) {
    descent.update(2 * descent.parameters());
  }
  EXPECT_LT(descent.parameters().norm(), 0.1 * std::sqrt(5.0));
}

TYPED_TEST_P(OptimizerConformance, AZeroLearningRateMovesNothing) {
  TypeParam optimizer;
  optimizer.learning_rate = 0;
  const Vector<float> start = random_vector<float>(70, 1);
  Descent<TypeParam, float> descent(optimizer, start);
  for (std::uint64_t step = 0; step < 10; ++step) {
    descent.update(random_vector<float>(70, step));
  }
  EXPECT_EQ(descent.parameters(), start);
}

TYPED_TEST_P(OptimizerConformance, AnElementsWayDoesNotDependOnItsPlace) {
  // 5000 parameters are updated in pieces; every piece must see the same rule, the same step and its own
  // moments.
  Descent<TypeParam, float> whole({}, Vector<float>::Constant(5000, 0.5f)),
      single({}, Vector<float>::Constant(1, 0.5f));
  for (int step = 0; step < 20; ++step) {
    const float gradient = 0.1f * static_cast<float>(step % 7) - 0.25f;
    whole.update(Vector<float>::Constant(5000, gradient));
    single.update(Vector<float>::Constant(1, gradient));
  }
  // One element goes through scalar instructions, most of the 5000 through vector ones: rounding may differ.
  EXPECT_LT(worst_error(whole.parameters(), Vector<float>::Constant(5000, single.parameters()(0)).eval()),
            1e-6);
}

TYPED_TEST_P(OptimizerConformance, CopiesGoTheSameWay) {
  Descent<TypeParam, float> a({}, random_vector<float>(33, 1));
  a.update(random_vector<float>(33, 2));
  Descent<TypeParam, float> b = a;
  a.update(random_vector<float>(33, 3));
  b.update(random_vector<float>(33, 3));
  EXPECT_EQ(a.parameters(), b.parameters());
}

TYPED_TEST_P(OptimizerConformance, StaysFiniteUnderAnyFiniteGradient) {
  const Target before = target();
  for (const Target one : {Target::baseline, Target::avx2, Target::avx512}) {
    if (set_target(one)) {
      expect_to_stay_finite<TypeParam, float>({});
      expect_to_stay_finite<TypeParam, double>({});
    }
  }
  set_target(before);
}

REGISTER_TYPED_TEST_SUITE_P(OptimizerConformance, DescendsAQuadraticBowl, AZeroLearningRateMovesNothing,
                            AnElementsWayDoesNotDependOnItsPlace, CopiesGoTheSameWay,
                            StaysFiniteUnderAnyFiniteGradient);

}  // namespace eddy::testing
