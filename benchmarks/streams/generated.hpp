#pragma once
// Streams of known laws.

#include "stream.hpp"

#include <eddy/core/random.hpp>

#include <cmath>
#include <vector>

namespace bench {

/// Mackey & Glass 1977 (doi:10.1126/science.267326): dz/dt = 0.2 z(t − 17) / (1 + z(t − 17)¹⁰) − 0.1 z, by
/// Euler's rule in steps of 0.1, one value per unit of time. The chaos makes it another stream on other
/// processors, of the same law.
inline Stream mackey_glass() {
  Stream stream{.name = "Mackey-Glass", .horizon = 10, .scored_from = 1000};
  constexpr std::size_t per_unit = 10, delay = 17 * per_unit, skipped = 1000 * per_unit, rows = 6000;
  std::vector<double> z(skipped + rows * per_unit, 1.2);
  for (std::size_t i = delay; i + 1 < z.size(); ++i) {
    z[i + 1] = z[i] + 0.1 * (0.2 * z[i - delay] / (1 + std::pow(z[i - delay], 10)) - 0.1 * z[i]);
  }
  for (std::size_t i = skipped; i < z.size(); i += per_unit) {
    stream.y.push_back(z[i]);
  }
  stream.x.resize(rows);
  return stream;
}

/// NARMA of order 10 (Atiya & Parlos 2000, doi:10.1109/72.846741), driven by u uniform on [0, 0.5):
/// y_{t+1} = 0.3 y_t + 0.05 y_t Σ_{i<10} y_{t−i} + 1.5 u_{t−9} u_t + 0.1.
inline Stream narma() {
  Stream stream{.name = "NARMA-10", .scored_from = 1000};
  eddy::Random random(7);
  constexpr std::size_t order = 10, rows = 6000;
  std::vector<double> u(rows + order), y(rows + order + 1);
  for (double& value : u) {
    value = 0.5 * random.uniform();
  }
  for (std::size_t t = order - 1; t < u.size(); ++t) {
    double sum = 0;
    for (std::size_t i = 0; i < order; ++i) {
      sum += y[t - i];
    }
    y[t + 1] = 0.3 * y[t] + 0.05 * y[t] * sum + 1.5 * u[t - 9] * u[t] + 0.1;
  }
  for (std::size_t t = order; t < u.size(); ++t) {
    stream.y.push_back(y[t]);
    stream.x.push_back({static_cast<float>(u[t])});
  }
  return stream;
}

/// A noisy sine whose frequency and amplitude change every 500 rows.
inline Stream regimes() {
  Stream stream{.name = "regimes", .scored_from = 500};
  eddy::Random random(5);
  constexpr double frequencies[] = {0.1, 0.23, 0.41};
  double phase = 0;
  for (std::size_t row = 0; row < 6000; ++row) {
    const std::size_t regime = row / 500;
    phase += frequencies[regime % 3];
    stream.y.push_back(std::sin(phase) * (regime % 2 == 1 ? 1 : 0.5) + 0.05 * random.normal());
  }
  stream.x.resize(stream.y.size());
  return stream;
}

/// Trace conditioning (after Rafiee et al. 2020, arXiv:2011.04590): a cue of one row comes every 20 to 39
/// rows, and the event it announces 8 rows after it; in between nothing happens.
inline Stream trace_conditioning() {
  Stream stream{.name = "trace", .scored_from = 2000};
  eddy::Random random(9);
  constexpr std::size_t rows = 8000, gap = 8;
  stream.y.resize(rows);
  stream.x.assign(rows, {0});
  for (std::size_t t = 20; t + gap < rows; t += 20 + random.below(20)) {
    stream.x[t][0] = 1;
    stream.y[t + gap] = 1;
  }
  return stream;
}

}  // namespace bench
