// The recurrent networks, and the mixture that holds two of them: in one file, so that what they share is
// compiled once: 24 s of a processor instead of 43 in four files.

#include "pipeline_model.hpp"

#include <eddy/heads/echo_state.hpp>
#include <eddy/models.hpp>
#include <eddy/streaming/mixture.hpp>

namespace eddy_stream {

/// Sizes and window known at run time. The Huber loss, so that one outlier does not outshout a hundred
/// ordinary rows.
template <class Cell>
using Network = eddy::RecurrentModel<Cell, eddy::Dynamic, eddy::HuberLoss, eddy::Adam,
                                     eddy::TruncatedBptt<eddy::Dynamic, eddy::Dynamic>>;

template <class Cell>
static Network<Cell> network(const Options& options, int inputs, int targets) {
  return Network<Cell>(learner_inputs(options, inputs), options.hidden, targets,
                       {.optimizer = {.learning_rate = options.learning_rate},
                        .credit = {.window = learner_window(options), .stride = options.stride},
                        .rehearsal = {.replays = options.replays},
                        .seed = options.seed});
}

template <class Cell>
static MadeModel network_between_scalers(const Options& options, int inputs, int targets) {
  return between_scalers(
      options, inputs, targets, network<Cell>(options, inputs, targets),
      [](Network<Cell>& learner, double rate) { learner.optimizer().learning_rate = rate; });
}

MadeModel make_lstm(const Options& options, int inputs, int targets) {
  return network_between_scalers<eddy::LstmCell<float>>(options, inputs, targets);
}
MadeModel make_gru(const Options& options, int inputs, int targets) {
  return network_between_scalers<eddy::GruCell<float>>(options, inputs, targets);
}
MadeModel make_rnn(const Options& options, int inputs, int targets) {
  return network_between_scalers<eddy::RnnCell<float>>(options, inputs, targets);
}

static double careful_rate(double rate) { return rate / 3; }

/// Two LSTMs, of the learning rate that was asked for and of a third of it, an echo state and a linear
/// regression: four that rarely fail together.
MadeModel make_mixture(const Options& options, int inputs, int targets) {
  Options careful = options;
  careful.learning_rate = careful_rate(options.learning_rate);
  careful.seed += 1;
  const int seen = learner_inputs(options, inputs), window = (std::max)(16, options.horizon);
  eddy::EchoState<float>::Options settings;
  settings.cell.leak = 0.5;
  settings.head.forgetting = options.forgetting;
  settings.head.window = window;
  settings.seed = options.seed;
  using Lstm = eddy::LstmCell<float>;
  eddy::Mixture mixture(network<Lstm>(options, inputs, targets), network<Lstm>(careful, inputs, targets),
                        eddy::EchoState<float>(seen, options.hidden, targets, settings),
                        eddy::RecursiveLeastSquares<float>(
                            seen, targets, {.forgetting = options.forgetting, .window = window}));
  return between_scalers(options, inputs, targets, mixture, [](decltype(mixture)& learner, double rate) {
    learner.model<0>().optimizer().learning_rate = rate;
    learner.model<1>().optimizer().learning_rate = careful_rate(rate);
  });
}

}  // namespace eddy_stream
