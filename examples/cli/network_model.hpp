#pragma once
// The recurrent networks, sizes and window known at run time.

#include "pipeline_model.hpp"

#include <eddy/models.hpp>

namespace eddy_stream {

/// The Huber loss, so that one outlier does not outshout a hundred ordinary rows.
template <class Cell>
using Network = eddy::RecurrentModel<Cell, eddy::Dynamic, eddy::HuberLoss, eddy::Adam,
                                     eddy::TruncatedBptt<eddy::Dynamic, eddy::Dynamic>>;

template <class Cell>
Network<Cell> make_network(const Options& options, int inputs, int targets) {
  return Network<Cell>(learner_inputs(options, inputs), options.hidden, targets,
                       {.optimizer = {.learning_rate = options.learning_rate},
                        .credit = {.window = learner_window(options), .stride = options.stride},
                        .rehearsal = {.replays = options.replays},
                        .seed = options.seed});
}

}  // namespace eddy_stream
