// Predicts a column of a CSV file with a recurrent network that learns from each row as it comes.
//
//   forecast                                              tomorrow's riders at a station of the Chicago "L"
//   forecast power.csv --target load --horizon 24 --season 168
//   other-program | forecast - --target value --picture value.svg
//
// Each row's target is predicted before it is seen, scored, and only then learned from (prequential
// evaluation).

#include "support/features.hpp"
#include "support/options.hpp"
#include "support/picture.hpp"
#include "support/report.hpp"
#include "support/rivals.hpp"
#include "support/running_scaler.hpp"
#include "support/series.hpp"
#include "support/track.hpp"

#include <eddy/eddy.hpp>

#include <cerrno>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iostream>
#include <stdexcept>
#include <string>
#include <vector>

using namespace forecast;

// A cell and a linear read-out, sizes and window known at run time. The Huber loss, so that one holiday does
// not outshout a hundred ordinary days.
template <class Cell>
using Network = eddy::RecurrentModel<Cell, eddy::Dynamic, eddy::HuberLoss, eddy::Adam,
                                     eddy::TruncatedBptt<eddy::Dynamic, eddy::Dynamic>>;

// Walks through the series once; returns the scores, those of the network first.
template <class Model>
std::vector<Track> run(const Series& series, const Options& options) {
  const std::size_t horizon = options.horizon;
  Features features(series, horizon, options.season);
  RunningScaler scale;
  const auto base = [&](std::size_t row) { return options.predict == "change" ? series.target[row] : 0; };

  Model model(static_cast<int>(features.size()), options.hidden, 1,
              {.optimizer = {.learning_rate = options.learning_rate},
               .credit = {.window = options.window + static_cast<int>(horizon) - 1, .stride = options.stride},
               .rehearsal = {.replays = options.replays},
               .seed = options.seed});
  std::vector<std::int64_t> steps(series.size());  // the model's time at each row

  Rivals rivals(series, options, features.size());
  std::vector<Track> tracks{Track(options.model, series.size())};
  for (const std::string& name : rivals.names()) tracks.emplace_back(name, series.size());
  Progress progress(series.size(), options.progress);
  Stopwatch stopwatch;

  for (std::size_t row = 0; row < series.size(); ++row) {
    // The truth has come: score all predictions of it, then learn from it, for the step at which it was
    // predicted.
    const double truth = series.target[row];
    for (Track& track : tracks) track.settle(row, truth, row >= options.warm_up);
    if (row >= horizon) {
      scale.observe(truth - base(row - horizon));
      const auto label = static_cast<float>(scale.scale(truth - base(row - horizon)));
      stopwatch.time([&] { model.partial_fit(eddy::at(steps[row - horizon]), label); });
    }

    // Predict the target `horizon` rows from here.
    const Eigen::VectorXf x = features.at(row);
    stopwatch.time([&] { model.step(x); });
    steps[row] = model.time();
    tracks.front().predict(row + horizon,
                           base(row) + scale.restore(static_cast<double>(model.prediction()[0])));

    rivals.predict(row, x, &tracks[1]);
    progress.update(row + 1, stopwatch.seconds(), tracks);
  }

  print_table(tracks);
  std::printf("\n%s alone: %s samples/s, %ld updates, %ld skipped\n", options.model.c_str(),
              grouped(static_cast<double>(series.size()) / stopwatch.seconds()).c_str(),
              static_cast<long>(model.last_update().updates), static_cast<long>(model.last_update().skipped));
  return tracks;
}

static std::vector<Track> run(const Series& series, const Options& options) {
  if (options.model == "gru") return run<Network<eddy::GruCell<float>>>(series, options);
  if (options.model == "rnn") return run<Network<eddy::RnnCell<float>>>(series, options);
  return run<Network<eddy::LstmCell<float>>>(series, options);
}

static Series read(const Options& options) {
  std::size_t skipped = 0;
  const auto bad_row = [&](const CsvError& error) {
    if (!options.skip_bad_rows)
      throw CsvError(std::string(error.what()) + " (--skip-bad-rows leaves such rows out)");
    if (++skipped <= 3) std::fprintf(stderr, "forecast: skipped: %s\n", error.what());
  };

  CsvTable table;
  if (options.csv == "-") {
    table = read_csv(std::cin, "standard input", bad_row);
  } else {
    std::ifstream file(options.csv, std::ios::binary);
    if (!file) throw CsvError(options.csv + ": cannot be opened: " + std::strerror(errno));
    table = read_csv(file, options.csv, bad_row);
  }
  Series series = read_series(table, options, bad_row);
  if (!series.remark.empty()) std::fprintf(stderr, "forecast: %s\n", series.remark.c_str());
  if (skipped > 0) std::fprintf(stderr, "forecast: bad rows skipped: %zu\n", skipped);
  return series;
}

int main(int argc, char** argv) try {
  Options options;
  CLI::App app;
  declare(app, options);
  CLI11_PARSE(app, argc, argv);

  const Series series = read(options);
  settle_warm_up(app, options, series.size());
  std::printf("%s: %zu rows, predicting \"%s\" %zu ahead\n", options.csv.c_str(), series.size(),
              series.target_name.c_str(), options.horizon);

  const bool draws = options.picture != "none";
  std::ofstream picture;
  if (draws) picture.open(options.picture);
  if (!picture) throw std::runtime_error(options.picture + ": cannot be written: " + std::strerror(errno));

  const std::vector<Track> tracks = run(series, options);
  if (draws) {
    draw(picture, series, tracks, options);
    if (!picture.flush()) throw std::runtime_error(options.picture + ": cannot be written");
    std::printf("%s: truth, predictions and running errors\n", options.picture.c_str());
  }
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "forecast: %s\n", error.what());
  return 1;
}
