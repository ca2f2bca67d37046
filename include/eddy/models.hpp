#pragma once

#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/layers/dense.hpp>
#include <eddy/layers/sequential.hpp>
#include <eddy/online.hpp>

namespace eddy {

/// A recurrent cell with a linear read-out, y_t = W_hy h_t + b_y, that learns online. `Rnn`, `Lstm` and `Gru`
/// name the usual ones; any other cell will do: `RecurrentModel<GruCell<float, 8, 64, GruReset::after>, 2>`.
/// With fixed sizes it has its memory inside: a large one is static, a member, or made by `std::make_unique`,
/// not a local variable (see `Online`).
template <Layer Cell, int Outputs = Dynamic, Loss L = MeanSquaredError, Optimizer O = Adam,
          class Credit = TruncatedBptt<16>, Rehearsal R = DefaultRehearsal>
requires CreditFor<Credit, Sequential<Cell, Dense<typename Cell::Scalar, Cell::Sizes.outputs, Outputs>>>
class RecurrentModel
    : public Online<Sequential<Cell, Dense<typename Cell::Scalar, Cell::Sizes.outputs, Outputs>>, L, O,
                    Credit, R> {
  using ReadOut = Dense<typename Cell::Scalar, Cell::Sizes.outputs, Outputs>;
  using Base = Online<Sequential<Cell, ReadOut>, L, O, Credit, R>;

 public:
  using typename Base::Options;

  /// Sizes by the type.
  explicit RecurrentModel(Options options = {}) requires(Base::Sizes.fixed()) : Base(std::move(options)) {}

  /// Sizes at run time: inputs, hidden units, outputs, each at least 1.
  RecurrentModel(int inputs, int hidden, int outputs, Options options = {})
      : Base(typename Base::Network{Cell(inputs, hidden), ReadOut(hidden, outputs)}, std::move(options)) {}
};

/// A simple recurrent network with a linear read-out. `Rnn<float, 3, 32, 1>` takes 110 KiB where it stands,
/// `Rnn<float>` allocates.
template <class Scalar = float, int Inputs = Dynamic, int Hidden = Dynamic, int Outputs = Dynamic,
          Loss L = MeanSquaredError, Optimizer O = Adam, class Credit = TruncatedBptt<16>,
          Rehearsal R = DefaultRehearsal>
using Rnn = RecurrentModel<RnnCell<Scalar, Inputs, Hidden>, Outputs, L, O, Credit, R>;

/// Long short-term memory with a linear read-out. `Lstm<float, 3, 16, 1>` takes 118 KiB where it stands,
/// `Lstm<float, 8, 256, 1>` 5.1 MiB: not for the stack. `Lstm<float>` allocates.
template <class Scalar = float, int Inputs = Dynamic, int Hidden = Dynamic, int Outputs = Dynamic,
          Loss L = MeanSquaredError, Optimizer O = Adam, class Credit = TruncatedBptt<16>,
          Rehearsal R = DefaultRehearsal>
using Lstm = RecurrentModel<LstmCell<Scalar, Inputs, Hidden>, Outputs, L, O, Credit, R>;

/// Gated recurrent units, reset before the product, with a linear read-out. `Gru<float, 8, 64, 2>` takes 473
/// KiB where it stands, `Gru<float>` allocates.
template <class Scalar = float, int Inputs = Dynamic, int Hidden = Dynamic, int Outputs = Dynamic,
          Loss L = MeanSquaredError, Optimizer O = Adam, class Credit = TruncatedBptt<16>,
          Rehearsal R = DefaultRehearsal>
using Gru = RecurrentModel<GruCell<Scalar, Inputs, Hidden>, Outputs, L, O, Credit, R>;

}  // namespace eddy
