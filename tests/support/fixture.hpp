#pragma once

#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/layers/dense.hpp>
#include <eddy/layers/sequential.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <fstream>
#include <string>

namespace eddy::testing {

using Json = nlohmann::json;

inline Json read_fixture(const std::string& name) {
  std::ifstream file(std::string(EDDY_FIXTURES) + "/" + name + ".json");
  return Json::parse(file);
}

/// A tensor of a fixture as a matrix; one of three dimensions keeps its first and loses its second, which
/// must be 1 or is chosen by `layer`.
inline Matrix<double> tensor(const Json& json, int layer = 0) {
  const auto shape = json["shape"].get<std::vector<int>>();
  const auto data = json["data"].get<std::vector<double>>();
  using RowMajor = Eigen::Matrix<double, Dynamic, Dynamic, Eigen::RowMajor>;
  if (shape.size() == 3) {
    const int rows = shape[0], layers = shape[1], columns = shape[2];
    Matrix<double> values(rows, columns);
    for (int row = 0; row < rows; ++row) {
      values.row(row) =
          Eigen::Map<const RowMajor>(data.data() + (row * layers + layer) * columns, 1, columns);
    }
    return values;
  }
  return Eigen::Map<const RowMajor>(data.data(), shape[0], shape.size() > 1 ? shape[1] : 1);
}

/// Whether z weighs the old state in the fixture, as in PyTorch, and the new one in ours.
inline bool negates_z(const std::string& cell) { return cell == "gru_after"; }

/// The parameters (or their gradients) of a fixture, in the order of a Sequential of its cells and a linear
/// read-out. Ours has one bias where PyTorch adds two: as values the two are summed, as gradients they are
/// the same.
template <class Network>
Vector<double> flatten(const Network& network, const std::string& cell, const Json& tensors, bool gradients) {
  Vector<double> flat(network.sizes().parameters);
  network.visit_parameters(flat.data(), [&](const std::string& name, double* data, int rows, int columns) {
    MatrixView<double> values(data, rows, columns);
    const std::string layer = name.substr(0, name.find('.')), part = name.substr(name.find('.') + 1);
    const bool read_out = !tensors.contains("W_ih_l" + layer);
    const auto get = [&](const std::string& key) { return tensor(tensors[key + "_l" + layer]); };
    if (read_out) {
      values = tensor(tensors[part == "weight" ? "W_out" : "b_out"]);
      return;
    }
    const int hidden = rows / 3;
    if (part == "weight_ih") {
      values = get("W_ih");
    } else if (part == "weight_hh") {
      values = get("W_hh");
    } else if (part == "bias_hn") {
      values = get("b_hh").bottomRows(rows);
      return;
    } else {
      values = get("b_ih");
      if (!gradients && cell == "gru_after") {
        values.topRows(2 * hidden) += get("b_hh").topRows(2 * hidden);
      } else if (!gradients && tensors.contains("b_hh_l" + layer)) {
        values += get("b_hh");
      }
    }
    if (negates_z(cell)) {
      values.middleRows(hidden, hidden) *= -1;
    }
  });
  return flat;
}

/// Calls `function` with a network of the fixture's kind and sizes, run-time sized, in double.
template <class Function>
void with_network(const Json& fixture, int extra_inputs, Function&& function) {
  const std::string kind = fixture["cell"];
  const int inputs = fixture["I"].get<int>() + extra_inputs, hidden = fixture["H"], outputs = fixture["O"];
  const int layers = fixture.value("layers", 1);
  const auto stack = [&]<class Cell>(Cell first) {
    const Dense<double> read_out(hidden, outputs);
    if (layers == 1) {
      function(Sequential(first, read_out));
    } else {
      function(Sequential(first, Cell(hidden, hidden), read_out));
    }
  };
  if (kind == "lstm") {
    stack(LstmCell<double>(inputs, hidden));
  } else if (kind == "gru_before") {
    stack(GruCell<double>(inputs, hidden));
  } else if (kind == "gru_after") {
    stack(GruCell<double, Dynamic, Dynamic, GruReset::after>(inputs, hidden));
  } else if (kind == "rnn_tanh") {
    stack(RnnCell<double>(inputs, hidden));
  } else if (kind == "rnn_sigmoid") {
    stack(RnnCell<double, Dynamic, Dynamic, Logistic>(inputs, hidden));
  } else if (kind == "rnn_relu") {
    stack(RnnCell<double, Dynamic, Dynamic, Relu>(inputs, hidden));
  }
}

/// The state of a network, layer after layer, h and then c, from tensors [layers, hidden].
inline Vector<double> stack_state(const Json& fixture, const std::string& h_name, const std::string& c_name) {
  const Matrix<double> h = tensor(fixture[h_name]);
  const bool has_cell_state = fixture["cell"] == "lstm";
  const Matrix<double> c = has_cell_state ? tensor(fixture[c_name]) : Matrix<double>(0, 0);
  Vector<double> state(h.size() + c.size());
  Index next = 0;
  for (Index layer = 0; layer < h.rows(); ++layer) {
    state.segment(next, h.cols()) = h.row(layer);
    next += h.cols();
    if (has_cell_state) {
      state.segment(next, c.cols()) = c.row(layer);
      next += c.cols();
    }
  }
  return state;
}

inline std::string name_of_fixture(const ::testing::TestParamInfo<std::string>& fixture) {
  return fixture.param;
}

}  // namespace eddy::testing
