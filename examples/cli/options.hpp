#pragma once
// What the user may set, and what is set if they do not.

#include <eddy/options.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace eddy_stream {

struct Options {
  static constexpr int longest_rolling = 1'000'000;

  std::string input = "-";  ///< a file; "-" is standard input
  char separator = ',';
  char decimal = '.';
  std::string thousands;             ///< between groups of digits; empty: none
  std::vector<std::string> missing;  ///< more texts that mean a missing value
  bool header = true;
  std::vector<std::string> targets;  ///< names or numbers from 1; empty: the first column of numbers
  std::vector<std::string> inputs;   ///< the same; empty: all columns of numbers; "none": the targets alone
  std::vector<std::string> kept;     ///< copied to the output as they are
  int horizon = 1;                   ///< rows

  std::string model = "lstm";
  int hidden = 16;
  int window = 16;
  int stride = 1;
  int replays = eddy::DefaultRehearsal{}.replays;
  int lags = 1;    ///< newest rows that the model sees at once
  int season = 0;  ///< of the forecaster
  double learning_rate = 3e-3;
  bool learning_rate_named = false;  ///< by the user; else a checkpoint's goes on
  double forgetting = 0.9995;        ///< λ of recursive least squares
  std::uint64_t seed = 1;

  std::string checkpoint;          ///< empty: none
  std::int64_t save_rows = 0;      ///< 0: not by rows
  double save_seconds = 10;        ///< 0: not by time
  std::string resume = "auto";     ///< or "skip", "continue"
  std::string output = "csv";      ///< or "jsonl"
  bool metrics = false;            ///< the table at the end
  std::int64_t metrics_every = 0;  ///< rows; 0: none in between
  int rolling = 500;               ///< rows of the rolling metrics
  bool rolling_named = false;      ///< as of the learning rate
  std::int64_t warm_up = 0;        ///< rows that are not scored
  bool progress = true;
  bool quiet = false;
};

}  // namespace eddy_stream
