// Trains models of every kind on one stream and prints, bit for bit, what they have become. EDDY_HEADER is
// eddy.hpp or the single header: both must print the same.

#include EDDY_HEADER

#include <cmath>
#include <cstdio>

namespace {

Eigen::Vector2f sample(int t) {
  const auto time = static_cast<float>(t);
  return {std::sin(0.3f * time), std::cos(0.7f * time)};
}

Eigen::Vector<float, 1> label(int t) { return Eigen::Vector<float, 1>(sample(t + 1)(0) * sample(t)(1)); }

template <class Model>
void train(const char* name, Model&& model) {
  for (int t = 0; t < 60; ++t) {
    model.partial_fit(sample(t), label(t));
  }
  std::printf("%s %a\n", name, static_cast<double>(model.predict(sample(60))(0)));
}

void train_on_symbols() {
  using Network = eddy::Sequential<eddy::Embedding<double, 5, 4>, eddy::LstmCell<double, 4, 8>,
                                   eddy::Dense<double, 8, 5>>;
  eddy::Online<Network, eddy::SoftmaxCrossEntropy, eddy::Adam> model;
  double loss = 0;
  for (int t = 0; t < 60; ++t) {
    loss += model.partial_fit(t * t % 5, (t + 1) * (t + 1) % 5);
  }
  std::printf("symbols %a\n", loss);
}

}  // namespace

int main() {
  for (const eddy::Target target : {eddy::Target::baseline, eddy::Target::avx2, eddy::Target::avx512}) {
    if (!eddy::has_target(target)) {
      continue;
    }
    eddy::set_target(target);
    train("rnn", eddy::Rnn<float, 2, 9, 1>());
    train("lstm", eddy::Lstm<float>(2, 9, 1));
    train("gru", eddy::Gru<float, 2, 9, 1, eddy::HuberLoss, eddy::AdamW>());
    train_on_symbols();
    train("echo", eddy::EchoState<float, 2, 20, 1>());
  }
}
