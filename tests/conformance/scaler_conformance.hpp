#pragma once

#include "../support/numeric.hpp"
#include "../support/state.hpp"

#include <eddy/core/random.hpp>
#include <eddy/preprocessing/target_transform.hpp>

#include <gtest/gtest.h>

#include <stdexcept>

namespace eddy::testing {

/// What every scaler must hold, as a transform of inputs and of targets. One line buys it all:
/// INSTANTIATE_TYPED_TEST_SUITE_P(Standard, ScalerConformance, ::testing::Types<StandardScaler<float>>);
template <class S>
class ScalerConformance : public ::testing::Test {
 protected:
  static constexpr int size = S::Inputs == Dynamic ? 4 : S::Inputs;
  static_assert(Transform<S> && TargetTransform<S>);

  /// Three rounding errors, of numbers up to 100, in units of a deviation that may be a tenth.
  static constexpr double rounding = std::is_same_v<typename S::Scalar, float> ? 1e-3 : 1e-11;

  static S make() {
    if constexpr (S::fixed) {
      return S();
    } else {
      return S(size);
    }
  }

  /// A value of its own level and spread in each place.
  static Vector<typename S::Scalar> sample(Random& random) {
    Vector<typename S::Scalar> x(size);
    for (int i = 0; i < size; ++i) {
      x(i) = static_cast<typename S::Scalar>(10 * i - 5 + (i + 1) * random.uniform(2));
    }
    return x;
  }

  static void learn(S& scaler, int samples, std::uint64_t seed = 1) {
    Random random(seed);
    for (int t = 0; t < samples; ++t) {
      scaler.partial_fit(sample(random));
    }
  }

  static Vector<typename S::Scalar> mapped(S& scaler, const Vector<typename S::Scalar>& x) {
    return scaler.transform(x);
  }
};

TYPED_TEST_SUITE_P(ScalerConformance);

TYPED_TEST_P(ScalerConformance, BringsAValueOfAnyLevelToOrderOne) {
  using Sample = Vector<typename TypeParam::Scalar>;
  TypeParam scaler = this->make();
  this->learn(scaler, 1000);
  Random random(2);
  Sample sum = Sample::Zero(this->size), squares = sum;
  for (int t = 0; t < 1000; ++t) {
    const Sample z = scaler.transform(this->sample(random));
    sum += z;
    squares += z.cwiseAbs2();
  }
  const Sample mean = sum / 1000, spread = (squares / 1000 - mean.cwiseAbs2()).cwiseSqrt();
  EXPECT_LT(mean.cwiseAbs().maxCoeff(), 1);
  EXPECT_GT(spread.minCoeff(), 0.2);
  EXPECT_LT(spread.maxCoeff(), 2);
}

TYPED_TEST_P(ScalerConformance, TheInverseUndoesTheTransform) {
  TypeParam scaler = this->make();
  this->learn(scaler, 100);
  Random random(2);
  const auto x = this->sample(random);
  const auto z = this->mapped(scaler, x);
  EXPECT_LT(worst_error(scaler.inverse_transform(z), x), this->rounding);
  EXPECT_GT(worst_error(z, x), 0.1);
}

TYPED_TEST_P(ScalerConformance, OffsetAndScaleAreThoseOfTheInverse) {
  using Sample = Vector<typename TypeParam::Scalar>;
  TypeParam scaler = this->make();
  this->learn(scaler, 100);
  Sample offset(this->size), scale(this->size);
  scaler.affine(offset.data(), scale.data());
  const Sample z = Sample::LinSpaced(this->size, -2, 2);
  EXPECT_GT(scale.minCoeff(), 0);
  EXPECT_LT(worst_error(Sample(offset + scale.cwiseProduct(z)), scaler.inverse_transform(z)), this->rounding);
}

TYPED_TEST_P(ScalerConformance, UnitsDoNotMatter) {
  using Sample = Vector<typename TypeParam::Scalar>;
  TypeParam metres = this->make(), others = this->make();
  Random random(1);
  Sample x;
  // A power of two and a shift by less than the values: no digits get lost but the last.
  const auto convert = [](const Sample& in) { return Sample(in * 32 + Sample::Constant(in.size(), 16)); };
  for (int t = 0; t < 200; ++t) {
    x = this->sample(random);
    metres.partial_fit(x);
    others.partial_fit(convert(x));
  }
  EXPECT_LT(worst_error(others.transform(convert(x)), this->mapped(metres, x)), this->rounding);
}

TYPED_TEST_P(ScalerConformance, StaysFiniteWhereNothingVaries) {
  using Sample = Vector<typename TypeParam::Scalar>;
  using Scalar = typename TypeParam::Scalar;
  TypeParam scaler = this->make();
  const Sample x = Sample::Constant(this->size, Scalar(0.1));
  Sample offset(this->size), scale(this->size);
  scaler.affine(offset.data(), scale.data());
  EXPECT_EQ(scale, Sample::Zero(this->size));
  EXPECT_TRUE(all_are_finite(scaler.transform(x)));
  for (int t = 0; t < 100; ++t) {
    scaler.partial_fit(x);
    EXPECT_LE(scaler.transform(x).cwiseAbs().maxCoeff(), 1);
    scaler.affine(offset.data(), scale.data());
    ASSERT_EQ(scale, Sample::Zero(this->size));
    ASSERT_LT(worst_error(offset, x), this->rounding);
  }
  const Sample jump = Sample::Constant(this->size, Scalar(1e6));
  scaler.partial_fit(jump);
  EXPECT_TRUE(all_are_finite(scaler.transform(jump)));
}

TYPED_TEST_P(ScalerConformance, WhatIsNotFiniteTeachesNothingAndStaysNaN) {
  using Sample = Vector<typename TypeParam::Scalar>;
  using Scalar = typename TypeParam::Scalar;
  TypeParam clean = this->make(), dirty = this->make();
  Random random(1);
  for (int t = 0; t < 50; ++t) {
    Sample x = this->sample(random);
    clean.partial_fit(x);
    dirty.partial_fit(x);
    for (const Scalar bad : {not_a_number<Scalar>, std::numeric_limits<Scalar>::infinity(),
                             -std::numeric_limits<Scalar>::infinity()}) {
      dirty.partial_fit(Sample::Constant(this->size, bad));
      EXPECT_TRUE(all_are_nan(dirty.transform(Sample::Constant(this->size, bad))));
    }
  }
  const Sample x = this->sample(random);
  EXPECT_EQ(this->mapped(dirty, x), this->mapped(clean, x));

  if constexpr (TestFixture::size > 1) {  // each value by itself
    Sample holed = x;
    holed(1) = not_a_number<Scalar>;
    dirty.partial_fit(holed);
    const Sample z = dirty.transform(holed);
    EXPECT_TRUE(is_finite(z(0)));
    EXPECT_TRUE(is_nan(z(1)));
    EXPECT_EQ(dirty.transform(x)(1), clean.transform(x)(1));
  }
}

TYPED_TEST_P(ScalerConformance, LimitsWhatIsFarOut) {
  using Sample = Vector<typename TypeParam::Scalar>;
  using Scalar = typename TypeParam::Scalar;
  TypeParam scaler = this->make();
  this->learn(scaler, 100);
  EXPECT_EQ(scaler.limit(), 8);
  EXPECT_EQ(this->mapped(scaler, Sample::Constant(this->size, Scalar(1e9))), Sample::Constant(this->size, 8));
  EXPECT_EQ(this->mapped(scaler, Sample::Constant(this->size, Scalar(-1e9))),
            Sample::Constant(this->size, -8));
}

TYPED_TEST_P(ScalerConformance, TransformingChangesNothing) {
  TypeParam scaler = this->make(), untouched = this->make();
  this->learn(scaler, 20);
  this->learn(untouched, 20);
  Random random(2);
  for (int t = 0; t < 5; ++t) {
    const auto x = this->sample(random);
    scaler.inverse_transform(scaler.transform(x));
    scaler.reset();
  }
  this->learn(scaler, 5, 3);
  this->learn(untouched, 5, 3);
  const auto x = this->sample(random);
  EXPECT_EQ(this->mapped(scaler, x), this->mapped(untouched, x));
}

TYPED_TEST_P(ScalerConformance, CopiesAndStatesGoOnByThemselves) {
  for (const int samples : {0, 1, 3, 200}) {
    TypeParam scaler = this->make(), resumed = this->make();
    this->learn(scaler, samples);
    TypeParam copy = scaler;
    copy_state(scaler, resumed);
    Vector<typename TypeParam::Scalar> other(this->size);  // is nothing to the others; no outlier
    for (int i = 0; i < this->size; ++i) {
      other(i) = static_cast<typename TypeParam::Scalar>(10 * i - 5 + 4 * (i + 1));
    }
    copy.partial_fit(other);
    this->learn(scaler, 20, 5);
    this->learn(resumed, 20, 5);
    Random random(2);
    const auto x = this->sample(random);
    EXPECT_EQ(this->mapped(resumed, x), this->mapped(scaler, x)) << samples;
    EXPECT_NE(this->mapped(copy, x), this->mapped(scaler, x)) << samples;
  }
}

TYPED_TEST_P(ScalerConformance, RefusesAnotherSize) {
  using Sample = Vector<typename TypeParam::Scalar>;
  TypeParam scaler = this->make();
  const Sample wrong = Sample::Zero(this->size + 1);
  EXPECT_THROW(scaler.partial_fit(wrong), std::invalid_argument);
  EXPECT_THROW(scaler.transform(wrong), std::invalid_argument);
  EXPECT_THROW(scaler.inverse_transform(wrong), std::invalid_argument);
  EXPECT_THROW(TypeParam(TestFixture::size - TestFixture::size), std::invalid_argument);
}

REGISTER_TYPED_TEST_SUITE_P(ScalerConformance, BringsAValueOfAnyLevelToOrderOne, TheInverseUndoesTheTransform,
                            OffsetAndScaleAreThoseOfTheInverse, UnitsDoNotMatter,
                            StaysFiniteWhereNothingVaries, WhatIsNotFiniteTeachesNothingAndStaysNaN,
                            LimitsWhatIsFarOut, TransformingChangesNothing, CopiesAndStatesGoOnByThemselves,
                            RefusesAnotherSize);

}  // namespace eddy::testing
