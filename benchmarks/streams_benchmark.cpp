// What ready-made models reach on streams, with untouched defaults, each row forecast before it is seen:
//
//   ./dev bench streams            generated streams and the one that is part of the project
//   ./dev bench streams FOLDER     those of a folder, too: nyc_taxi.csv, machine_temperature.csv,
//   co2_weekly.csv,
//                                  sunspots_yearly.csv, sf_temperature_hourly.csv
//   … --markdown                   as a table for docs/recipes.md
//
// Then, how often an adaptive conformal interval around the forecasts of `Forecaster` covers what comes.
//
// The error is the root mean square over the deviation of what was scored (NRMSE), or the mean absolute error
// where the table says so.

#include "streams/files.hpp"
#include "streams/generated.hpp"

#include <eddy/eddy.hpp>
#include <eddy/preprocessing/pipeline.hpp>

#include <cstdio>
#include <cstring>
#include <ctime>
#include <exception>
#include <optional>
#include <utility>

namespace {

using bench::Stream;

/// An error, and the processor time of a row in microseconds.
struct Score {
  double error, time;
};

Score score(const Stream& stream, const std::vector<double>& forecasts, double seconds) {
  double squares = 0, absolute = 0, sum = 0, sum_of_squares = 0, count = 0;
  for (std::size_t row = stream.scored_from; row < stream.y.size(); ++row) {
    const double y = stream.y[row], error = forecasts[row] - y;
    squares += error * error;
    absolute += std::abs(error);
    sum += y;
    sum_of_squares += y * y;
    ++count;
  }
  const double variance = sum_of_squares / count - sum / count * sum / count;
  return {stream.absolute ? absolute / count : std::sqrt(squares / count / variance),
          1e6 * seconds / static_cast<double>(stream.y.size())};
}

/// Walks through a stream once: forecast(row, y) is called as each row becomes known, and returns the
/// forecast of row + horizon.
template <class Forecast>
Score walk(const Stream& stream, Forecast&& forecast) {
  const auto horizon = static_cast<std::size_t>(stream.horizon);
  std::vector<double> forecasts(stream.y.size() + horizon);
  const std::clock_t start = std::clock();
  for (std::size_t row = 0; row < stream.y.size(); ++row) {
    forecasts[row + horizon] = forecast(row, stream.y[row]);
  }
  return score(stream, forecasts, static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC);
}

Score persistence(const Stream& stream) {
  return walk(stream, [](std::size_t, double y) { return y; });
}

std::optional<Score> seasonal_naive(const Stream& stream) {
  if (stream.season == 0) {
    return std::nullopt;
  }
  const auto horizon = static_cast<std::size_t>(stream.horizon),
             season = static_cast<std::size_t>(stream.season);
  const std::size_t back = (horizon + season - 1) / season * season - horizon;
  return walk(stream, [&](std::size_t row, double) { return stream.y[row - std::min(back, row)]; });
}

/// Any learner of y and x, between scalers.
template <class Model>
Score learner(const Stream& stream, const Model& model) {
  const int inputs = model.inputs();
  eddy::Pipeline pipeline(eddy::StandardScaler<float>(inputs), model, eddy::StandardScaler<float>(1));
  Eigen::VectorXf x(inputs);
  return walk(stream, [&](std::size_t row, double y) {
    pipeline.partial_fit(eddy::at(pipeline.time() + 1 - stream.horizon), static_cast<float>(y));
    x(0) = static_cast<float>(y);
    std::copy(stream.x[row].begin(), stream.x[row].end(), x.data() + 1);
    return static_cast<double>(pipeline.step(x)(0));
  });
}

/// Autoregression on the last 28 values by recursive least squares, in double and in the units of the stream;
/// with the values around the season before, or x, too.
Score autoregression(const Stream& stream, bool with_season, bool with_x) {
  constexpr int lags = 28;
  const int horizon = stream.horizon, season = with_season ? stream.season : 0, seasons = season > 0 ? 3 : 0,
            inputs = with_x ? static_cast<int>(stream.x[0].size()) : 0;
  const int back = season > 0 ? (horizon + season - 1) / season * season - horizon : 0;
  eddy::RecursiveLeastSquares<double> regression(
      lags + seasons + inputs, 1, {.forgetting = 0.9995, .ridge = 1e-3, .window = horizon + 1});
  Eigen::VectorXd sample(lags + seasons + inputs);
  return walk(stream, [&](std::size_t row, double y) {
    const auto value = [&](int lag) {
      return stream.y[row - std::min(static_cast<std::size_t>(std::max(lag, 0)), row)];
    };
    regression.partial_fit(eddy::at(regression.time() + 1 - horizon), y);
    for (int lag = 0; lag < lags; ++lag) {
      sample(lag) = value(lag);
    }
    for (int i = 0; i < seasons; ++i) {
      sample(lags + i) = value(back + i - 1);
    }
    for (int i = 0; i < inputs; ++i) {
      sample(lags + seasons + i) = static_cast<double>(stream.x[row][static_cast<std::size_t>(i)]);
    }
    return regression.step(sample)(0);
  });
}

Score forecaster(const Stream& stream) {
  const int inputs = static_cast<int>(stream.x[0].size());
  eddy::Forecaster<float> model(inputs, {.horizon = stream.horizon, .season = stream.season});
  return walk(stream, [&](std::size_t row, double y) {
    model.observe(static_cast<float>(y));
    return static_cast<double>(
        model.step(Eigen::Map<const Eigen::VectorXf>(stream.x[row].data(), inputs))(0));
  });
}

/// How often the interval around the forecasts of `Forecaster` covers the value, and how wide it is.
struct Coverage {
  double overall = 0, worst = 1,
         width = 0;  ///< worst: of blocks of 500 rows; width in deviations of the stream
};

Coverage coverage(const Stream& stream, double asked) {
  const int inputs = static_cast<int>(stream.x[0].size()), horizon = stream.horizon;
  eddy::Forecaster<float> model(inputs, {.horizon = horizon, .season = stream.season});
  eddy::ConformalInterval<> interval({.coverage = asked});
  eddy::StandardScaler<double, 1> all;
  Coverage result;
  int scored = 0, covered = 0, covered_in_block = 0;
  std::vector<eddy::Interval> intervals;
  for (std::size_t row = 0; row < stream.y.size(); ++row) {
    const double y = stream.y[row];
    if (row >= stream.scored_from) {
      const bool hit = intervals[row - static_cast<std::size_t>(horizon)].covers(y);
      all.partial_fit(y);
      covered += hit;
      covered_in_block += hit;
      result.width += intervals[row - static_cast<std::size_t>(horizon)].width();
      if (++scored % 500 == 0) {
        result.worst = std::min(result.worst, std::exchange(covered_in_block, 0) / 500.0);
      }
    }
    model.observe(static_cast<float>(y));
    interval.partial_fit(eddy::at(interval.time() + 1 - horizon), y);
    const auto x = Eigen::Map<const Eigen::VectorXf>(stream.x[row].data(), inputs);
    intervals.push_back(interval.step(static_cast<double>(model.step(x)(0))));
  }
  result.overall = static_cast<double>(covered) / scored;
  result.width /= scored * std::sqrt(all.variance()(0));
  return result;
}

void print_coverage(const std::vector<Stream>& streams, bool markdown) {
  const char* const separator = markdown ? " | " : " ";
  std::printf(markdown ? "\n| %-12s" : "\n%-12s", "interval");
  for (const char* name : {"asked", "overall", "worst 500", "width"}) {
    std::printf("%s%10s", separator, name);
  }
  std::printf(markdown ? " |\n|---%s\n" : "\n%s", markdown ? "|---:|---:|---:|---:|" : "");
  for (const Stream& stream : streams) {
    constexpr double asked = 0.9;
    const Coverage reached = coverage(stream, asked);
    std::printf(markdown ? "| %-12s" : "%-12s", stream.name.c_str());
    for (const double value : {asked, reached.overall, reached.worst, reached.width}) {
      value <= 1e6 ? std::printf("%s%10.3f", separator, value) : std::printf("%s%10s", separator, "");
    }
    std::printf(markdown ? " |\n" : "\n");
    std::fflush(stdout);
  }
}

void print_row(const Stream& stream, bool markdown) {
  const int inputs = 1 + static_cast<int>(stream.x[0].size());
  const bool seasonal = stream.season > 0;
  const std::optional<Score> scores[] = {
      persistence(stream),
      seasonal_naive(stream),
      autoregression(stream, false, false),
      seasonal ? std::optional(autoregression(stream, true, false)) : std::nullopt,
      inputs > 1 ? std::optional(autoregression(stream, true, true)) : std::nullopt,
      learner(stream, eddy::EchoState<float>(inputs, 100, 1)),
      learner(stream, eddy::Rnn<float>(inputs, 32, 1)),
      learner(stream, eddy::Gru<float>(inputs, 32, 1)),
      learner(stream, eddy::Lstm<float>(inputs, 32, 1)),
      forecaster(stream)};
  const char* const separator = markdown ? " | " : " ";
  std::printf(markdown ? "| %-12s" : "%-12s", (stream.name + (stream.absolute ? " (MAE)" : "")).c_str());
  for (const auto& score : scores) {
    score ? std::printf("%s%10.4f", separator, score->error) : std::printf("%s%10s", separator, "");
  }
  std::printf("%s%8.0f%s\n", separator, scores[std::size(scores) - 1]->time, markdown ? " |" : "");
  std::fflush(stdout);
}

}  // namespace

int main(int count, char** arguments) try {
  bool markdown = false;
  std::string folder;
  for (int i = 1; i < count; ++i) {
    (std::strcmp(arguments[i], "--markdown") == 0 ? void(markdown = true) : void(folder = arguments[i]));
  }
  std::vector<Stream> streams{bench::ridership(EDDY_EXAMPLE_DATA)};
  if (!folder.empty()) {
    for (Stream& stream : bench::all_files(folder)) {
      streams.push_back(std::move(stream));
    }
  }
  for (Stream (*make)() : {bench::mackey_glass, bench::narma, bench::regimes, bench::trace_conditioning}) {
    streams.push_back(make());
  }
  const char* const names[] = {"persist.", "season", "AR",   "AR+season",  "AR+all",  "echo state",
                               "Rnn",      "Gru",    "Lstm", "Forecaster", "µs a row"};
  const char* const separator = markdown ? " | " : " ";
  std::printf(markdown ? "| %-12s" : "%-12s", "stream");
  for (const char* name : names) {
    std::printf("%s%10s", separator, name);
  }
  std::printf(markdown ? " |\n|---%s\n" : "\n%s",
              markdown ? "|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|" : "");
  for (const Stream& stream : streams) {
    print_row(stream, markdown);
  }
  print_coverage(streams, markdown);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "streams_benchmark: %s\n", error.what());
  return 1;
}
