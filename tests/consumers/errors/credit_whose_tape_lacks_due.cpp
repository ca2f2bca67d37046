// A credit rule whose `Tape` lacks `due`.
// expected: tape\.due\(

#include <eddy/eddy.hpp>

template <class Network>
struct Undue : private eddy::Tape<Network, 8> {
  using Full = eddy::Tape<Network, 8>;
  using Full::begin, Full::enter, Full::Full, Full::holds, Full::is_gap, Full::next_input, Full::prediction,
      Full::reset, Full::step, Full::sweep, Full::time;
};

struct Rule : eddy::TruncatedBptt<8> {
  template <eddy::Layer Network>
  using Tape = Undue<Network>;
};

int main() {
  eddy::Gru<float, 3, 8, 1, eddy::MeanSquaredError, eddy::Adam, Rule> model;
  model.partial_fit(Eigen::Vector3f(1, 2, 3), 1.0f);
}
