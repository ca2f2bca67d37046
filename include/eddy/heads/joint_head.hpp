#pragma once

#include <eddy/heads/feature_head.hpp>
#include <eddy/heads/recursive_least_squares.hpp>
#include <eddy/online.hpp>

namespace eddy {

/// Settings of `JointHead`.
template <Optimizer O, class Credit, int Window>
struct JointHeadOptions {
  /// How the features learn.
  OnlineOptions<MeanSquaredError, O, Credit, NoRehearsal> features = {.optimizer = {.learning_rate = 1e-5}};
  /// How the read-out learns.
  LeastSquaresOptions<Window> head = {};

  /// Throws unless all are in range.
  void check() const {
    check_settings(features);
    head.check();
  }
};

/// A recurrent cell whose features learn slowly, by truncated back-propagation, under a head that learns
/// fast, by recursive least squares over [features; x].
///
/// The features must be slow, since what the head knows is about those of up to 1 / (1 − forgetting) steps
/// ago: with Adam and an LSTM of 32 units, a learning rate of 1e-5 was better than features at rest on four
/// of seven streams and hardly worse on the others; 1e-3 was ruinous on some. A label may be as late as both
/// windows allow.
template <Layer Cell, int Outputs_ = Dynamic, Optimizer O = Adam, class Credit = TruncatedBptt<16>>
class JointHead
    : public FeatureHead<
          Online<Cell, MeanSquaredError, O, Credit, NoRehearsal>,
          RecursiveLeastSquares<typename Cell::Scalar, add(Cell::Sizes.outputs, Cell::Sizes.inputs), Outputs_,
                                Credit::WindowAtCompileTime>> {
  using Features = Online<Cell, MeanSquaredError, O, Credit, NoRehearsal>;
  using Head = RecursiveLeastSquares<typename Cell::Scalar, add(Cell::Sizes.outputs, Cell::Sizes.inputs),
                                     Outputs_, Credit::WindowAtCompileTime>;
  using Base = FeatureHead<Features, Head>;

 public:
  using Options = JointHeadOptions<O, Credit, Credit::WindowAtCompileTime>;

  /// Sizes by the type.
  explicit JointHead(const Options& options = {}) requires(Features::fixed&& Outputs_ != Dynamic)
      : Base(Features(options.features), Head(options.head)) {}

  /// Sizes at run time: inputs, hidden units, outputs, each at least 1.
  JointHead(int inputs, int hidden, int outputs, const Options& options = {})
      : Base(Features(Cell(inputs, hidden), options.features), Head(hidden + inputs, outputs, options.head)) {
  }
};

}  // namespace eddy
