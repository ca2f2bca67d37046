// What a detector and a reaction are worth: the same model learns the same stream, whose law changes every
// 3000 samples, alone and with a detector that watches its loss. `--picture FILE` draws the errors.

#include "support/curves.hpp"

#include <eddy/eddy.hpp>

#include <cmath>
#include <cstdio>

namespace {

constexpr int samples = 15000, regime = 3000;

/// x_t = a x_{t−1} + b x_{t−2} + noise: swings of a period that is another in each regime.
class Stream {
 public:
  float next() {
    constexpr double periods[] = {40, 6, 20, 3};
    const double angle = 2 * 3.141592653589793 / periods[step_++ / regime % 4];
    const double value = 1.96 * std::cos(angle) * newest_ - 0.9604 * before_ + 0.2 * random_.normal();
    before_ = newest_;
    newest_ = value;
    return static_cast<float>(value);
  }

 private:
  eddy::Random random_{1};
  int step_ = 0;
  double newest_ = 0, before_ = 0;
};

using Model = eddy::Gru<float, 1, 16, 1>;

/// Predicts each value from those before it. Returns the error of the 1000 samples after each change, and
/// appends that of the newest 200 at each sample to `errors`.
template <class M, class React>
double error_after_changes(M model, std::vector<double>& errors, React&& react) {
  Stream stream;
  eddy::Rmse error;
  eddy::Rolling<eddy::Rmse, 200> recent;
  float now = stream.next();
  for (int t = 1; t < samples; ++t) {
    const float next = stream.next();
    model.step(now);
    if (t >= regime && t % regime < 1000) {
      error.add(next, model.prediction());
    }
    recent.add(next, model.prediction());
    errors.push_back(t < 200 ? eddy::not_a_number<double> : recent.value());
    const double loss = static_cast<double>(model.partial_fit(next));
    react(model, loss);
    now = next;
  }
  return error.value();
}

}  // namespace

int main(int count, char** words) {
  const Model model({.optimizer = {.learning_rate = 1e-3}});
  eddy::OnDrift raise(eddy::Adwin{}, eddy::RaiseLearningRate({.factor = 5, .samples = 500}));
  eddy::OnDrift begin(eddy::Adwin{}, eddy::BeginShadow{});

  std::vector<double> errors[3];
  const double alone = error_after_changes(model, errors[0], [](auto&, double) {}),
               raised =
                   error_after_changes(model, errors[1], [&](auto&m, double loss) { raise.update(m, loss); }),
               shadowed = error_after_changes(eddy::Shadowed<Model>(model), errors[2],
                                              [&](auto&m, double loss) { begin.update(m, loss); });
  std::printf("root mean squared error of the 1000 samples after each change\n");
  std::printf("  alone                            %.3f\n", alone);
  std::printf("  faster for a while after it      %.3f  (%d changes found)\n", raised,
              static_cast<int>(raise.changes()));
  std::printf("  or a new model, if it is better  %.3f  (%d changes found)\n", shadowed,
              static_cast<int>(begin.changes()));
  picture::Chart chart{.title = "A stream whose law changes every 3000 samples",
                       .horizontal = "sample",
                       .vertical = "RMSE of the newest 200",
                       .curves = {{"alone", errors[0]},
                                  {"learns faster after a change", errors[1]},
                                  {"or begins a new model", errors[2]}}};
  for (int change = regime; change < samples; change += regime) {
    chart.marks.emplace_back(change, "");
  }
  return picture::draw(count, words, chart) && raised < alone ? 0 : 1;
}
