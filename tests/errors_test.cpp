#include "conformance/online_support.hpp"

#include <stdexcept>
#include <string>

namespace eddy::testing {
namespace {

/// What a call throws; empty if it does not.
template <class Call>
std::string refusal(Call&& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

#define EXPECT_REFUSED(call, message) EXPECT_EQ(refusal([&] { call; }), std::string("eddy: ") + message)

using Sized = Lstm<double>;
using Classifier =
    Online<Sequential<GruCell<float>, Dense<float>>, SoftmaxCrossEntropy, Sgd, TruncatedBptt<4>, NoRehearsal>;
using Dimensions =
    Online<RnnCell<double>, MeanSquaredError, Sgd, TruncatedBptt<Dynamic, Dynamic>, RecentRehearsal<Dynamic>>;

Vector<double> zeros(int size) { return Vector<double>::Zero(size); }

/// A model with some past, in which nothing may have changed when the test ends.
class Errors : public ::testing::Test {
 protected:
  std::vector<Sample<double>> samples = make_samples<double>(3, 2, 20);
  Sized model = Sized(3, 6, 2), twin = model;
  Vector<double> x = samples[0].x, y = samples[0].y;

  void SetUp() override {
    learn(model, samples);
    twin = model;
  }
  void TearDown() override {
    EXPECT_TRUE(same_contents(model, twin)) << "a refused call changes nothing";
    EXPECT_TRUE(go_on_alike(model, twin, samples)) << "a refused call changes nothing";
  }
};

TEST_F(Errors, AnInputOfTheWrongSizeIsRefused) {
  EXPECT_REFUSED(model.step(zeros(4)), "x has 4 values, expected 3");
  EXPECT_REFUSED(model.step(zeros(1)), "x has 1 value, expected 3");
  EXPECT_REFUSED(model.step(zeros(0)), "x has 0 values, expected 3");
  EXPECT_REFUSED(model.step(1.0), "x has 1 value, expected 3");
  EXPECT_REFUSED(model.predict(zeros(2)), "x has 2 values, expected 3");
  EXPECT_REFUSED(model.partial_fit(zeros(4), y), "x has 4 values, expected 3");
  auto stream = model.make_stream();
  EXPECT_REFUSED(model.step(stream, zeros(4)), "x has 4 values, expected 3");
  EXPECT_REFUSED(model.predict(stream, zeros(4)), "x has 4 values, expected 3");
  EXPECT_EQ(stream.time(), 0);
}

TEST_F(Errors, ATargetOfTheWrongSizeIsRefusedBeforeTheStep) {
  EXPECT_REFUSED(model.partial_fit(x, zeros(3)), "the target has 3 values, expected 2");
  EXPECT_REFUSED(model.partial_fit(zeros(3)), "the target has 3 values, expected 2");
  EXPECT_REFUSED(model.partial_fit(0.5), "the target has 1 value, expected 2");
  EXPECT_REFUSED(model.partial_fit(at(model.time()), zeros(1)), "the target has 1 value, expected 2");
  EXPECT_REFUSED(model.partial_fit(x, weighted(zeros(3), 1)), "the target has 3 values, expected 2");
  EXPECT_REFUSED(model.partial_fit(x, weighted(y, zeros(3))), "the weight has 3 values, expected 2");
}

TEST_F(Errors, AStreamOfAnotherModelIsRefused) {
  const std::string message = "the stream was made by a model of other sizes or another window";
  auto stream = Sized(3, 7, 2).make_stream();
  EXPECT_REFUSED(model.step(stream, x), message);
  EXPECT_REFUSED(model.predict(stream, x), message);
  EXPECT_REFUSED(model.partial_fit(stream, x, y), message);
  EXPECT_REFUSED(model.partial_fit(stream, y), message);
  EXPECT_REFUSED(model.partial_fit(stream, at(1), y), message);
  EXPECT_EQ(stream.time(), 0);
}

TEST_F(Errors, ForecastsNeedAsManyOutputsAsInputs) {
  EXPECT_REFUSED(model.forecast(x, 3),
                 "forecast() feeds outputs back as inputs: expected as many outputs as inputs, which are 3, "
                 "the model has 2");
}

TEST(ForecastErrors, TheShapeAndTheHorizonAreChecked) {
  const Sized model(2, 6, 2);
  EXPECT_REFUSED(model.forecast(zeros(2), -1), "the horizon is -1, expected at least 0");
  EXPECT_REFUSED(model.forecast(zeros(3), 1), "x has 3 values, expected 2");
  EXPECT_EQ(model.forecast(zeros(2), 0).cols(), 0);
}

TEST(FixedSizeErrors, ARunTimeVectorOfTheWrongSizeIsRefused) {
  Lstm<float, 3, 4, 1, MeanSquaredError, Sgd, TruncatedBptt<2>, NoRehearsal> model;
  const Vector<float> x = Vector<float>::Ones(4), y = Vector<float>::Ones(2);
  EXPECT_REFUSED(model.step(x), "x has 4 values, expected 3");
  EXPECT_REFUSED(model.partial_fit(x.head(3), y), "the target has 2 values, expected 1");
  EXPECT_EQ(model.time(), 0);
  static_assert(!noexcept(model.step(x)) && !noexcept(model.predict(x)));
}

TEST(FixedSizeErrors, WhatCannotFailIsNoexcept) {
  using Fixed = Lstm<float, 3, 4, 1, MeanSquaredError, Sgd, TruncatedBptt<2>, NoRehearsal>;
  Fixed model;
  Fixed::Stream stream = model.make_stream();
  const Eigen::Vector3f x = Eigen::Vector3f::Ones();
  EXPECT_TRUE(noexcept(model.step(x))&& noexcept(model.predict(x)));
  EXPECT_TRUE(noexcept(model.step(stream, x))&& noexcept(model.predict(stream, x)));
  EXPECT_TRUE(noexcept(model.partial_fit(x, 1.0f))) << "the hot path of a fixed-size model";
  EXPECT_TRUE(noexcept(model.partial_fit(1.0f))) << "the hot path of a fixed-size model";
}

TEST(ClassIndexErrors, AnIndexOutOfRangeIsRefused) {
  Classifier model(Classifier::Network({2, 4}, {4, 5}));
  const Vector<float> x = Vector<float>::Ones(2);
  const Classifier before = model;
  EXPECT_REFUSED(model.partial_fit(x, -1), "the class index is -1, expected 0 to 4");
  EXPECT_REFUSED(model.partial_fit(x, 5), "the class index is 5, expected 0 to 4");
  EXPECT_REFUSED(model.partial_fit(x, 5u), "the class index is 5, expected 0 to 4");
  EXPECT_REFUSED(model.partial_fit(x, std::size_t{1} << 40),
                 "the class index is 1099511627776, expected 0 to 4");
  EXPECT_REFUSED(model.partial_fit(5), "the class index is 5, expected 0 to 4");
  EXPECT_REFUSED(model.partial_fit(x, weighted(5, 2)), "the class index is 5, expected 0 to 4");
  EXPECT_REFUSED(model.partial_fit(x, Vector<float>::Ones(4)), "the target has 4 values, expected 5");
  EXPECT_TRUE(same_contents(model, before));
  EXPECT_EQ(model.partial_fit(x, 4), model.last_update().loss);
  EXPECT_TRUE(model.last_update().applied);
}

/// Whether a call is refused with a message in which all of these occur.
template <class Call>
::testing::AssertionResult refused_naming(Call&& call, std::initializer_list<const char*> words) {
  const std::string message = refusal(call);
  for (const char* const word : words) {
    if (message.find(word) == std::string::npos) {
      return ::testing::AssertionFailure() << '"' << message << "\" does not name " << word;
    }
  }
  return ::testing::AssertionSuccess();
}

TEST(ConstructionErrors, SizesAreAtLeastOne) {
  EXPECT_TRUE(refused_naming([] { Sized(0, 6, 2); }, {"inputs is 0", "1"}));
  EXPECT_TRUE(refused_naming([] { Sized(3, -6, 2); }, {"hidden", "is -6", "1"}));
  EXPECT_TRUE(refused_naming([] { Sized(3, 6, 0); }, {"outputs is 0", "1"}));
}

TEST(ConstructionErrors, SizesDoNotContradictTheType) {
  using Fixed = Lstm<float, 3, 4, 1, MeanSquaredError, Sgd, TruncatedBptt<2>, NoRehearsal>;
  EXPECT_TRUE(refused_naming([] { Fixed(2, 4, 1); }, {"inputs is 2", "3"}));
  EXPECT_TRUE(refused_naming([] { Fixed(3, 5, 1); }, {"hidden", "is 5", "4"}));
  EXPECT_TRUE(refused_naming([] { Fixed(3, 4, 2); }, {"outputs is 2", "1"}));
  EXPECT_REFUSED(Fixed({.credit = {.window = 3}}), "the window is 3, but the type fixes it to 2");
  EXPECT_REFUSED(Fixed({.credit = {.stride = 2}}), "the stride is 2, but the type fixes it to 1");
}

TEST(ConstructionErrors, TheWindowAndTheStrideFit) {
  const RnnCell<double> cell(3, 2);
  EXPECT_REFUSED(Dimensions(cell, {.credit = {.window = 0}}), "the window is 0, expected at least 1");
  EXPECT_REFUSED(Dimensions(cell, {.credit = {.window = 4, .stride = 0}}),
                 "the stride is 0, expected at least 1");
  EXPECT_REFUSED(Dimensions(cell, {.credit = {.window = 4, .stride = 5}}),
                 "the stride is 5, expected at most the window, 4: error would leave the window unused");
}

TEST(ConstructionErrors, RehearsalFits) {
  const RnnCell<double> cell(3, 2);
  EXPECT_REFUSED(Dimensions(cell, {.rehearsal = {.replays = -1}}),
                 "the number of replays is -1, expected at least 0");
  EXPECT_REFUSED(Dimensions(cell, {.rehearsal = {.capacity = 0}}),
                 "the capacity of rehearsal is 0, expected at least 1");
  using Fixed = Online<RnnCell<double>, MeanSquaredError, Sgd, TruncatedBptt<4>, ReservoirRehearsal<10>>;
  EXPECT_REFUSED(Fixed(cell, {.rehearsal = {.capacity = 20}}),
                 "the capacity of rehearsal is 20, but the type fixes it to 10");
  EXPECT_REFUSED(Fixed(cell, {.rehearsal = {.replays = -2}}),
                 "the number of replays is -2, expected at least 0");
}

TEST(ConstructionErrors, LayersFitOneAnother) {
  using Stack = Sequential<GruCell<float>, Dense<float>>;
  EXPECT_REFUSED(Stack({2, 4}, {5, 1}), "layer 1 takes 5 inputs, but layer 0 has 4 outputs");
  EXPECT_REFUSED(Residual<Dense<float>>({3, 4}),
                 "a residual layer needs as many outputs as inputs, has 3 inputs and 4 outputs");
}

TEST(ConstructionErrors, TheLossFitsTheOutputs) {
  EXPECT_REFUSED(Classifier(Classifier::Network({2, 4}, {4, 5}), {.loss = {.class_weights = {1, 1, 1}}}),
                 "class_weights has 3 values, expected 5");
  using Gaussian = Online<GruCell<float>, GaussianLoss, Sgd, TruncatedBptt<4>, NoRehearsal>;
  EXPECT_REFUSED(Gaussian(GruCell<float>(2, 3)),
                 "GaussianLoss needs a mean and a log-variance for each target, has 3 outputs");
}

}  // namespace
}  // namespace eddy::testing
