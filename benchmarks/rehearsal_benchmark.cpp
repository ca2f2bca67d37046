// Which rehearsal is worth being the default? The prequential error (NRMSE, from the second tenth of a stream
// on) of an LSTM with 32 units and untouched defaults but for its rehearsal, mean over two seeds, on streams
// of several kinds; and the geometric mean over the streams.
//
// Called with a folder that holds machine_temperature.csv, co2_weekly.csv, sf_temperature_hourly.csv and
// nyc_taxi.csv, it adds these four; of the first, 12,000 rows.

#include <eddy/eddy.hpp>

#include <cmath>
#include <cstdio>
#include <deque>
#include <fstream>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

namespace {

struct Series {
  std::string name;
  int horizon;
  std::vector<std::vector<float>> x;
  std::vector<float> y;
};

/// Mean and variance so far (Welford 1962); values come out clipped at eight standard deviations.
class Scaler {
 public:
  void add(double value) {
    const double difference = value - mean_;
    mean_ += difference / ++count_;
    squares_ += difference * (value - mean_);
  }
  double deviation() const { return squares_ > 0 ? std::sqrt(squares_ / count_) : 1; }
  float scale(double value) const {
    return static_cast<float>((std::max)(-8.0, (std::min)(8.0, (value - mean_) / deviation())));
  }
  double restore(double scaled) const { return scaled * deviation() + mean_; }

 private:
  double count_ = 0, mean_ = 0, squares_ = 0;
};

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

std::vector<std::vector<std::string>> read_csv(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::vector<std::string>> rows;
  for (std::string line, cell; std::getline(file, line);) {
    std::stringstream cells(line);
    rows.emplace_back();
    while (std::getline(cells, cell, ',')) {
      rows.back().push_back(cell);
    }
  }
  return rows;
}

/// Riders of the next day, from those of today and the weekday.
Series ridership() {
  Series series{"ridership", 1, {}, {}};
  const auto rows = read_csv(std::string(EDDY_EXAMPLE_DATA) + "/chicago_ridership.csv");
  for (std::size_t row = 1; row < rows.size(); ++row) {
    series.y.push_back(std::stof(rows[row][1]));
    series.x.push_back({series.y.back(), 0, 0, 0, 0, 0, 0, 0});
    series.x.back()[1 + row % 7] = 1;
  }
  return series;
}

/// One column of a file, its own past the only input.
Series column(const std::string& name, const std::string& path, std::size_t index, int horizon) {
  Series series{name, horizon, {}, {}};
  const auto rows = read_csv(path);
  for (std::size_t row = 1; row < rows.size() && row <= 12000; ++row) {
    series.y.push_back(std::stof(rows[row][index]));
    series.x.push_back({series.y.back()});
  }
  return series;
}

Series taxi(const std::string& folder) {
  Series series{"taxi", 5, {}, {}};
  const auto rows = read_csv(folder + "/nyc_taxi.csv");
  constexpr float turn = 2 * std::numbers::pi_v<float>;
  for (std::size_t row = 1; row < rows.size(); ++row) {
    const float day = std::stof(rows[row][2]) / 1440, week = (std::stof(rows[row][3]) + day) / 7;
    series.y.push_back(std::stof(rows[row][1]));
    series.x.push_back({series.y.back(), std::sin(turn * day), std::cos(turn * day), std::sin(turn * week),
                        std::cos(turn * week)});
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
  std::vector<Series> streams{ridership(), mackey_glass(), regimes()};
  if (argc > 1) {
    const std::string folder = argv[1];
    streams.push_back(column("machine", folder + "/machine_temperature.csv", 1, 12));
    streams.push_back(column("co2", folder + "/co2_weekly.csv", 1, 1));
    streams.push_back(column("temperature", folder + "/sf_temperature_hourly.csv", 0, 3));
    streams.push_back(taxi(folder));
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
