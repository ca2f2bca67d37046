// What PyTorch calls its tensors, and what is said of those that do not fit.

#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/io/safetensors.hpp>
#include <eddy/models.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using Tensors = std::vector<TensorToStore>;

/// A tensor whose values count from 1 on, so that a mixed up one is seen.
TensorToStore tensor(const std::string& name, std::vector<std::uint64_t> shape) {
  std::size_t size = 1;
  for (const std::uint64_t extent : shape) {
    size *= static_cast<std::size_t>(extent);
  }
  TensorToStore result{.name = name, .shape = std::move(shape), .values = std::vector<double>(size)};
  for (std::size_t i = 0; i < size; ++i) {
    result.values[i] = 0.01 * static_cast<double>(i + 1 + name.size());
  }
  return result;
}

Tensors operator+(Tensors a, const Tensors& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

/// The tensors of a recurrent module with so many gates, named with a prefix and a suffix.
Tensors recurrent(std::uint64_t gates, const std::string& prefix, std::uint64_t inputs, std::uint64_t hidden,
                  const std::string& suffix) {
  return {tensor(prefix + "weight_ih" + suffix, {gates * hidden, inputs}),
          tensor(prefix + "weight_hh" + suffix, {gates * hidden, hidden}),
          tensor(prefix + "bias_ih" + suffix, {gates * hidden}),
          tensor(prefix + "bias_hh" + suffix, {gates * hidden})};
}
Tensors lstm(const std::string& prefix, std::uint64_t inputs, std::uint64_t hidden,
             const std::string& suffix = "_l0") {
  return recurrent(4, prefix, inputs, hidden, suffix);
}
Tensors linear(const std::string& prefix, std::uint64_t inputs, std::uint64_t outputs) {
  return {tensor(prefix + "weight", {outputs, inputs}), tensor(prefix + "bias", {outputs})};
}

/// What loading says; "" if nothing. Nothing may have changed then.
template <class Model>
std::string error_of(const Tensors& tensors, Model& model, const SafetensorsOptions& options = {}) {
  const Vector<typename Model::Scalar> before = model.parameters();
  try {
    load_safetensors(std::span<const std::byte>(write_safetensors(tensors, Dtype::f64, {})), model, options);
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(model.parameters(), before);
    return error.what();
  }
  return "";
}

::testing::AssertionResult says(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos ? ::testing::AssertionSuccess()
                                                 : ::testing::AssertionFailure() << '"' << message << '"';
}

const SafetensorsOptions rnn_and_fc{.names = {"rnn", "fc"}, .extra = ExtraTensors::ignore};

TEST(SafetensorsExtra, FurtherLayersHalvesAndProjectionsOfAModuleThatIsReadAreRefused) {
  Lstm<double, 3, 4, 2> model;
  const Tensors own = lstm("rnn.", 3, 4) + linear("fc.", 4, 2);
  EXPECT_EQ(error_of(own, model, rnn_and_fc), "");
  EXPECT_TRUE(
      says(error_of(own + lstm("rnn.", 4, 4, "_l1"), model, rnn_and_fc),
           "not of the model: \"rnn.weight_ih_l1\" F64 [16, 4], in a module that is read, a further layer"));
  EXPECT_TRUE(says(error_of(own + lstm("rnn.", 3, 4, "_l0_reverse"), model, rnn_and_fc),
                   "\"rnn.bias_hh_l0_reverse\" F64 [16], in a module that is read, the other half of a "
                   "bidirectional module"));
  EXPECT_TRUE(says(error_of(own + Tensors{tensor("rnn.weight_hr_l0", {2, 4})}, model, rnn_and_fc),
                   "\"rnn.weight_hr_l0\" F64 [2, 4], in a module that is read, a projection (proj_size)"));
  EXPECT_TRUE(says(error_of(own + Tensors{tensor("fc.lora_A.weight", {1, 4})}, model, rnn_and_fc),
                   "\"fc.lora_A.weight\" F64 [1, 4], in a module that is read"));
  // Found by their shapes, they are no better.
  EXPECT_NE(error_of(own + lstm("rnn.", 4, 4, "_l1"), model, {.extra = ExtraTensors::ignore}), "");
}

TEST(SafetensorsExtra, WhatStandsInOtherModulesIsIgnored) {
  Lstm<double, 3, 4, 2> model;
  const Tensors own = lstm("rnn.", 3, 4) + linear("fc.", 4, 2);
  const Tensors more = lstm("rnn2.", 3, 4) + lstm("encoder.rnn.", 3, 4, "_l1") + linear("fc2.", 9, 9) +
                       Tensors{tensor("step", {}), tensor("rnn", {1}), tensor("weight", {1})};
  EXPECT_EQ(error_of(own + more, model, rnn_and_fc), "");
  EXPECT_TRUE(
      says(error_of(own + more, model, {.names = {"rnn", "fc"}}), "not of the model: \"rnn2.bias_hh_l0\""));
}

TEST(SafetensorsExtra, AModuleWithoutANameHasNoFurtherLayersEither) {
  Online<LstmCell<double, 3, 4>> model;
  const SafetensorsOptions ignoring{.names = {""}, .extra = ExtraTensors::ignore};
  EXPECT_EQ(error_of(lstm("", 3, 4) + linear("fc.", 4, 2) + Tensors{tensor("step", {})}, model, ignoring),
            "");
  EXPECT_TRUE(says(error_of(lstm("", 3, 4) + lstm("", 4, 4, "_l1"), model, ignoring), "a further layer"));
  EXPECT_TRUE(
      says(error_of(lstm("", 3, 4) + lstm("", 3, 4, "_l0_reverse"), model, ignoring), "bidirectional"));
}

TEST(SafetensorsExtra, KerasModulesAreReadAsAWhole) {
  Online<Dense<double, 3, 2>> model;
  const Tensors own{tensor("dense/kernel", {3, 2}), tensor("dense/bias", {2})};
  SafetensorsOptions options{
      .convention = WeightConvention::keras, .names = {"dense"}, .extra = ExtraTensors::ignore};
  EXPECT_EQ(error_of(own + Tensors{tensor("other/kernel", {3, 2})}, model, options), "");
  EXPECT_TRUE(says(error_of(own + Tensors{tensor("dense/gate", {2})}, model, options),
                   "\"dense/gate\" F64 [2], in a module that is read"));
}

TEST(SafetensorsShapes, AreNamedWhereNoModuleFits) {
  Lstm<double, 3, 8, 2> model;
  const std::string error = error_of(lstm("module.rnn.", 3, 4) + linear("module.fc.", 4, 2), model);
  EXPECT_TRUE(says(error, "wrong shape: \"module.rnn.weight_ih_l0\" is [16, 3], expected [32, 3]"));
  EXPECT_TRUE(says(error, "wrong shape: \"module.fc.weight\" is [2, 4], expected [2, 8]"));
  EXPECT_FALSE(says(error, "missing"));
  EXPECT_FALSE(says(error, "not of the model"));
}

TEST(SafetensorsShapes, OfOneModuleAreNamedWhereTheOthersFit) {
  Lstm<double, 3, 4, 5> model;
  const std::string error = error_of(lstm("rnn.", 3, 4) + linear("fc.", 4, 2), model);
  EXPECT_TRUE(says(error, "wrong shape: \"fc.weight\" is [2, 4], expected [5, 4]"));
  EXPECT_FALSE(says(error, "rnn."));
  // The GRU of the file is no LSTM.
  EXPECT_TRUE(says(error_of(recurrent(3, "gru.", 3, 4, "_l0") + linear("fc.", 4, 5), model),
                   "wrong shape: \"gru.weight_ih_l0\" is [12, 3], expected [16, 3]"));
  // One bias alone is wrong.
  Tensors one = lstm("rnn.", 3, 4) + linear("fc.", 4, 5);
  one[3] = tensor("rnn.bias_hh_l0", {4});
  EXPECT_TRUE(says(error_of(one, model), "wrong shape: \"rnn.bias_hh_l0\" is [4], expected [16]"));
}

TEST(SafetensorsShapes, OfAllModulesThatMayBeMeantAreNamed) {
  Lstm<double, 3, 8, 2> model;
  const std::string error = error_of(lstm("a.", 3, 4) + lstm("b.", 5, 4) + linear("fc.", 8, 2), model);
  EXPECT_TRUE(says(error, "SafetensorsOptions::names"));
  EXPECT_TRUE(says(error, "wrong shape: \"a.weight_ih_l0\" is [16, 3], expected [32, 3]"));
  EXPECT_TRUE(says(error, "wrong shape: \"b.weight_ih_l0\" is [16, 5], expected [32, 3]"));
}

TEST(SafetensorsShapes, WhatIsInNoModuleIsMissingUnderAnyName) {
  Lstm<double, 3, 4, 2> model;
  const std::string error = error_of(linear("fc.", 4, 2), model);
  EXPECT_TRUE(says(error, "missing: \"weight_ih_l0\" [16, 3] of module 0, under any name"));
  EXPECT_TRUE(says(error, "in the file: \"fc.weight\" F64 [2, 4]"));
  EXPECT_NE(error_of({}, model), "");
  // A further layer that the file lacks.
  Online<Sequential<LstmCell<double, 3, 4>, LstmCell<double, 4, 4>, Dense<double, 4, 2>>> deep;
  EXPECT_TRUE(says(error_of(lstm("rnn.", 3, 4) + linear("fc.", 4, 2), deep),
                   "missing: \"rnn.weight_ih_l1\" [16, 4]"));
}

template <class Cell>
struct CellOf {
  using Model = Online<Sequential<Cell, Dense<double, 4, 2>>>;
  static constexpr std::uint64_t gates = std::uint64_t(Cell::Sizes.parameters) / (4 * (3 + 4 + 1));
};
template <class Case>
class SafetensorsCells : public ::testing::Test {};
using Cells = ::testing::Types<CellOf<RnnCell<double, 3, 4>>, CellOf<LstmCell<double, 3, 4>>,
                               CellOf<GruCell<double, 3, 4, GruReset::after>>>;
TYPED_TEST_SUITE(SafetensorsCells, Cells);

/// nn.RNNCell, nn.LSTMCell and nn.GRUCell have the tensors of nn.RNN, nn.LSTM and nn.GRU without "_l0".
TYPED_TEST(SafetensorsCells, LoadByNameAndByShapeAsTheModuleDoes) {
  typename TypeParam::Model module, by_name, by_shape;
  Tensors cell = recurrent(TypeParam::gates, "cell.", 3, 4, ""), layer = cell;
  for (TensorToStore& tensor : layer) {
    tensor.name += "_l0";
  }
  ASSERT_EQ(error_of(layer + linear("fc.", 4, 2), module, {.names = {"cell", "fc"}}), "");
  EXPECT_EQ(error_of(cell + linear("fc.", 4, 2), by_name, {.names = {"cell", "fc"}}), "");
  EXPECT_EQ(error_of(cell + linear("fc.", 4, 2), by_shape), "");
  EXPECT_EQ(by_name.parameters(), module.parameters());
  EXPECT_EQ(by_shape.parameters(), module.parameters());
  // Without biases, too.
  const Tensors weights{cell[0], cell[1]};
  EXPECT_EQ(error_of(weights + linear("fc.", 4, 2), by_name, {.names = {"cell", "fc"}}), "");
  EXPECT_NE(by_name.parameters(), module.parameters());
  // Both at once are one too many.
  EXPECT_TRUE(says(error_of(cell + layer + linear("fc.", 4, 2), by_name, {.names = {"cell", "fc"}}),
                   "not of the model: \"cell.weight_ih\""));
  EXPECT_TRUE(says(error_of(recurrent(TypeParam::gates, "cell.", 3, 5, "") + linear("fc.", 4, 2), by_name),
                   "wrong shape: \"cell.weight_ih\" is "));
}

TEST(SafetensorsCells, StackedCellsAreModulesOfTheirOwn) {
  using Network = Sequential<LstmCell<double, 3, 4>, LstmCell<double, 4, 4>, Dense<double, 4, 2>>;
  Online<Network> joined, cells, by_shape, apart;
  const Tensors fc = linear("fc.", 4, 2);
  const auto renamed = [](Tensors tensors, const std::string& from, const std::string& to) {
    for (TensorToStore& tensor : tensors) {
      tensor.name.replace(tensor.name.find(from), from.size(), to);
    }
    return tensors;
  };
  const Tensors first = lstm("rnn.", 3, 4), second = lstm("rnn.", 4, 4, "_l1");
  ASSERT_EQ(error_of(first + second + fc, joined), "");
  const Tensors list = renamed(renamed(first, "_l0", ""), "rnn.", "cells.0.") +
                       renamed(renamed(second, "_l1", ""), "rnn.", "cells.1.") + fc;
  EXPECT_EQ(error_of(list, cells, {.names = {"cells.0", "cells.1", "fc"}}), "");
  EXPECT_EQ(cells.parameters(), joined.parameters());
  EXPECT_EQ(error_of(list, by_shape), "");
  EXPECT_EQ(by_shape.parameters(), joined.parameters());
  const Tensors two =
      renamed(first, "rnn.", "a.") + renamed(renamed(second, "_l1", "_l0"), "rnn.", "b.") + fc;
  EXPECT_EQ(error_of(two, apart), "");
  EXPECT_EQ(apart.parameters(), joined.parameters());
}

}  // namespace
}  // namespace eddy::testing
