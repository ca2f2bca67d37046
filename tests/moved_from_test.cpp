#include "conformance/online_support.hpp"

#include <eddy/eddy.hpp>
#include <eddy/io/checkpoint.hpp>

#include <sstream>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

// What is left of a model when it was moved from: a fixed-size model is as it was, any other says so when it
// is used.

namespace eddy::testing {
namespace {

using Sized = Lstm<float>;
using FixedCell = Online<LstmCell<float, 2, 4>, MeanSquaredError, Sgd, TruncatedBptt<Dynamic>, NoRehearsal>;

/// Whether a call throws, and says that something was moved from.
template <class Call>
::testing::AssertionResult says_moved_from(Call&& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    const std::string message = error.what();
    return message.find("was moved from: assign to it") != std::string::npos
               ? ::testing::AssertionSuccess()
               : ::testing::AssertionFailure() << message;
  }
  return ::testing::AssertionFailure() << "nothing was thrown";
}

Vector<float> ones(int size) { return Vector<float>::Ones(size); }

/// Tries all that a moved-from model of two inputs and one target must refuse.
template <class Model>
void expect_refusals(Model& model) {
  const Vector<float> x = ones(2), y = ones(1), of_its_size = ones(model.inputs());
  EXPECT_TRUE(says_moved_from([&] { model.step(x); }));
  EXPECT_TRUE(says_moved_from([&] { model.step(of_its_size); }));
  EXPECT_TRUE(says_moved_from([&] { model.predict(x); }));
  EXPECT_TRUE(says_moved_from([&] { model.predict(of_its_size); }));
  EXPECT_TRUE(says_moved_from([&] { model.partial_fit(x, y); }));
  EXPECT_TRUE(says_moved_from([&] { model.partial_fit(y); }));
  EXPECT_TRUE(says_moved_from([&] { model.partial_fit(at(1), y); }));
}

/// The same, and that it works again after something was assigned to it.
template <class Model>
void expect_refusals_until_assigned(Model model) {
  const Vector<float> x = ones(2), y = ones(1);
  model.partial_fit(x, y);
  Model moved = std::move(model);
  expect_refusals(model);
  std::stringstream file;
  EXPECT_TRUE(says_moved_from([&] { save(file, model); }));
  Model copy = model;
  expect_refusals(copy);
  model = moved;
  EXPECT_EQ(model.step(x), moved.step(x));
  model = std::move(moved);
  model.step(x);
  expect_refusals(moved);
  std::swap(model, moved);
  moved.step(x);
  expect_refusals(model);
}

TEST(MovedFrom, AModelRefusesEverything) {
  Sized model(2, 4, 1);
  Sized moved = std::move(model);
  expect_refusals(model);
  EXPECT_TRUE(says_moved_from([&] { model.make_stream(); }));
  EXPECT_TRUE(says_moved_from([&] { model.make_batch(2); }));
  EXPECT_TRUE(says_moved_from([&] { model.prediction(); }));
  EXPECT_TRUE(says_moved_from([&] { model.state(); }));
  EXPECT_TRUE(says_moved_from([&] { model.reset(); }));
  EXPECT_EQ(model.inputs(), 0);
  EXPECT_EQ(model.parameters().size(), 0);
  EXPECT_TRUE(model.named_parameters().empty() || model.named_parameters()[0].values.size() == 0);
}

TEST(MovedFrom, AModelRefusesStreamsThatAreStillThere) {
  Sized model(2, 4, 1);
  auto stream = model.make_stream();
  auto batch = model.make_batch(3);
  Sized moved = std::move(model);
  const Matrix<float> X = Matrix<float>::Ones(2, 3), Y = Matrix<float>::Ones(1, 3);
  EXPECT_TRUE(says_moved_from([&] { model.step(stream, ones(2)); }));
  EXPECT_TRUE(says_moved_from([&] { model.predict(stream, ones(2)); }));
  EXPECT_TRUE(says_moved_from([&] { model.partial_fit(stream, ones(1)); }));
  EXPECT_TRUE(says_moved_from([&] { model.step(batch, X); }));
  EXPECT_TRUE(says_moved_from([&] { model.partial_fit(batch, X, Y); }));
  EXPECT_TRUE(says_moved_from([&] { model.partial_fit(batch, Y); }));
  EXPECT_EQ(stream.time(), 0);
  EXPECT_EQ(batch.time(), 0);
  moved.partial_fit(stream, ones(2), ones(1));
  moved.partial_fit(batch, X, Y);
  EXPECT_EQ(stream.time(), 1);
  EXPECT_EQ(batch.time(), 1);
}

TEST(MovedFrom, AStreamAndABatchAreRefused) {
  Sized model(2, 4, 1);
  auto stream = model.make_stream();
  auto batch = model.make_batch(3);
  const auto moved_stream = std::move(stream);
  const auto moved_batch = std::move(batch);
  const Matrix<float> X = Matrix<float>::Ones(2, 3), Y = Matrix<float>::Ones(1, 3);
  const Vector<float> active = ones(3);
  EXPECT_TRUE(says_moved_from([&] { model.step(stream, ones(2)); }));
  EXPECT_TRUE(says_moved_from([&] { model.partial_fit(stream, ones(2), ones(1)); }));
  EXPECT_TRUE(says_moved_from([&] { stream.prediction(); }));
  EXPECT_TRUE(says_moved_from([&] { model.step(batch, X); }));
  EXPECT_TRUE(says_moved_from([&] { model.step(batch, Matrix<float>(2, 0)); }));
  EXPECT_TRUE(says_moved_from([&] { model.step(batch, X, active); }));
  EXPECT_TRUE(says_moved_from([&] { model.partial_fit(batch, X, Y); }));
  EXPECT_TRUE(says_moved_from([&] { model.partial_fit(batch, X, Y, active); }));
  EXPECT_TRUE(says_moved_from([&] { model.partial_fit(batch, Y); }));
  stream.reset();
  batch.reset();
  EXPECT_EQ(batch.streams(), 0);
  EXPECT_EQ(batch.predictions().size(), 0);
  stream = moved_stream;
  batch = moved_batch;
  model.partial_fit(stream, ones(2), ones(1));
  model.partial_fit(batch, X, Y);
}

TEST(MovedFrom, ModelsOfEveryKindRefuse) {
  expect_refusals_until_assigned(Sized(2, 4, 1));
  expect_refusals_until_assigned(Gru<float, 2, Dynamic, 1>(2, 4, 1));
  expect_refusals_until_assigned(Lstm<float, Dynamic, 4, 1>(2, 4, 1));
  expect_refusals_until_assigned(
      Lstm<float, 2, 4, 1, MeanSquaredError, Adam, TruncatedBptt<Dynamic, Dynamic>>());
  expect_refusals_until_assigned(
      Lstm<float, Dynamic, Dynamic, Dynamic, MeanSquaredError, Sgd, AmortizedBptt<4>, NoRehearsal>(2, 4, 1));
}

TEST(MovedFrom, LearnersAroundModelsRefuse) {
  using Scaler = StandardScaler<float>;
  expect_refusals_until_assigned(Pipeline(Scaler(2), Sized(2, 4, 1), Scaler(1)));
  expect_refusals_until_assigned(Pipeline(StandardScaler<float, 2>(), Sized(2, 4, 1), Scaler(1)));
  expect_refusals_until_assigned(
      Pipeline(Lags<float>(2, 3), Sized(6, 4, 1), Difference<float, Dynamic, Dynamic>(1, 2)));
  expect_refusals_until_assigned(Mixture(Sized(2, 4, 1), Sized(2, 3, 1)));
  expect_refusals_until_assigned(Mixture(Lstm<float, 2, 4, 1>(), Sized(2, 3, 1)));
  expect_refusals_until_assigned(RecursiveLeastSquares<float>(2, 1));
  expect_refusals_until_assigned(RecursiveLeastSquares<float, Dynamic, 1>(2, 1));
  expect_refusals_until_assigned(RecursiveLeastSquares<float, 2, 1, Dynamic>());
  expect_refusals_until_assigned(
      FeatureHead(Features(EchoStateCell<float>(2, 8)), RecursiveLeastSquares<float>(10, 1)));
  expect_refusals_until_assigned(Forecaster<float>(2));
}

TEST(MovedFrom, APipelineWhoseModelIsStillThereRefusesSamples) {
  Pipeline pipeline(StandardScaler<float>(2), Lstm<float, 2, 4, 1>(), StandardScaler<float, 1>());
  auto moved = std::move(pipeline);
  EXPECT_TRUE(says_moved_from([&] { pipeline.step(ones(2)); }));
  EXPECT_TRUE(says_moved_from([&] { pipeline.predict(ones(2)); }));
  EXPECT_TRUE(says_moved_from([&] { pipeline.partial_fit(ones(2), ones(1)); }));
  std::stringstream file;
  EXPECT_TRUE(says_moved_from([&] { save(file, pipeline); }));
  pipeline = moved;
  pipeline.partial_fit(ones(2), ones(1));
}

TEST(MovedFrom, TransformsOfOneNumberGiveNothing) {
  OneHot<float> one_hot(3);
  Fourier<float> fourier({24, 168});
  const auto moved_one_hot = std::move(one_hot);
  const auto moved_fourier = std::move(fourier);
  EXPECT_EQ(one_hot.transform(1).size(), 0);
  EXPECT_EQ(fourier.transform(1).size(), 0);
  one_hot = moved_one_hot;
  fourier = moved_fourier;
  EXPECT_EQ(one_hot.transform(1).size(), 3);
  EXPECT_EQ(fourier.transform(1).size(), 4);
}

TEST(MovedFrom, AForecasterWithoutInputsRefusesToo) {
  Forecaster<float> forecaster(0);
  Forecaster<float> moved = std::move(forecaster);
  EXPECT_TRUE(says_moved_from([&] { forecaster.step(); }));
  EXPECT_TRUE(says_moved_from([&] { forecaster.observe(1); }));
  EXPECT_TRUE(says_moved_from([&] { forecaster.prediction(); }));
  EXPECT_TRUE(says_moved_from([&] { forecaster.reset(); }));
  moved.step();
}

TEST(MovedFrom, ASelfMoveRefusesOrChangesNothing) {
  Sized model(2, 4, 1);
  Sized& same = model;
  model = std::move(same);
  expect_refusals(model);
}

TEST(MovedFrom, AModelOfFixedSizesIsAsItWas) {
  using Fixed = Lstm<float, 2, 4, 1>;
  Fixed model;
  const auto samples = make_samples<float>(2, 1, 20);
  learn(model, samples);
  const Fixed before = model;
  Fixed moved = std::move(model);
  EXPECT_TRUE(same_contents(model, before));
  EXPECT_TRUE(go_on_alike(model, moved, samples));
}

TEST(MovedFrom, AFixedModelWithRehearsalOnTheHeapLosesOnlyWhatIsRehearsed) {
  using Model = Lstm<float, 2, 4, 1, MeanSquaredError, Adam, TruncatedBptt<4>, RecentRehearsal<Dynamic>>;
  Model model;
  const auto samples = make_samples<float>(2, 1, 20);
  learn(model, samples);
  Model moved = std::move(model);
  EXPECT_EQ(model.parameters(), moved.parameters());
  EXPECT_EQ(model.predict(samples[0].x), moved.predict(samples[0].x));
  learn(model, samples);
  learn(moved, samples);
}

/// A cell that keeps its sizes in plain ints, as cells of users may.
struct PlainCell {
  using Scalar = float;
  using Inner = RnnCell<float>;
  static constexpr bool recurrent = true;
  static constexpr LayerSizes Sizes{};
  int inputs, hidden;

  Inner inner() const { return Inner(inputs, hidden); }
  LayerSizes sizes() const { return inner().sizes(); }
  template <class Streams>
  Columns<const float> forward(const float* parameters, Columns<const float> x, Columns<float> state,
                               Columns<float> tape, Streams streams) const {
    return inner().forward(parameters, x, state, tape, streams);
  }
  template <class Streams>
  bool backward(const float* parameters, Columns<float> tape, Columns<float> state_error,
                Columns<const float> output_error, Columns<float> input_error, Streams streams) const {
    return inner().backward(parameters, tape, state_error, output_error, input_error, streams);
  }
  void gradient(const Sweep<float>& sweep, float* gradient, bool accumulate) const {
    inner().gradient(sweep, gradient, accumulate);
  }
  void restore(const float* column, float* state) const { inner().restore(column, state); }
  void initialize(float* parameters, Random& random) const { inner().initialize(parameters, random); }
  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    inner().visit_parameters(parameters, visit);
  }
};

TEST(MovedFrom, ACellWithPlainSizesRefusesToo) {
  Online<PlainCell> model(PlainCell{2, 1});
  auto stream = model.make_stream();
  auto moved = std::move(model);
  expect_refusals(model);
  EXPECT_TRUE(says_moved_from([&] { model.step(stream, ones(2)); }));
  EXPECT_TRUE(says_moved_from([&] { model.partial_fit(stream, ones(1)); }));
  EXPECT_TRUE(says_moved_from([&] { model.make_batch(2); }));
}

}  // namespace
}  // namespace eddy::testing
