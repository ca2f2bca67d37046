#include "support/numeric.hpp"
#include "support/unroll.hpp"

#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

#include <array>

namespace eddy::testing {
namespace {

// Several streams in lock step are the same streams, one by one.

template <class Network>
using Batched = Online<Network, MeanSquaredError, Sgd, TruncatedBptt<Dynamic, Dynamic>, NoRehearsal>;

template <class Cell>
struct Plain {
  using Network = Sequential<Cell, Dense<double>>;
  static Network network(int hidden) { return Network({3, hidden}, {hidden, 2}); }
};
struct Deep {
  using Network =
      Sequential<Skip<RnnCell<double>>, Residual<GruCell<double>>, Dense<double, Dynamic, Dynamic, Tanh>>;
  static Network network(int hidden) {
    return Network(Skip(RnnCell<double>(3, hidden)), Residual(GruCell<double>(hidden + 3, hidden + 3)),
                   {hidden + 3, 2});
  }
};
struct WithSoftmax {
  using Network = Sequential<LstmCell<double>, Dense<double, Dynamic, Dynamic, Softmax>>;
  static Network network(int hidden) { return Network({3, hidden}, {hidden, 2}); }
};

template <class Kind>
class Batches : public ::testing::Test {};
using Kinds =
    ::testing::Types<Plain<LstmCell<double>>, Plain<GruCell<double>>,
                     Plain<GruCell<double, Dynamic, Dynamic, GruReset::after>>, Plain<RnnCell<double>>,
                     Plain<RnnCell<double, Dynamic, Dynamic, Relu>>, Deep, WithSoftmax>;
TYPED_TEST_SUITE(Batches, Kinds);

// Sums of some hundred terms of order 1 in another order.
constexpr double tolerance = 1e-12;

/// Runs a batch and its streams one by one, without learning; compares predictions, losses and gradients.
template <class Kind>
void compare(int hidden, int streams, int window, int stride, bool disturbed) {
  SCOPED_TRACE(std::to_string(hidden) + " units, " + std::to_string(streams) + " streams, window " +
               std::to_string(window) + ", stride " + std::to_string(stride));
  using Model = Batched<typename Kind::Network>;
  Model model(Kind::network(hidden),
              {.optimizer = {.learning_rate = 0}, .credit = {.window = window, .stride = stride}});
  auto batch = model.make_batch(streams);
  std::vector<typename Model::Stream> alone(static_cast<std::size_t>(streams), model.make_stream());
  Random random(7);
  for (int t = 1; t <= 3 * window + 2; ++t) {
    Matrix<double> x = random_matrix<double>(3, streams, static_cast<std::uint64_t>(t)),
                   y = random_matrix<double>(2, streams, static_cast<std::uint64_t>(1000 + t));
    if (disturbed) {
      x(1, static_cast<Index>(random.below(static_cast<std::uint64_t>(streams)))) = not_a_number<double>;
      y(0, 0) = not_a_number<double>;                        // masked
      y.col(streams - 1).setConstant(not_a_number<double>);  // missing
      if (t % 5 == 0) {
        batch.reset(0);
        alone[0].reset();
      }
    }
    Vector<double> gradient = Vector<double>::Zero(model.parameters().size());
    double loss = 0;
    int labels = 0;
    for (int s = 0; s < streams; ++s) {
      const double own = model.partial_fit(alone[static_cast<std::size_t>(s)], x.col(s), y.col(s));
      if (is_finite(own)) {
        loss += own;
        ++labels;
      }
      gradient += model.last_update().applied ? Vector<double>(model.gradient()) : 0 * gradient;
    }
    const double together = model.partial_fit(batch, x, y);
    for (int s = 0; s < streams; ++s) {
      const Vector<double> expected = alone[static_cast<std::size_t>(s)].prediction();
      if (x.col(s).allFinite()) {
        ASSERT_LT(worst_error(batch.predictions().col(s), expected), tolerance) << "step " << t;
      } else {
        ASSERT_TRUE(is_nan(batch.predictions()(0, s)) && is_nan(expected(0))) << "step " << t;
      }
    }
    if (labels > 0) {
      ASSERT_NEAR(together, loss / labels, tolerance) << "step " << t;
    } else {
      ASSERT_TRUE(is_nan(together));
    }
    // Without disturbance all streams learn at the same steps, from as many labels.
    if (!disturbed && model.last_update().applied) {
      ASSERT_LT(worst_error(model.gradient(), Vector<double>(gradient / streams)), tolerance) << "step " << t;
    }
  }
}

TYPED_TEST(Batches, PredictAndLearnAsTheirStreamsOneByOne) {
  compare<TypeParam>(5, 1, 4, 1, false);
  compare<TypeParam>(5, 3, 4, 1, false);
  compare<TypeParam>(16, 7, 5, 3, false);
  compare<TypeParam>(20, 13, 3, 3, false);
}

TYPED_TEST(Batches, GapsMissingLabelsAndResetsConcernOneStreamOnly) {
  compare<TypeParam>(5, 4, 4, 1, true);
  compare<TypeParam>(17, 5, 3, 1, true);
}

TEST(Batch, AStreamWithAGapLearnsAsItDoesAlone) {
  using Model = Batched<Plain<LstmCell<double>>::Network>;
  Model model(Plain<LstmCell<double>>::network(6),
              {.optimizer = {.learning_rate = 0}, .credit = {.window = 5, .stride = 1}});
  auto batch = model.make_batch(2);
  auto alone = model.make_stream();
  for (int t = 1; t <= 20; ++t) {
    Matrix<double> x = random_matrix<double>(3, 2, static_cast<std::uint64_t>(t));
    const Matrix<double> y = random_matrix<double>(2, 2, static_cast<std::uint64_t>(100 + t));
    Matrix<double> only = Matrix<double>::Constant(2, 2, not_a_number<double>);
    only.col(1) = y.col(1);
    if (t % 3 == 0) {
      x(2, 1) = not_a_number<double>;
    }
    model.partial_fit(alone, x.col(1), y.col(1));
    const bool learned = model.last_update().applied;
    const Vector<double> gradient = model.gradient();
    model.partial_fit(batch, x, only);
    EXPECT_EQ(model.last_update().applied, learned) << t;
    if (learned) {
      EXPECT_LT(worst_error(model.gradient(), gradient), tolerance) << t;
    }
  }
}

TEST(Batch, OfOneStreamLearnsAsTheModelItself) {
  using Model = Batched<Plain<LstmCell<double>>::Network>;
  const Model::Options options{.optimizer = {.learning_rate = 0.1}, .credit = {.window = 6, .stride = 2}};
  Model a(Plain<LstmCell<double>>::network(7), options), b = a;
  auto batch = b.make_batch(1);
  for (int t = 0; t < 100; ++t) {
    const Matrix<double> x = random_matrix<double>(3, 1, static_cast<std::uint64_t>(t)), y = x.topRows(2);
    const double alone = a.partial_fit(x.col(0), y.col(0)), together = b.partial_fit(batch, x, y);
    ASSERT_NEAR(alone, together, 1e-9) << t;
  }
  EXPECT_LT(worst_error(a.parameters(), b.parameters()), 1e-9);
  EXPECT_EQ(a.last_update().updates, b.last_update().updates);
}

TEST(Batch, AStreamThatIsNotActiveStays) {
  Lstm<float, 2, 8, 1> model;
  auto batch = model.make_batch(3);
  const Matrix<float> x = random_matrix<float>(2, 3, 1), y = random_matrix<float>(1, 3, 2);
  const std::array<bool, 3> flags{true, false, true};
  const Eigen::Map<const Eigen::Array<bool, 3, 1>> active(flags.data());
  model.step(batch, x);
  const Matrix<float> all = model.step(batch, x);
  auto other = model.make_batch(3);
  model.step(other, x);
  model.step(other, x, active);
  EXPECT_TRUE(is_nan(other.predictions()(0, 1)));
  EXPECT_EQ(other.predictions()(0, 0), all(0, 0));
  const Matrix<float> later = model.step(other, x);
  EXPECT_EQ(later(0, 1), all(0, 1)) << "it had not advanced";
  EXPECT_NE(later(0, 0), all(0, 0));
  EXPECT_TRUE(is_finite(model.partial_fit(other, x, y, active)));
}

TEST(Batch, ALateLabelBelongsToItsStep) {
  using Model = Batched<Plain<GruCell<double>>::Network>;
  Model model(Plain<GruCell<double>>::network(6),
              {.optimizer = {.learning_rate = 0}, .credit = {.window = 4, .stride = 1}});
  auto late = model.make_batch(2), prompt = model.make_batch(2);
  const Matrix<double> y = random_matrix<double>(2, 2, 9);
  for (int t = 1; t <= 6; ++t) {
    const Matrix<double> x = random_matrix<double>(3, 2, static_cast<std::uint64_t>(t));
    model.step(late, x);
    if (t <= 4) {
      model.step(prompt, x);
    }
  }
  const double expected = model.partial_fit(prompt, y);
  EXPECT_EQ(model.partial_fit(late, at(4), y), expected);
  EXPECT_EQ(model.last_update().status, UpdateStatus::applied);
  EXPECT_TRUE(is_nan(model.partial_fit(late, at(2), y)));
  EXPECT_EQ(model.last_update().status, UpdateStatus::label_too_late);
}

TEST(Batch, ClassIndicesAreOneForEachStream) {
  using Network = Sequential<Embedding<float>, LstmCell<float>, Dense<float>>;
  using Model = Online<Network, SoftmaxCrossEntropy, Adam, TruncatedBptt<4>, NoRehearsal>;
  Model model(Network({5, 3}, {3, 8}, {8, 5}), {.optimizer = {.learning_rate = 0.01f}});
  auto batch = model.make_batch(4);
  float first = 0, last = 0;
  for (int t = 0; t < 400; ++t) {
    const Eigen::RowVector4f x = Eigen::RowVector4f::LinSpaced(0, 3).unaryExpr(
        [&](float stream) { return static_cast<float>((static_cast<int>(stream) + t) % 5); });
    Eigen::Vector4i next = (x.transpose().cast<int>().array() + 1).unaryExpr([](int k) { return k % 5; });
    next(3) = t % 2 == 0 ? -1 : next(3);
    last = model.partial_fit(batch, x, next);
    first = t == 0 ? last : first;
    ASSERT_TRUE(is_finite(last));
  }
  EXPECT_LT(last, first / 10);
  EXPECT_EQ(model.last_update().skipped, 0) << "a missing label is none";
}

TEST(Batch, AToleranceIsRefusedNotIgnored) {
  using Model = Batched<Plain<LstmCell<double>>::Network>;
  const auto network = [] { return Plain<LstmCell<double>>::network(4); };
  const Model model(network(), {.credit = {.window = 8, .stride = 2, .tolerance = 0.1}});
  try {
    model.make_batch(2);
    ADD_FAILURE() << "it was accepted";
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(),
                 "eddy: tolerance is 0.1, expected 0: a batch sends error back through its whole window");
  }
  // nor does the batch of a model without one get there
  auto batch = Model(network(), {.credit = {.window = 8, .stride = 2}}).make_batch(2);
  EXPECT_THROW(model.step(batch, Matrix<double>::Zero(3, 2)), std::invalid_argument);
  EXPECT_EQ(batch.time(), 0);
}

/// Whether a model makes batches without a complaint of the compiler.
template <class Credit>
constexpr bool makes_batches =
    Trainer<Plain<LstmCell<double>>::Network, MeanSquaredError, Sgd, Credit, NoRehearsal>::learns_in_batches;

struct WindowOfFour : TruncatedBptt<4> {};
struct OwnTape : TruncatedBptt<4> {
  template <Layer Network>
  struct Tape : eddy::Tape<Network, 4> {
    using eddy::Tape<Network, 4>::Tape;
  };
};

TEST(Batch, OnlyACreditRuleThatReachesItMakesOne) {
  EXPECT_TRUE((makes_batches<TruncatedBptt<4, 2>>));
  EXPECT_TRUE((makes_batches<TruncatedBptt<Dynamic, Dynamic>>));
  EXPECT_TRUE((makes_batches<WindowOfFour>));
  EXPECT_FALSE((makes_batches<AmortizedBptt<4>>));
  EXPECT_FALSE((makes_batches<OwnTape>));
}

TEST(Batch, WrongShapesAreRefusedBeforeAnythingHasChanged) {
  Lstm<float, 2, 4, 1> model, other({.credit = {}});
  Lstm<float> narrow(2, 5, 1);
  auto batch = model.make_batch(3);
  const Matrix<float> x = Matrix<float>::Zero(2, 3), y = Matrix<float>::Zero(1, 3);
  EXPECT_THROW(model.make_batch(0), std::invalid_argument);
  EXPECT_THROW(batch.reset(3), std::invalid_argument);
  EXPECT_THROW(model.step(batch, Matrix<float>(2, 2)), std::invalid_argument);
  EXPECT_THROW(model.step(batch, Matrix<float>(3, 3)), std::invalid_argument);
  EXPECT_THROW(model.step(batch, x, Eigen::Array<bool, 2, 1>::Constant(true)), std::invalid_argument);
  EXPECT_THROW(model.partial_fit(batch, x, Matrix<float>(2, 3)), std::invalid_argument);
  EXPECT_EQ(batch.time(), 0);
  EXPECT_TRUE(is_nan(model.partial_fit(batch, y)));
  EXPECT_EQ(model.last_update().status, UpdateStatus::no_step);
  try {
    model.step(batch, Matrix<float>(2, 2));
  } catch (const std::invalid_argument& error) {
    EXPECT_STREQ(error.what(), "eddy: x is 2 x 2, expected 2 x 3, with a column for each stream");
  }
}

}  // namespace
}  // namespace eddy::testing
