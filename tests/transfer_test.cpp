#include <eddy/layers/residual.hpp>
#include <eddy/models.hpp>
#include <eddy/transfer.hpp>

#include <gtest/gtest.h>

#include <cmath>

namespace eddy::testing {
namespace {

template <class Model>
Matrix<typename Model::Scalar> part(const Model& model, const std::string& name) {
  for (const auto& parameter : model.named_parameters()) {
    if (parameter.name == name) {
      return parameter.values;
    }
  }
  return {};
}

using Names = std::vector<std::string>;
using SizedLstm =
    Lstm<float, Dynamic, Dynamic, Dynamic, MeanSquaredError, Adam, TruncatedBptt<8>, NoRehearsal>;
using SizedGru =
    Gru<double, Dynamic, Dynamic, Dynamic, MeanSquaredError, Adam, TruncatedBptt<8>, NoRehearsal>;
using FixedGru = Gru<float, 3, 4, 2, MeanSquaredError, Adam, TruncatedBptt<8>, NoRehearsal>;

TEST(Transfer, CopiesAModelOfTheSameSizes) {
  const FixedGru from({.seed = 7});
  FixedGru to;
  const Transferred result = transfer(from, to);
  EXPECT_EQ(to.parameters(), from.parameters());
  EXPECT_EQ(result.whole, (Names{"0.weight_ih", "0.weight_hh", "0.bias", "1.weight", "1.bias"}));
  EXPECT_TRUE(result.partly.empty() && result.none.empty());
}

TEST(Transfer, CopiesBetweenScalarTypes) {
  const FixedGru from({.seed = 7});
  SizedGru to(3, 4, 2);
  EXPECT_EQ(transfer(from, to).whole.size(), 5U);
  EXPECT_EQ(to.parameters(), from.parameters().cast<double>());
}

/// The block that both have is that of `from`, the rest that of a new model, for every gate.
void expect_overlap(const Matrix<float>& to, const Matrix<float>& from, const Matrix<float>& fresh,
                    int gates) {
  const Index units = to.rows() / gates, of_from = from.rows() / gates;
  for (Index column = 0; column < to.cols(); ++column) {
    for (Index row = 0; row < to.rows(); ++row) {
      const Index gate = row / units, unit = row % units;
      const bool both = unit < of_from && column < from.cols();
      EXPECT_EQ(to(row, column), both ? from(gate * of_from + unit, column) : fresh(row, column))
          << row << ", " << column;
    }
  }
}

TEST(Transfer, KeepsTheGatesApartWhereSizesDiffer) {
  SizedLstm small(2, 3, 1, {.seed = 7}), large(4, 5, 2, {.seed = 8});
  small.parameters().array() += 10;  // nothing of it can be mistaken for an initial weight, zeros included
  large.parameters().array() -= 10;
  for (const bool grow : {true, false}) {
    const SizedLstm& from = grow ? small : large;
    const SizedLstm& fresh = grow ? large : small;
    SizedLstm to = fresh;
    const Transferred result = transfer(from, to);
    const auto names = Names{"0.weight_ih", "0.weight_hh", "0.bias", "1.weight", "1.bias"};
    EXPECT_EQ(grow ? result.partly : result.whole, names);
    for (const auto& name : names) {
      expect_overlap(part(to, name), part(from, name), part(fresh, name), name[0] == '0' ? 4 : 1);
    }
  }
}

TEST(Transfer, KeepsAGrownModelsPredictions) {
  // With new inputs at zero, and no new units, a model with more inputs and outputs predicts what the old one
  // did.
  SizedLstm from(2, 3, 1, {.seed = 7}), to(3, 3, 2);
  transfer(from, to);
  for (int t = 0; t < 20; ++t) {
    const float a = std::sin(0.3f * static_cast<float>(t)), b = std::cos(0.7f * static_cast<float>(t));
    // Two kernels, of other sizes, round differently.
    EXPECT_NEAR(to.step(Vector<float, 3>(a, b, 0))(0), from.step(Vector<float, 2>(a, b))(0), 1e-6);
  }
}

TEST(Transfer, LeavesWhatIsOfAnotherKind) {
  const SizedGru from(3, 4, 2, {.seed = 7});
  SizedLstm to(3, 4, 2);
  const SizedLstm fresh = to;
  const Transferred result = transfer(from, to);
  EXPECT_EQ(result.none, (Names{"0.weight_ih", "0.weight_hh", "0.bias"}));
  EXPECT_EQ(result.whole, (Names{"1.weight", "1.bias"}));
  EXPECT_EQ(part(to, "0.weight_hh"), part(fresh, "0.weight_hh"));
}

TEST(Transfer, TakesTheBiasOfOneGateForWhatItIs) {
  using After = RecurrentModel<GruCell<float, Dynamic, Dynamic, GruReset::after>, Dynamic, MeanSquaredError,
                               Adam, TruncatedBptt<8>, NoRehearsal>;
  After from(2, 3, 1, {.seed = 7}), to(2, 4, 1);
  from.parameters().setConstant(2);
  EXPECT_EQ(transfer(from, to).partly.size(), 5U);  // the bias of the read-out is whole
  EXPECT_EQ(part(to, "0.bias_hn"), (Vector<float, 4>(2, 2, 2, 0)));
  EXPECT_EQ(part(to, "0.bias").reshaped(4, 3).row(3), (Vector<float, 3>(0, 0, 0).transpose()));
}

TEST(Transfer, MayBeOfTheTrunkOnly) {
  const FixedGru from({.seed = 7});
  FixedGru to;
  const FixedGru fresh = to;
  const Transferred result = transfer(from, to, "0.");
  EXPECT_EQ(part(to, "0.weight_hh"), part(from, "0.weight_hh"));
  EXPECT_EQ(part(to, "1.weight"), part(fresh, "1.weight"));
  EXPECT_EQ(result.none, (Names{"1.weight", "1.bias"}));
}

TEST(Transfer, LeavesNoWeightThatIsNotFinite) {
  FixedGru from({.seed = 7}), to;
  const float before = to.parameters()(0);
  from.parameters()(0) = not_a_number<float>;
  EXPECT_EQ(transfer(from, to).partly, Names{"0.weight_ih"});
  EXPECT_EQ(to.parameters()(0), before);
  EXPECT_EQ(to.parameters()(1), from.parameters()(1));
}

TEST(Transfer, ReachesIntoNestedLayers) {
  using Network = Sequential<Residual<GruCell<float>>, Dense<float>>;
  using Model = Online<Network, MeanSquaredError, Adam, TruncatedBptt<4>, NoRehearsal>;
  Model from(Network{Residual{GruCell<float>(3, 3)}, Dense<float>(3, 1)}, {.seed = 7});
  Model to(Network{Residual{GruCell<float>(5, 5)}, Dense<float>(5, 1)});
  EXPECT_EQ(transfer(from, to).partly.size(), 4U);
  EXPECT_EQ(part(to, "0.weight_hh").block(10, 0, 3, 3), part(from, "0.weight_hh").block(6, 0, 3, 3));
}

/// The mean squared error of the first samples of a task: the next value of a sine with a phase of its own.
double early_error(SizedLstm& model, float phase, int samples) {
  double sum = 0;
  model.reset();
  for (int t = 0; t < samples; ++t) {
    const float angle = 0.4f * static_cast<float>(t) + phase;
    sum += static_cast<double>(model.partial_fit(std::sin(angle), std::sin(angle + 0.4f))) / samples;
  }
  return sum;
}

TEST(Transfer, GivesASimilarTaskAHeadStart) {
  double cold = 0, warm = 0;
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    SizedLstm taught(1, 8, 1, {.seed = seed}), fresh(1, 12, 1, {.seed = seed + 100});
    early_error(taught, 0, 3000);
    SizedLstm started = fresh;
    transfer(taught, started);
    cold += early_error(fresh, 1, 200) / 5;
    warm += early_error(started, 1, 200) / 5;
  }
  EXPECT_LT(warm, 0.25 * cold);  // measured 0.10; of one seed at most 0.23
}

}  // namespace
}  // namespace eddy::testing
