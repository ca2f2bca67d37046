// What a partial_fit takes on silence, after activity and for long, beside what it takes on noise. A sample
// must not be slower because there is nothing to hear: what decays must not end as denormal numbers.

#include "long.hpp"

#include <eddy/eddy.hpp>

#include <algorithm>
#include <memory>

namespace eddy::testing {
namespace {

/// Gives samples of this level of noise; returns the microseconds that each took in the fastest of many runs.
template <class Model>
double fit(Model& model, int runs, double level, Random& random) {
  constexpr int length = 20;
  double least = 1e9;
  using Scalar = typename Model::Scalar;
  Vector<Scalar, Model::Inputs> x[length];
  Scalar y[length];
  for (int run = 0; run < runs; ++run) {
    for (int n = 0; n < length; ++n) {
      for (Index i = 0; i < x[n].size(); ++i) {
        x[n](i) = static_cast<Scalar>(level * random.normal());
      }
      y[n] = static_cast<Scalar>(level * random.normal());
    }
    const double begin = seconds();
    for (int n = 0; n < length; ++n) {
      model.partial_fit(x[n], y[n]);
    }
    least = (std::min)(least, (seconds() - begin) / length * 1e6);
  }
  return least;
}

template <class Model>
void check_silence(const char* name) {
  const auto model = std::make_unique<Model>();
  Random random(7);
  fit(*model, 500, 1, random);
  // Noise and silence in turn, so that both meet the same machine. Adam's second moment takes 80,000 updates
  // to become denormal: each silence is longer.
  double noise = 1e9, silence = 1e9;
  for (int turn = 0; turn < 2; ++turn) {
    noise = (std::min)(noise, fit(*model, 1000, 1, random));
    fit(*model, 7500, 0, random);
    silence = (std::min)(silence, fit(*model, 1000, 0, random));
  }
  check(
      std::string("silence beside noise, ") + name,
      digits(silence, "%.2f us beside ") + digits(noise, "%.2f us, ratio ") + digits(silence / noise, "%.3f"),
      silence < 1.1 * noise);
}

}  // namespace

void run_silence() {
  check_silence<Lstm<float, 3, 32, 1>>("Lstm<float, 3, 32, 1>");
  check_silence<Gru<float, 3, 32, 1>>("Gru<float, 3, 32, 1>");
  check_silence<Rnn<float, 3, 32, 1>>("Rnn<float, 3, 32, 1>");
  using Credit = TruncatedBptt<16>;
  check_silence<Lstm<float, 3, 32, 1, MeanSquaredError, Momentum, Credit, NoRehearsal>>("Lstm, Momentum");
  check_silence<Lstm<float, 3, 32, 1, MeanSquaredError, RmsProp, Credit, NoRehearsal>>("Lstm, RmsProp");
  check_silence<Lstm<double, 3, 32, 1>>("Lstm<double, 3, 32, 1>");
}

}  // namespace eddy::testing
