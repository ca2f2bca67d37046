#include "pipeline_model.hpp"

#include <eddy/heads/echo_state.hpp>

namespace eddy_stream {

MadeModel make_least_squares(const Options& options, int inputs, int targets) {
  return between_scalers(options, inputs, targets,
                         eddy::RecursiveLeastSquares<double>(
                             learner_inputs(options, inputs), targets,
                             {.forgetting = options.forgetting, .window = (std::max)(16, options.horizon)}));
}

MadeModel make_echo_state(const Options& options, int inputs, int targets) {
  eddy::EchoState<double>::Options settings;
  settings.cell.leak = 0.5;
  settings.head.forgetting = options.forgetting;
  settings.head.window = (std::max)(16, options.horizon);
  settings.seed = options.seed;
  return between_scalers(
      options, inputs, targets,
      eddy::EchoState<double>(learner_inputs(options, inputs), options.hidden, targets, settings));
}

}  // namespace eddy_stream
