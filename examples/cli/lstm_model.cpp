#include "network_model.hpp"

namespace eddy_stream {

MadeModel make_lstm(const Options& options, int inputs, int targets) {
  return between_scalers(options, inputs, targets,
                         make_network<eddy::LstmCell<float>>(options, inputs, targets));
}

}  // namespace eddy_stream
