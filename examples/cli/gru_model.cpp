#include "network_model.hpp"

namespace eddy_stream {

MadeModel make_gru(const Options& options, int inputs, int targets) {
  return between_scalers(options, inputs, targets,
                         make_network<eddy::GruCell<float>>(options, inputs, targets));
}

}  // namespace eddy_stream
