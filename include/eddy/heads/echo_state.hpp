#pragma once

#include <eddy/cells/echo_state_cell.hpp>
#include <eddy/heads/feature_head.hpp>
#include <eddy/heads/features.hpp>
#include <eddy/heads/recursive_least_squares.hpp>

namespace eddy {

/// Settings of `EchoState`.
template <int Window>
struct EchoStateModelOptions {
  EchoStateOptions cell = {};             ///< how the features are drawn
  LeastSquaresOptions<Window> head = {};  ///< how the read-out learns
  std::uint64_t seed = 1;                 ///< of the random weights

  /// Throws unless all are in range.
  void check() const {
    check_settings(cell);
    head.check();
  }
};

/// An echo state network: fixed random recurrent features, and a linear head over them and the input that
/// learns by recursive least squares. The cheapest strong baseline for a stream, without a learning rate.
/// O(hidden²) a label. Inputs and targets should be of about unit size.
template <class Scalar = float, int Inputs = Dynamic, int Hidden = Dynamic, int Outputs = Dynamic,
          int Window = Inputs == Dynamic || Hidden == Dynamic || Outputs == Dynamic ? Dynamic : 16>
class EchoState : public FeatureHead<Features<EchoStateCell<Scalar, Inputs, Hidden>>,
                                     RecursiveLeastSquares<Scalar, add(Hidden, Inputs), Outputs, Window>> {
  using Cell = EchoStateCell<Scalar, Inputs, Hidden>;
  using Head = RecursiveLeastSquares<Scalar, add(Hidden, Inputs), Outputs, Window>;
  using Base = FeatureHead<Features<Cell>, Head>;

 public:
  using Options = EchoStateModelOptions<Window>;

  /// Sizes by the type.
  explicit EchoState(Options options = {}) requires(Cell::Sizes.fixed() && Outputs != Dynamic)
      : EchoState(Inputs, Hidden, Outputs, options) {}

  /// Sizes at run time: inputs, hidden units, outputs, each at least 1.
  EchoState(int inputs, int hidden, int outputs, Options options = {})
      : Base(Features<Cell>(Cell(inputs, hidden, options.cell), options.seed),
             Head(hidden + inputs, outputs, options.head)) {}
};

}  // namespace eddy
