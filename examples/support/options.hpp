#pragma once
// What the user may set, and what is set if they do not.

#include <eddy/options.hpp>

#include <CLI/CLI.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <vector>

#ifndef EDDY_EXAMPLE_DATA
#define EDDY_EXAMPLE_DATA "examples/data"
#endif

namespace forecast {

struct Options {
  std::string csv = EDDY_EXAMPLE_DATA "/chicago_ridership.csv";
  std::string target;               // empty: the first column of numbers
  std::string date;                 // empty: the first column of dates, if there is one; "none": none
  std::vector<std::string> inputs;  // empty: all other columns of numbers; "none": none
  std::string predict = "value";    // or "change": from the last value
  std::size_t horizon = 1;
  std::size_t season = 7;
  std::size_t lags = 28;
  bool skip_bad_rows = false;

  std::string model = "lstm";
  int hidden = 32;
  int window = 16;
  int stride = 1;
  int replays = eddy::DefaultRehearsal{}.replays;
  double learning_rate = 3e-3;
  std::uint64_t seed = 1;

  std::size_t warm_up = 365;
  std::string picture = "forecast.svg";
  std::size_t last = 120;
  bool progress = true;
};

/// Reads the command line into `options`; what CLI11 throws, `app.exit` explains.
inline void declare(CLI::App& app, Options& options) {
  app.description(
      "Predicts a column of a CSV file, row by row, with a recurrent network that learns as it goes.\n"
      "Every prediction is made before its truth is seen, and scored beside simple forecasts.");
  const CLI::Validator finite(
      [](std::string& text) { return text.find("nan") == std::string::npos ? "" : "not a number"; }, "");
  app.option_defaults()->always_capture_default();

  app.add_option("csv", options.csv, "the file; - is standard input");
  app.add_option("--target", options.target, "column to predict [first column of numbers]");
  app.add_option("--date", options.date, "column of dates; none: there is none [first column of dates]");
  app.add_option("--inputs", options.inputs,
                 "other columns to learn from; none: none [all columns of numbers]")
      ->delimiter(',')
      ->allow_extra_args(false);
  app.add_option("--predict", options.predict,
                 "learn the value, or its change from now (where persistence is strong)")
      ->check(CLI::IsMember({"value", "change"}));
  app.add_option("--horizon", options.horizon, "rows to look ahead")->check(CLI::Range(1, 10'000));
  app.add_option("--season", options.season, "rows after which the series repeats")
      ->check(CLI::Range(1, 100'000));
  app.add_option("--lags", options.lags, "values that the autoregressions see")->check(CLI::Range(1, 2'000));
  app.add_flag("--skip-bad-rows", options.skip_bad_rows,
               "leave out rows that cannot be read, and count them");

  app.add_option("--model", options.model, "the cell")
      ->check(CLI::IsMember({"lstm", "gru", "rnn"}))
      ->group("Network");
  app.add_option("--hidden", options.hidden, "units")->check(CLI::Range(1, 4'096))->group("Network");
  app.add_option("--window", options.window, "rows that error goes back through")
      ->check(CLI::Range(1, 10'000))
      ->group("Network");
  app.add_option("--stride", options.stride, "rows from update to update")
      ->check(CLI::Range(1, 10'000))
      ->group("Network");
  app.add_option("--replays", options.replays, "past windows learned from beside each update")
      ->check(CLI::Range(0, 1'000))
      ->group("Network");
  app.add_option("--learning-rate", options.learning_rate, "of Adam")
      ->check(CLI::Range(1e-9, 1.0) & finite)
      ->group("Network");
  app.add_option("--seed", options.seed, "of the initial weights and of rehearsal")
      ->check(CLI::Range(0, 1'000'000'000))
      ->group("Network");

  app.add_option("--warm-up", options.warm_up, "first rows, left out of the score; a quarter of a short file")
      ->check(CLI::Range(0, 1'000'000'000));
  app.add_option("--picture", options.picture, "SVG to write; none: none");
  app.add_option("--last", options.last, "rows in the upper half of the picture")
      ->check(CLI::Range(2, 100'000));
  app.add_flag("!--no-progress", options.progress, "print the final table only");
}

/// The first rows that are not scored: as many as were asked for, but by default no more than a quarter of
/// all.
inline void settle_warm_up(const CLI::App& app, Options& options, std::size_t rows) {
  if (app.count("--warm-up") == 0) options.warm_up = (std::min)(options.warm_up, rows / 4);
  if (options.warm_up >= rows || options.horizon >= rows)
    throw std::runtime_error("with --warm-up " + std::to_string(options.warm_up) + " and --horizon " +
                             std::to_string(options.horizon) + " there is nothing to score in " +
                             std::to_string(rows) + (rows == 1 ? " row" : " rows"));
}

}  // namespace forecast
