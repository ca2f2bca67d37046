// Layers that together have more parameters than an int counts.
// expected: all layers together have more parameters or state than an int counts

#include <eddy/eddy.hpp>

int main() {
  using Wide = eddy::LstmCell<float, 10000, 10000>;
  eddy::Features<eddy::Sequential<Wide, Wide, Wide>> features;
  features.reset();
}
