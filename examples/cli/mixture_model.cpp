#include "network_model.hpp"

#include <eddy/heads/echo_state.hpp>
#include <eddy/streaming/mixture.hpp>

namespace eddy_stream {

/// Two LSTMs, of the learning rate that was asked for and of a third of it, an echo state and a linear
/// regression: four that rarely fail together.
MadeModel make_mixture(const Options& options, int inputs, int targets) {
  Options careful = options;
  careful.learning_rate /= 3;
  careful.seed += 1;
  const int seen = learner_inputs(options, inputs), window = (std::max)(16, options.horizon);
  eddy::EchoState<float>::Options settings;
  settings.cell.leak = 0.5;
  settings.head.forgetting = options.forgetting;
  settings.head.window = window;
  settings.seed = options.seed;
  using Lstm = eddy::LstmCell<float>;
  return between_scalers(
      options, inputs, targets,
      eddy::Mixture(make_network<Lstm>(options, inputs, targets),
                    make_network<Lstm>(careful, inputs, targets),
                    eddy::EchoState<float>(seen, options.hidden, targets, settings),
                    eddy::RecursiveLeastSquares<float>(
                        seen, targets, {.forgetting = options.forgetting, .window = window})));
}

}  // namespace eddy_stream
