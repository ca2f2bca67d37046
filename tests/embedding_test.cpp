#include "conformance/layer_conformance.hpp"

#include <eddy/cells/lstm_cell.hpp>
#include <eddy/layers/dense.hpp>
#include <eddy/layers/embedding.hpp>
#include <eddy/layers/sequential.hpp>
#include <eddy/online.hpp>

#include <gtest/gtest.h>

#include <cmath>

template class eddy::Embedding<float, 3, 5>;
template class eddy::Embedding<double>;

namespace eddy::testing {

/// An embedding that takes any number for one of its symbols, since the conformance suite draws its inputs
/// anywhere.
template <class Scalar, int Symbols, int Width>
struct AnyInput : Embedding<Scalar, Symbols, Width> {
  using Embedding<Scalar, Symbols, Width>::Embedding;

  Columns<const Scalar> forward(const Scalar* parameters, Columns<const Scalar> x, Columns<Scalar> state,
                                Columns<Scalar> tape, OneStream one) const {
    const int symbols = this->sizes().parameters / this->sizes().outputs;
    const Scalar symbol = std::floor(static_cast<Scalar>(symbols) *
                                     (*x.data / 10 - std::floor(*x.data / 10)));  // 0 … symbols − 1
    return Embedding<Scalar, Symbols, Width>::forward(parameters, {&symbol, 0}, state, tape, one);
  }
};

struct EmbeddingFamily {
  template <class Scalar>
  using Fixed = AnyInput<Scalar, 3, 5>;
  template <class Scalar>
  using Sized = AnyInput<Scalar, Dynamic, Dynamic>;
  using One = AnyInput<double, 1, 1>;
  template <class Scalar>
  static Sized<Scalar> sized() {
    return {3, 5};
  }
};

struct TextFamily {
  template <class Scalar, int S, int W, int H>
  using Network = Sequential<AnyInput<Scalar, S, W>, LstmCell<Scalar, W, H>, Dense<Scalar, H, S>>;
  template <class Scalar>
  using Fixed = Network<Scalar, 5, 2, 4>;
  template <class Scalar>
  using Sized = Network<Scalar, Dynamic, Dynamic, Dynamic>;
  using One = Network<double, 1, 1, 1>;
  template <class Scalar>
  static Sized<Scalar> sized() {
    return Sized<Scalar>({5, 2}, {2, 4}, {4, 5});
  }
};

INSTANTIATE_TYPED_TEST_SUITE_P(Embedding, LayerConformance, EmbeddingFamily);
INSTANTIATE_TYPED_TEST_SUITE_P(EmbeddedText, LayerConformance, TextFamily);

TEST(Embedding, IsAColumnOfItsMatrix) {
  const Embedding<double, 3, 2> layer;
  const Vector<double> parameters = random_vector<double>(6, 1);
  const Matrix<double> x = (Matrix<double>(1, 4) << 2, 0, 1, 2).finished();
  const auto run = unroll(layer, parameters, x, Vector<double>(0), Matrix<double>::Zero(2, 4));
  for (int t = 0; t < 4; ++t) {
    EXPECT_EQ(run.outputs.col(t), parameters.segment(2 * static_cast<Index>(x(t)), 2));
  }
}

TEST(Embedding, AddsTheErrorsOfASymbolThatComesTwice) {
  const Embedding<double, 4, 2> layer;
  const Matrix<double> x = (Matrix<double>(1, 3) << 2, 0, 2).finished();
  const Matrix<double> errors = random_matrix<double>(2, 3, 1);
  const Matrix<double> gradient =
      unroll(layer, random_vector<double>(8, 2), x, Vector<double>(0), errors).gradient.reshaped(2, 4);
  EXPECT_EQ(gradient.col(0), errors.col(1));
  EXPECT_EQ(gradient.col(2), errors.col(2) + errors.col(0));
  EXPECT_TRUE(gradient.col(1).isZero(0) && gradient.col(3).isZero(0));
}

TEST(Embedding, TellsWhichColumnsASweepTouches) {
  const Embedding<double, 4, 2> layer;
  const LayerSizes sizes = layer.sizes();
  const Vector<double> parameters = random_vector<double>(8, 1), error = random_vector<double>(2, 2);
  Storage<double, Dynamic> tape(Index{sizes.column} * 3);
  const double symbols[] = {3, 0, 1};
  for (int t = 0; t < 3; ++t) {
    const Columns<double> column{tape.data() + Index{t} * sizes.column, 0};
    layer.forward(parameters.data(), {&symbols[t], 0}, {}, column, OneStream());
    layer.backward(parameters.data(), column, {}, {t == 1 ? nullptr : error.data(), 0}, {}, OneStream());
  }
  std::vector<int> touched;
  layer.touched(Sweep<double>{tape.data(), sizes.column, {0, 3, 3}, {2, 2, 3}},
                [&](int symbol) { touched.push_back(symbol); });
  EXPECT_EQ(touched, (std::vector<int>{1, 3}));
}

/// An embedding all of whose columns are visited by every update.
struct DenseEmbedding : Embedding<double, 9, 3> {
  static constexpr int SparseColumns = 0;

  void gradient(const Sweep<double>& sweep, double* gradient, bool accumulate) const {
    if (!accumulate) {
      std::fill_n(gradient, 27, 0.0);
    }
    Embedding::gradient(sweep, gradient, accumulate);
  }
};

template <class Front, class O>
using Text = Online<Sequential<Front, LstmCell<double, 3, 5>, Dense<double, 5, 9>>, SoftmaxCrossEntropy, O,
                    TruncatedBptt<4, 2>, RecentRehearsal<8>>;

/// Calls check(sparse, dense, t) after each of some samples, in which symbols stay away for a while.
template <class O, class Check>
void learn_both(const O& optimizer, Check&& check) {
  Text<Embedding<double, 9, 3>, O> sparse({.optimizer = optimizer, .clip_norm = 0.1});
  Text<DenseEmbedding, O> dense({.optimizer = optimizer, .clip_norm = 0.1});
  Random random(3);
  for (int t = 0; t < 200; ++t) {
    const int symbol = static_cast<int>(random.below(t % 50 < 25 ? 3 : 9)), next = (symbol + 1) % 9;
    const double a = sparse.partial_fit(symbol, next), b = dense.partial_fit(symbol, next);
    check(sparse, dense, t);
    if (t == 0) {
      EXPECT_EQ(a, b);
    }
  }
}

TEST(Embedding, LearnsWithSgdAsIfAllColumnsWereVisited) {
  learn_both(Sgd{.learning_rate = 0.1}, [](const auto& sparse, const auto& dense, int t) {
    // The norm, by which gradients are clipped, adds the columns in another order.
    ASSERT_LT(worst_error(sparse.parameters(), dense.parameters()), 1e-13) << t;
    ASSERT_LT(worst_error(sparse.gradient(), dense.gradient()), 1e-13) << t;
  });
}

TEST(Embedding, RestsWithAdamWhileItsSymbolIsAway) {
  bool dense_moves = false;
  Matrix<double> sparse_before(3, 9), dense_before(3, 9);
  learn_both(Adam{.learning_rate = 0.01}, [&](const auto& sparse, const auto& dense, int t) {
    const Matrix<double> gradient = sparse.gradient().head(27).reshaped(3, 9),
                         sparse_now = sparse.parameters().head(27).reshaped(3, 9),
                         dense_now = dense.parameters().head(27).reshaped(3, 9);
    for (int symbol = 0; t > 0 && symbol < 9; ++symbol) {
      if (gradient.col(symbol).isZero(0)) {
        ASSERT_EQ(sparse_now.col(symbol), sparse_before.col(symbol)) << t;
        dense_moves |= dense_now.col(symbol) != dense_before.col(symbol);
      } else if (sparse.last_update().applied) {
        ASSERT_NE(sparse_now.col(symbol), sparse_before.col(symbol)) << t;
      }
    }
    sparse_before = sparse_now;
    dense_before = dense_now;
  });
  EXPECT_TRUE(dense_moves) << "the dense optimizer moves on without a gradient";
}

constexpr float not_symbols[] = {-1, -0.5f, 0.5f, 4, 1e30f, -1e30f, HUGE_VALF, -HUGE_VALF, NAN};

TEST(Embedding, GivesNaNForWhatIsNoSymbol) {
  const Embedding<float> layer(4, 2);
  const Vector<float> parameters = random_vector<float>(8, 1);
  for (const float x : not_symbols) {
    const auto run = unroll(layer, parameters, Matrix<float>::Constant(1, 1, x), Vector<float>(0),
                            Matrix<float>::Ones(2, 1));
    EXPECT_TRUE(is_nan(run.outputs(0)) && is_nan(run.outputs(1))) << x;
    EXPECT_TRUE(run.gradient.isZero(0)) << x;
  }
}

TEST(Embedding, MakesAGapUnderACellOfWhatIsNoSymbol) {
  using Network = Sequential<Embedding<float, 4, 3>, LstmCell<float, 3, 5>, Dense<float, 5, 4>>;
  Online<Network, SoftmaxCrossEntropy, Adam, TruncatedBptt<4, 2>, NoRehearsal> model, undisturbed;
  for (int t = 0; t < 40; ++t) {
    model.partial_fit(t % 4, (t + 1) % 4);
    undisturbed.partial_fit(t % 4, (t + 1) % 4);
  }
  for (const float x : not_symbols) {
    EXPECT_TRUE(is_nan(model.partial_fit(x, 1))) << x;
    EXPECT_EQ(model.last_update().status, UpdateStatus::input_not_finite) << x;
    EXPECT_EQ(model.predict(0), undisturbed.predict(0)) << x;
  }
  EXPECT_FALSE(is_nan(model.partial_fit(0, 1)));
  EXPECT_TRUE(model.parameters().allFinite());
}

TEST(Embedding, PassesOverWhatIsNoSymbolWithoutACell) {
  using Network = Sequential<Embedding<float, 4, 3>, Dense<float, 3, 4>>;
  Online<Network, SoftmaxCrossEntropy, Adam, TruncatedBptt<1>, NoRehearsal> model;
  for (const float x : not_symbols) {
    EXPECT_TRUE(is_nan(model.partial_fit(x, 1))) << x;
    EXPECT_FALSE(model.last_update().applied) << x;
    EXPECT_FALSE(is_nan(model.partial_fit(0, 1))) << x;
  }
  EXPECT_TRUE(model.parameters().allFinite());
}

TEST(Embedding, RefusesSizesThatCannotBe) {
  EXPECT_THROW((Embedding<float>(0, 2)), std::invalid_argument);
  EXPECT_THROW((Embedding<float>(2, 0)), std::invalid_argument);
  EXPECT_THROW((Embedding<float>(most_symbols + 1, 1)), std::invalid_argument);
  EXPECT_THROW((Embedding<float>(most_symbols, 129)), std::invalid_argument);
  EXPECT_THROW((Embedding<float, 3, 2>(4, 2)), std::invalid_argument);
  EXPECT_EQ((Embedding<float>(1000, 20).sizes().parameters), 20000);
}

}  // namespace eddy::testing
