#pragma once

#include <eddy/layers/dense.hpp>
#include <eddy/online.hpp>

namespace eddy {

/// A linear head that learns by gradient steps, y = W x + b: a regression, or, with another loss, a logistic
/// one or a classifier (`LogisticLoss`, `SoftmaxCrossEntropy`), in O(inputs · outputs) a label. What
/// `RecursiveLeastSquares` does at once takes it many samples, but it takes any loss, any optimizer and any
/// number of inputs. It is an `Online` model without memory, of which `Window` newest steps wait for labels.
template <class Scalar = float, int Inputs = Dynamic, int Outputs = Dynamic, Loss L = MeanSquaredError,
          Optimizer O = Adam, int Window = 16, Rehearsal R = NoRehearsal>
class LinearHead : public Online<Dense<Scalar, Inputs, Outputs>, L, O, TruncatedBptt<Window>, R> {
  using Base = Online<Dense<Scalar, Inputs, Outputs>, L, O, TruncatedBptt<Window>, R>;

 public:
  using typename Base::Options;

  /// Sizes by the type.
  explicit LinearHead(Options options = {}) requires(Base::Sizes.fixed()) : Base(std::move(options)) {}

  /// Sizes at run time: inputs, outputs, each at least 1.
  LinearHead(int inputs, int outputs, Options options = {})
      : Base(Dense<Scalar, Inputs, Outputs>(inputs, outputs), std::move(options)) {}
};

}  // namespace eddy
