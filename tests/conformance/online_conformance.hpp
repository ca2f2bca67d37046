#pragma once

#include "online_support.hpp"
#include "support/state.hpp"

#include <algorithm>
#include <string>
#include <utility>

/// What every model keeps to, whatever its network, optimizer, credit rule and rehearsal; its loss is
/// `MeanSquaredError`. A new model gets all of it, and of `OnlineSkipping`, by one more type in a list of
/// online_test.cpp. "Rule n" is that of the design's first section.

namespace eddy::testing {

template <class Model>
using VectorOf = Vector<typename Model::Scalar>;

template <class Model>
class OnlineConformance : public ::testing::Test {
 protected:
  using Scalar = typename Model::Scalar;
  using Samples = std::vector<Sample<Scalar>>;
  static constexpr Scalar nan_ = not_a_number<Scalar>;

  Model model_ = make_model<Model>();
  int inputs_ = model_.network().sizes().inputs, outputs_ = model_.network().sizes().outputs;
  Samples samples_ = make_samples<Scalar>(inputs_, outputs_, 100),
          later_ = make_samples<Scalar>(inputs_, outputs_, 100, 2);
  Vector<Scalar> x_ = samples_[0].x, y_ = samples_[0].y;
};

TYPED_TEST_SUITE_P(OnlineConformance);

// Rule 1.
TYPED_TEST_P(OnlineConformance, PredictChangesNoBit) {
  TypeParam& model = this->model_;
  TypeParam never_predicts = model;
  for (const auto& [x, y] : this->samples_) {
    const auto before = contents(model);
    std::vector<unsigned char> bytes(sizeof(model));
    std::memcpy(bytes.data(), &model, sizeof(model));
    model.predict(x);
    model.predict(y.sum() * x);
    ASSERT_TRUE(same_bits(contents(model), before));
    if constexpr (TypeParam::fixed) {
      ASSERT_EQ(std::memcmp(bytes.data(), &model, sizeof(model)), 0);
    }
    model.partial_fit(x, y);
    never_predicts.partial_fit(x, y);
    ASSERT_TRUE(same_contents(model, never_predicts));
  }
}

TYPED_TEST_P(OnlineConformance, PredictIsWhatStepReturns) {
  for (const auto& [x, y] : this->samples_) {
    const VectorOf<TypeParam> predicted = this->model_.predict(x);
    ASSERT_TRUE(same_bits(predicted, this->model_.step(x)));
    ASSERT_TRUE(same_bits(predicted, this->model_.prediction()));
    this->model_.partial_fit(y);
    ASSERT_TRUE(same_bits(predicted, this->model_.prediction()));
  }
}

// Rule 2.
TYPED_TEST_P(OnlineConformance, PartialFitIsAStepAndThenItsLabel) {
  TypeParam apart = this->model_;
  for (const auto& [x, y] : this->samples_) {
    const auto loss = this->model_.partial_fit(x, y);
    apart.step(x);
    ASSERT_EQ(apart.partial_fit(y), loss);
    ASSERT_TRUE(same_contents(apart, this->model_));
  }
}

TYPED_TEST_P(OnlineConformance, TheLossIsThatOfThePredictionBeforeTheUpdate) {
  for (const auto& [x, y] : this->samples_) {
    const VectorOf<TypeParam> predicted = this->model_.predict(x);
    const auto loss = this->model_.partial_fit(x, y), expected = (predicted - y).array().square().mean();
    // One squared norm, summed in another order.
    ASSERT_NEAR(loss, expected, 8 * std::numeric_limits<typename TypeParam::Scalar>::epsilon() * expected);
    ASSERT_EQ(this->model_.last_update().loss, loss);
  }
}

// Rule 3.
TYPED_TEST_P(OnlineConformance, WithLearningRateZeroItOnlySteps) {
  this->model_.optimizer().learning_rate = 0;
  TypeParam steps = this->model_;
  for (const auto& [x, y] : this->samples_) {
    this->model_.partial_fit(x, y);
    ASSERT_TRUE(same_bits(steps.step(x), this->model_.prediction()));
    ASSERT_TRUE(same_bits(steps.parameters(), this->model_.parameters()));
  }
  EXPECT_GT(this->model_.gradient().norm(), 0);
}

TYPED_TEST_P(OnlineConformance, LearningChangesEveryLayer) {
  TypeParam before = this->model_;
  learn(this->model_, this->samples_);
  const auto was = before.named_parameters(), is = this->model_.named_parameters();
  for (std::size_t i = 0; i < is.size(); ++i) {
    EXPECT_FALSE(same_bits(was[i].values.reshaped(), is[i].values.reshaped())) << is[i].name;
  }
}

// Rule 5, until there are checkpoints.
TYPED_TEST_P(OnlineConformance, CopiesGoOnBitForBitAndAlone) {
  learn(this->model_, this->samples_);
  TypeParam original = this->model_, copy = original, assigned = make_model<TypeParam>({.seed = 9});
  assigned = original;
  EXPECT_TRUE(go_on_alike(original, copy, this->later_));
  EXPECT_FALSE(same_contents(original, assigned));
  learn(assigned, this->later_);
  EXPECT_TRUE(same_contents(original, assigned));
}

TYPED_TEST_P(OnlineConformance, MovedModelsGoOnBitForBit) {
  learn(this->model_, this->samples_);
  TypeParam stays = this->model_, leaves = this->model_;
  TypeParam moved = std::move(leaves), assigned = make_model<TypeParam>({.seed = 9});
  assigned = std::move(moved);
  EXPECT_TRUE(go_on_alike(stays, assigned, this->later_));
}

// Rule 7.
// Rule 5.
TYPED_TEST_P(OnlineConformance, ResumingEqualsNeverStopping) {
  // Another seed, and a past of its own: nothing of either may be left.
  typename TypeParam::Options options = this->model_.options();
  options.seed = 99;
  TypeParam& model = this->model_;
  TypeParam resumed = make_model<TypeParam>(options);
  learn(resumed, this->later_);
  for (const auto& [x, y] : this->samples_) {
    copy_state(model, resumed);
    ASSERT_TRUE(same_contents(model, resumed));
    ASSERT_TRUE(go_on_alike(model, resumed, {{x, y}}));
  }
  EXPECT_TRUE(go_on_alike(model, resumed, this->later_));
}

TYPED_TEST_P(OnlineConformance, StreamsAreResumed) {
  TypeParam& model = this->model_;
  auto alice = model.make_stream();
  for (const auto& [x, y] : this->samples_) {
    model.partial_fit(x, y);
    model.partial_fit(alice, y.sum() * x, y);
  }
  TypeParam resumed = make_model<TypeParam>();
  auto other = resumed.make_stream();
  std::stringstream checkpoint;
  save(checkpoint, model, alice);
  load(checkpoint, resumed, other);
  for (const auto& [x, y] : this->later_) {
    ASSERT_TRUE(same_bits(model.step(alice, x), resumed.step(other, x)));
    model.partial_fit(alice, y);
    resumed.partial_fit(other, y);
    ASSERT_TRUE(go_on_alike(model, resumed, {{x, y}}));
  }
}

TYPED_TEST_P(OnlineConformance, InterleavedStreamsEqualSeparateOnes) {
  learn(this->model_, this->samples_);
  const TypeParam& model = this->model_;
  auto a = model.make_stream(), b = model.make_stream(), a_alone = model.make_stream(),
       b_alone = model.make_stream();
  Matrix<typename TypeParam::Scalar> interleaved(2 * this->outputs_, 20), separate(2 * this->outputs_, 20);
  for (int t = 0; t < 20; ++t) {
    interleaved.col(t).head(this->outputs_) = model.step(a, this->samples_[static_cast<std::size_t>(t)].x);
    interleaved.col(t).tail(this->outputs_) = model.step(b, this->later_[static_cast<std::size_t>(t)].x);
  }
  for (int t = 0; t < 20; ++t) {
    separate.col(t).head(this->outputs_) = model.step(a_alone, this->samples_[static_cast<std::size_t>(t)].x);
  }
  for (int t = 0; t < 20; ++t) {
    separate.col(t).tail(this->outputs_) = model.step(b_alone, this->later_[static_cast<std::size_t>(t)].x);
  }
  EXPECT_TRUE(same_bits(interleaved.reshaped(), separate.reshaped()));
}

TYPED_TEST_P(OnlineConformance, AStreamLearnsAsTheModelsOwnDoes) {
  TypeParam by_stream = this->model_;
  auto stream = by_stream.make_stream();
  for (const auto& [x, y] : this->samples_) {
    this->model_.step(x);
    this->model_.partial_fit(at(this->model_.time()), y);
    by_stream.step(stream, x);
    by_stream.partial_fit(stream, at(stream.time()), y);
    ASSERT_TRUE(same_bits(by_stream.parameters(), this->model_.parameters()));
    ASSERT_TRUE(same_bits(stream.prediction(), this->model_.prediction()));
    ASSERT_TRUE(same_bits(by_stream.predict(stream, x), this->model_.predict(x)));
  }
  EXPECT_EQ(by_stream.time(), 0);
}

// Rule 8.
TYPED_TEST_P(OnlineConformance, ALabelWithDelayZeroIsAnImmediateOne) {
  TypeParam late = this->model_;
  for (const auto& [x, y] : this->samples_) {
    this->model_.partial_fit(x, y);
    late.step(x);
    late.partial_fit(at(late.time()), y);
    ASSERT_TRUE(same_contents(late, this->model_));
  }
}

TYPED_TEST_P(OnlineConformance, LabelsOutsideTheWindowAreReportedAndChangeNothing) {
  learn(this->model_, this->samples_);
  TypeParam& model = this->model_;
  const VectorOf<TypeParam> weights = model.parameters();
  const int window = model.options().credit.window;
  std::int64_t skipped = 0;
  for (const std::int64_t step :
       {model.time() - window, model.time() + 1, std::int64_t{0}, std::int64_t{-5}}) {
    EXPECT_TRUE(is_nan(model.partial_fit(at(step), this->y_)));
    EXPECT_EQ(model.last_update().status, UpdateStatus::label_too_late);
    EXPECT_EQ(model.last_update().skipped, ++skipped);
    EXPECT_FALSE(model.last_update().applied);
  }
  EXPECT_TRUE(same_bits(model.parameters(), weights));
  model.partial_fit(at(model.time() - window + 1), this->y_);
  EXPECT_EQ(model.last_update().skipped, skipped) << "the oldest step of the window can still learn";
}

TYPED_TEST_P(OnlineConformance, ALabelBeforeAnyStepIsReported) {
  EXPECT_EQ(this->model_.last_update().status, UpdateStatus::none);
  const VectorOf<TypeParam> weights = this->model_.parameters();
  EXPECT_TRUE(is_nan(this->model_.partial_fit(this->y_)));
  EXPECT_EQ(this->model_.last_update().status, UpdateStatus::no_step);
  learn(this->model_, this->samples_);
  this->model_.reset();
  EXPECT_TRUE(is_nan(this->model_.partial_fit(at(this->model_.time()), this->y_)));
  EXPECT_EQ(this->model_.last_update().status, UpdateStatus::no_step);
  EXPECT_EQ(this->model_.last_update().skipped, 2);
  EXPECT_FALSE(same_bits(this->model_.parameters(), weights))
      << "the samples between the two were learned from";
}

// Rule 10.
TYPED_TEST_P(OnlineConformance, TheSameSeedGivesTheSameBitsAndAnotherOthers) {
  TypeParam same = make_model<TypeParam>({.seed = 1}), other = make_model<TypeParam>({.seed = 2});
  EXPECT_TRUE(same_contents(this->model_, same));
  EXPECT_FALSE(same_bits(this->model_.parameters(), other.parameters()));
  EXPECT_TRUE(go_on_alike(this->model_, same, this->samples_));
}

TYPED_TEST_P(OnlineConformance, ResetEqualsAFreshStream) {
  learn(this->model_, this->samples_);
  TypeParam& model = this->model_;
  TypeParam other = model;
  const VectorOf<TypeParam> weights = model.parameters();
  auto fresh = other.make_stream();
  const auto time = model.time();
  model.reset();
  EXPECT_EQ(model.time(), time);
  EXPECT_TRUE(same_bits(model.parameters(), weights));
  EXPECT_TRUE(model.prediction().isZero(0));
  for (const auto& [x, y] : this->later_) {
    ASSERT_EQ(model.partial_fit(x, y), other.partial_fit(fresh, x, y));
    ASSERT_TRUE(same_bits(model.parameters(), other.parameters()));
  }
  EXPECT_EQ(model.time(), time + static_cast<std::int64_t>(this->later_.size()));
}

TYPED_TEST_P(OnlineConformance, TimeCountsSteps) {
  EXPECT_EQ(this->model_.time(), 0);
  EXPECT_TRUE(this->model_.prediction().isZero(0));
  this->model_.step(this->x_);
  this->model_.partial_fit(this->y_);
  this->model_.partial_fit(this->x_, this->y_);
  this->model_.predict(this->x_);
  this->model_.partial_fit(VectorOf<TypeParam>::Constant(this->inputs_, this->nan_), this->y_);
  EXPECT_EQ(this->model_.time(), 3);
}

TYPED_TEST_P(OnlineConformance, NamedParametersCoverEveryParameterOnce) {
  TypeParam& model = this->model_;
  std::vector<std::string> names;
  VectorOf<TypeParam> count = VectorOf<TypeParam>::Zero(model.parameters().size());
  for (const auto& [name, values] : model.named_parameters()) {
    names.push_back(name);
    const Index begin = values.data() - model.parameters().data();
    ASSERT_GE(begin, 0);
    ASSERT_LE(begin + values.size(), count.size());
    count.segment(begin, values.size()).array() += 1;
  }
  EXPECT_TRUE((count.array() == 1).all());
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end()) << "a name twice";

  for (auto& [name, values] : model.named_parameters()) {
    values.setConstant(2);
  }
  EXPECT_TRUE((model.parameters().array() == 2).all());
  EXPECT_EQ(std::as_const(model).named_parameters().front().values.data(),
            std::as_const(model).parameters().data());
}

TYPED_TEST_P(OnlineConformance, ParametersCanBeAssigned) {
  TypeParam other = make_model<TypeParam>({.seed = 2});
  this->model_.parameters() = other.parameters();
  EXPECT_TRUE(go_on_alike(this->model_, other, {this->samples_[0]}));
  this->model_.parameters() *= 2;
  EXPECT_TRUE(same_bits(this->model_.parameters(), 2 * other.parameters()));
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(this->model_.parameters().data()) % alignment, 0u);
}

REGISTER_TYPED_TEST_SUITE_P(OnlineConformance, PredictChangesNoBit, PredictIsWhatStepReturns,
                            PartialFitIsAStepAndThenItsLabel, TheLossIsThatOfThePredictionBeforeTheUpdate,
                            WithLearningRateZeroItOnlySteps, LearningChangesEveryLayer,
                            CopiesGoOnBitForBitAndAlone, MovedModelsGoOnBitForBit,
                            ResumingEqualsNeverStopping, StreamsAreResumed,
                            InterleavedStreamsEqualSeparateOnes, AStreamLearnsAsTheModelsOwnDoes,
                            ALabelWithDelayZeroIsAnImmediateOne,
                            LabelsOutsideTheWindowAreReportedAndChangeNothing, ALabelBeforeAnyStepIsReported,
                            TheSameSeedGivesTheSameBitsAndAnotherOthers, ResetEqualsAFreshStream,
                            TimeCountsSteps, NamedParametersCoverEveryParameterOnce, ParametersCanBeAssigned);

}  // namespace eddy::testing
