#include "network_model.hpp"

namespace eddy_stream {

MadeModel make_rnn(const Options& options, int inputs, int targets) {
  return between_scalers(options, inputs, targets,
                         make_network<eddy::RnnCell<float>>(options, inputs, targets));
}

}  // namespace eddy_stream
