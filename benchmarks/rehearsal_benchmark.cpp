// Which rehearsal is worth being the default? The prequential error (NRMSE, from the second tenth of a stream
// on) of an LSTM with 32 units and untouched defaults but for its rehearsal, mean over two seeds, on streams
// of several kinds; and the geometric mean over the streams.
//
// Called with a folder that holds machine_temperature.csv, co2_weekly.csv, sf_temperature_hourly.csv and
// nyc_taxi.csv, it adds these four; of the first, 12,000 rows.

#include "series.hpp"

#include <eddy/eddy.hpp>

#include <cmath>
#include <cstdio>
#include <deque>
#include <string>
#include <utility>
#include <vector>

namespace {

using bench::Scaler, bench::Series;

template <class Model>
double prequential_error(const Series& series, Model model) {
  const std::size_t length = series.y.size(), inputs = series.x[0].size(),
                    horizon = static_cast<std::size_t>(series.horizon);
  std::vector<Scaler> x_scalers(inputs);
  Scaler y_scaler, scored;
  Eigen::VectorXf x(static_cast<Eigen::Index>(inputs));
  std::deque<std::pair<std::int64_t, double>>
      waiting;  // time and value of the predictions whose label is to come
  double squares = 0, count = 0;
  for (std::size_t t = 0; t < length; ++t) {
    if (t >= horizon) {
      const auto [when, prediction] = waiting.front();
      waiting.pop_front();
      y_scaler.add(series.y[t]);
      model.partial_fit(eddy::at(when), y_scaler.scale(series.y[t]));
      if (t > length / 10) {
        squares += (prediction - series.y[t]) * (prediction - series.y[t]);
        scored.add(series.y[t]);
        ++count;
      }
    }
    for (std::size_t i = 0; i < inputs; ++i) {
      x_scalers[i].add(series.x[t][i]);
      x(static_cast<Eigen::Index>(i)) = x_scalers[i].scale(series.x[t][i]);
    }
    const double prediction = y_scaler.restore(model.step(x)(0));
    waiting.emplace_back(model.time(), prediction);
  }
  return std::sqrt(squares / count) / scored.deviation();
}

/// Mackey & Glass 1977, delay 17, sampled every unit of time, ten steps ahead.
Series mackey_glass() {
  Series series{"mackey-glass", 10, {}, {}};
  std::vector<double> z(60000, 1.2);
  for (std::size_t i = 170; i + 1 < z.size(); ++i) {
    z[i + 1] = z[i] + 0.1 * (0.2 * z[i - 170] / (1 + std::pow(z[i - 170], 10)) - 0.1 * z[i]);
  }
  for (std::size_t i = 10000; i < z.size(); i += 10) {
    series.y.push_back(static_cast<float>(z[i]));
    series.x.push_back({series.y.back()});
  }
  return series;
}

/// A sine that changes frequency and size every 500 steps, with noise.
Series regimes() {
  Series series{"regimes", 1, {}, {}};
  eddy::Random random(5);
  double phase = 0;
  for (int t = 0; t < 6000; ++t) {
    const int regime = t / 500;
    phase += regime % 3 == 0 ? 0.1 : regime % 3 == 1 ? 0.23 : 0.41;
    series.y.push_back(static_cast<float>(std::sin(phase) * (regime % 2 ? 1 : 0.5) + 0.05 * random.normal()));
    series.x.push_back({series.y.back()});
  }
  return series;
}

template <class Rehearsal>
using Model = eddy::Lstm<float, eddy::Dynamic, eddy::Dynamic, eddy::Dynamic, eddy::MeanSquaredError,
                         eddy::Adam, eddy::TruncatedBptt<eddy::Dynamic>, Rehearsal>;

template <class Rehearsal>
void row(const std::string& name, const Rehearsal& rehearsal, const std::vector<Series>& streams) {
  std::printf("%-28s", name.c_str());
  double logarithms = 0;
  for (const Series& series : streams) {
    double error = 0;
    for (const std::uint64_t seed : {1u, 2u}) {
      // A label that comes `horizon` steps late leaves that many fewer steps of the window to go back
      // through.
      const int window = 15 + series.horizon;
      error += prequential_error(
                   series,
                   Model<Rehearsal>(static_cast<int>(series.x[0].size()), 32, 1,
                                    {.credit = {.window = window}, .rehearsal = rehearsal, .seed = seed})) /
               2;
    }
    logarithms += std::log(error);
    std::printf("%14.3f", error);
    std::fflush(stdout);
  }
  std::printf("%14.4f\n", std::exp(logarithms / static_cast<double>(streams.size())));
}

}  // namespace

int main(int argc, char** argv) {
  std::vector<Series> streams{bench::ridership(EDDY_EXAMPLE_DATA), mackey_glass(), regimes()};
  if (argc > 1) {
    const std::string folder = argv[1];
    streams.push_back(bench::column("machine", folder + "/machine_temperature.csv", 1, 12));
    streams.push_back(bench::column("co2", folder + "/co2_weekly.csv", 1, 1));
    streams.push_back(bench::column("temperature", folder + "/sf_temperature_hourly.csv", 0, 3));
    streams.push_back(bench::taxi(folder));
  }
  std::printf("%-28s", "rehearsal");
  for (const Series& series : streams) {
    std::printf("%14s", series.name.c_str());
  }
  std::printf("%14s\n", "mean");
  row("none", eddy::NoRehearsal{}, streams);
  for (const int replays : {1, 2, 4}) {
    for (const int capacity : {100, 200, 500}) {
      const std::string what = std::to_string(capacity) + ", " + std::to_string(replays) + " replays";
      row("reservoir of " + what,
          eddy::ReservoirRehearsal<eddy::Dynamic>{.replays = replays, .capacity = capacity}, streams);
      row("most recent " + what,
          eddy::RecentRehearsal<eddy::Dynamic>{.replays = replays, .capacity = capacity}, streams);
    }
  }
}
