// Weights that were trained in PyTorch go on learning from a stream: a file of safetensors with an nn.LSTM
// and an nn.Linear is read, the model learns sample by sample, and what it has become is written for PyTorch.

#include "support/curves.hpp"

#include <eddy/io/safetensors.hpp>
#include <eddy/models.hpp>

#include <cmath>
#include <cstdio>

int main(int count, char** words) {
  // self.rnn = nn.LSTM(3, 4), self.fc = nn.Linear(4, 2). Whatever differs from that would be named in the
  // error.
  eddy::Lstm<float, 3, 4, 2> model({.optimizer = {.learning_rate = 0.01f}});
  eddy::load_safetensors(std::filesystem::path(EDDY_EXAMPLE_DATA "/pytorch_lstm.safetensors"), model,
                         {.names = {"rnn", "fc"}});

  float first = 0, last = 0;
  picture::Chart chart{
      "Weights from PyTorch go on learning", "sample", "", {{"truth", {}}, {"prediction", {}}}};
  for (int t = 0; t < 2000; ++t) {
    const float angle = 0.3f * static_cast<float>(t);
    const eddy::Vector<float, 3> x(std::sin(angle), std::cos(angle), 1);
    const eddy::Vector<float, 2> y(std::sin(angle + 0.6f), std::cos(angle + 0.6f));
    const float loss = model.partial_fit(x, y);
    if (t < 300) chart.add({y(0), model.prediction()(0)});
    first += t < 100 ? loss / 100 : 0;
    last += t >= 1900 ? loss / 100 : 0;
  }
  std::printf("loss of the first 100 samples %.4f, of the last %.4f\n", static_cast<double>(first),
              static_cast<double>(last));

  eddy::save_safetensors(std::filesystem::path("pytorch_weights.safetensors"), model,
                         {.names = {"rnn", "fc"}});
  return picture::draw(count, words, chart) && last < first / 10 ? 0 : 1;
}
