#pragma once

#include "differentiation.hpp"
#include "subject.hpp"

#include <deque>
#include <memory>
#include <vector>

namespace eddy::properties {

/// Weights of a network: those that a step was taken with, and those through which error goes back.
struct Weights {
  const Values* then;
  const Values* now;
};

/// One step of the network by its equations, number after number. The state, layer after layer, is carried
/// on.
std::vector<Variable> step_forward(Graph& graph, const Specification& specification, const Weights& weights,
                                   const Values& x, std::vector<Variable>& state);

/// The loss and its gradient by the prediction.
double loss_of(const LossSetting& loss, const Values& prediction, const Values& target, const Values& weight,
               Values& gradient);

/// What one update makes of a weight.
struct Moved {
  double weight, first, second;
  double slack;  ///< how far one rounding of a moment may move it, in units of the scalar's ε
};
Moved move_weight(const OptimizerSetting& setting, double factor, std::int64_t step, double weight,
                  double gradient, double first, double second);
/// The factor of the schedule.
double schedule_of(const OptimizerSetting& setting, std::int64_t step);

/// A step of a stream as the reference remembers it.
struct Step {
  std::int64_t time = 0;
  Values x, state_before, prediction;
  bool gap = false;
  std::shared_ptr<const Values> weights;  ///< that it was taken with
  Values error;                           ///< dL/d(prediction), of all labels that wait
  Values target, weight;                  ///< all labels so far
};

/// The gradient of Σ error · prediction over some steps, the oldest first, whose first starts from a constant
/// state; error goes back through the weights of now.
struct WindowGradient {
  Values gradient;
  bool doubtful = false;  ///< a tolerance ended the sweep, or not, by a hair's breadth
};
WindowGradient gradient_of(const Specification& specification, const std::vector<const Step*>& steps,
                           const Values& now, double tolerance, std::int64_t oldest_error);

}  // namespace eddy::properties
