// A cell of one's own, as docs/adding-a-cell.md builds it, in a network like any other.

#include "support/curves.hpp"
#include "support/update_gate_cell.hpp"

#include <eddy/eddy.hpp>

#include <cmath>
#include <cstdio>

int main(int count, char** words) {
  using Network = eddy::Sequential<eddy::UpdateGateCell<float, 1, 16>, eddy::Dense<float, 16, 1>>;
  eddy::Online<Network> model;
  double early = 0, late = 0;
  picture::Chart chart{"A wave, and what a cell of one's own predicts of it",
                       "sample",
                       "",
                       {{"truth", {}}, {"prediction", {}}}};
  constexpr int samples = 5000, scored = 500;
  for (int t = 0; t < samples; ++t) {
    const float now = std::sin(0.3f * static_cast<float>(t)),
                next = std::sin(0.3f * static_cast<float>(t + 1));
    const float loss = model.partial_fit(now, next);
    early += t < scored ? static_cast<double>(loss) / scored : 0;
    late += t >= samples - scored ? static_cast<double>(loss) / scored : 0;
    if (t < 300) chart.add({next, model.prediction()(0)});
  }
  std::printf("mean loss of the first %d samples %.5f, of the last %.5f\n", scored, early, late);
  return picture::draw(count, words, chart) && late < 0.1 * early ? 0 : 1;
}
