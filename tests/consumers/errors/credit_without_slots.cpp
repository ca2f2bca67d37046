// A credit rule that lacks `slots`.
// expected: rule\.slots\(

#include <eddy/eddy.hpp>

struct Rule : private eddy::TruncatedBptt<8> {
  using Bptt = eddy::TruncatedBptt<8>;
  using Bptt::check, Bptt::SlotsAtCompileTime, Bptt::stride, Bptt::StrideAtCompileTime, Bptt::window,
      Bptt::WindowAtCompileTime;
  template <eddy::Layer Network>
  using Tape = eddy::Tape<Network, 8>;
};

int main() {
  eddy::Gru<float, 3, 8, 1, eddy::MeanSquaredError, eddy::Adam, Rule> model;
  model.partial_fit(Eigen::Vector3f(1, 2, 3), 1.0f);
}
