#pragma once

#include "../support/numeric.hpp"
#include "online_conformance.hpp"

/// Rule 9 of the design's first section, for every model: a sample that cannot be learned from is skipped,
/// counted and reported, and leaves the model usable.

namespace eddy::testing {

template <class Model>
class OnlineSkipping : public OnlineConformance<Model> {
 protected:
  using Scalar = typename Model::Scalar;
  static constexpr Scalar infinity_ = std::numeric_limits<Scalar>::infinity();
  static constexpr Scalar overflows_when_squared_ =
      std::is_same_v<Scalar, float> ? Scalar(1e30) : Scalar(1e200);

  /// Nothing waits for the stride after `samples_`.
  void SetUp() override {
    ASSERT_EQ(this->samples_.size() % static_cast<std::size_t>(this->model_.options().credit.stride), 0u);
  }

  /// The model after the bad sample is as finite as before, and learns from what comes next.
  void expect_usable() {
    const auto updates = this->model_.last_update().updates;
    learn(this->model_, this->later_);
    EXPECT_TRUE(all_are_finite(this->model_.parameters()));
    EXPECT_TRUE(all_are_finite(this->model_.prediction()));
    EXPECT_EQ(this->model_.last_update().updates, updates + static_cast<std::int64_t>(this->later_.size()) /
                                                                this->model_.options().credit.stride);
  }
};

TYPED_TEST_SUITE_P(OnlineSkipping);

// Rule 9, for the input.
TYPED_TEST_P(OnlineSkipping, AnInputThatIsNotFiniteIsSkipped) {
  for (const auto bad : {this->nan_, this->infinity_, -this->infinity_}) {
    TypeParam& model = this->model_ = make_model<TypeParam>();
    learn(model, this->samples_);
    const VectorOf<TypeParam> weights = model.parameters(), expected = model.predict(this->x_);
    VectorOf<TypeParam> x = this->x_;
    x(x.size() - 1) = bad;
    EXPECT_TRUE(all_are_nan(model.predict(x)));
    EXPECT_TRUE(is_nan(model.partial_fit(x, this->y_)));
    EXPECT_TRUE(all_are_nan(model.prediction()));
    EXPECT_EQ(model.last_update().status, UpdateStatus::input_not_finite);
    EXPECT_EQ(model.last_update().skipped, 1);
    EXPECT_TRUE(same_bits(model.parameters(), weights));
    EXPECT_TRUE(same_bits(model.predict(this->x_), expected)) << "the state is as before";
    this->expect_usable();
  }
}

// Rule 9, for the target: as if it had never come.
TYPED_TEST_P(OnlineSkipping, ATargetThatCannotBeLearnedFromIsSkipped) {
  const std::pair<typename TypeParam::Scalar, UpdateStatus> cases[] = {
      {this->nan_, UpdateStatus::target_missing},
      {this->infinity_, UpdateStatus::target_not_finite},
      {-this->infinity_, UpdateStatus::target_not_finite},
      {this->overflows_when_squared_, UpdateStatus::loss_not_finite}};
  for (const auto& [bad, status] : cases) {
    TypeParam& model = this->model_ = make_model<TypeParam>();
    learn(model, this->samples_);
    TypeParam without_label = model;
    without_label.step(this->x_);
    const VectorOf<TypeParam> y = VectorOf<TypeParam>::Constant(this->outputs_, bad);
    const auto loss = model.partial_fit(this->x_, y);
    EXPECT_FALSE(is_finite(loss));
    EXPECT_EQ(model.last_update().status, status);
    EXPECT_EQ(model.last_update().skipped, 1);
    EXPECT_FALSE(model.last_update().applied);
    for (const auto& [x, next] : this->later_) {
      model.partial_fit(x, next);
      without_label.partial_fit(x, next);
      ASSERT_TRUE(same_bits(model.parameters(), without_label.parameters())) << describe(status);
      ASSERT_TRUE(same_bits(model.prediction(), without_label.prediction())) << describe(status);
    }
    this->expect_usable();
  }
}

// Rule 9, for a gradient that overflows though the loss does not.
TYPED_TEST_P(OnlineSkipping, AGradientThatOverflowsIsSkipped) {
  learn(this->model_, this->samples_);
  const VectorOf<TypeParam> weights = this->model_.parameters();
  for (int i = 0; i < this->model_.options().credit.stride; ++i) {
    this->model_.partial_fit(this->x_, weighted(this->y_, this->overflows_when_squared_));
  }
  EXPECT_EQ(this->model_.last_update().status, UpdateStatus::gradient_not_finite);
  EXPECT_EQ(this->model_.last_update().skipped, this->model_.options().credit.stride)
      << "every label of the sweep is lost";
  EXPECT_FALSE(this->model_.last_update().applied);
  EXPECT_TRUE(same_bits(this->model_.parameters(), weights));
  this->expect_usable();
}

// Rule 9, for weights: a NaN at either end of the network stays alone, and is gone when it is taken away.
TYPED_TEST_P(OnlineSkipping, ANanAmongTheWeightsDoesNotSpread) {
  learn(this->model_, this->samples_);
  TypeParam& model = this->model_;
  for (const Index place : {Index{0}, model.parameters().size() - 1}) {
    const VectorOf<TypeParam> weights = model.parameters();
    const auto skipped = model.last_update().skipped;
    auto ill = weights;
    ill(place) = this->nan_;
    model.parameters() = ill;
    EXPECT_FALSE(is_finite(model.partial_fit(this->x_, this->y_)));
    EXPECT_EQ(model.last_update().skipped, skipped + 1);
    EXPECT_TRUE(same_bits(model.parameters(), ill));
    model.parameters() = weights;
    EXPECT_TRUE(all_are_finite(model.predict(this->x_)));
    model.partial_fit(this->x_, this->y_);
    EXPECT_EQ(model.last_update().skipped, skipped + 1);
    EXPECT_TRUE(all_are_finite(model.parameters()));
    for (int i = 2; i < 2 * model.options().credit.stride; ++i) {
      model.partial_fit(this->x_, this->y_);  // until nothing waits
    }
  }
}

TYPED_TEST_P(OnlineSkipping, HugeInputsLeaveItUsable) {
  for (const auto huge :
       {(std::numeric_limits<typename TypeParam::Scalar>::max)(), this->overflows_when_squared_}) {
    for (int i = 0; i < 4; ++i) {
      this->model_.partial_fit(VectorOf<TypeParam>::Constant(this->inputs_, i % 2 ? huge : -huge), this->y_);
      EXPECT_TRUE(all_are_finite(this->model_.parameters()));
    }
  }
  for (int i = 0; i < this->model_.options().credit.window; ++i) {
    this->model_.step(this->x_);
  }
  this->expect_usable();
}

REGISTER_TYPED_TEST_SUITE_P(OnlineSkipping, AnInputThatIsNotFiniteIsSkipped,
                            ATargetThatCannotBeLearnedFromIsSkipped, AGradientThatOverflowsIsSkipped,
                            ANanAmongTheWeightsDoesNotSpread, HugeInputsLeaveItUsable);

}  // namespace eddy::testing
