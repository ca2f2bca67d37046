#pragma once
// The options as a user writes them.

#include "model.hpp"
#include "options.hpp"
#include "text.hpp"

#include <CLI/CLI.hpp>

#include <string>
#include <vector>

namespace eddy_stream {

inline const char* const closing_words =
    "Output, a row for each good line:\n"
    "  row, the columns of --keep, and for each target NAME its value, NAME.expected (what had been "
    "predicted\n"
    "  for this row) and NAME.ahead (the prediction for the row --horizon rows on). Missing values are "
    "empty,\n"
    "  in JSON null. Messages, progress and metrics go to standard error.\n\n"
    "Input: empty fields, NaN, NA, N/A and null are missing values. Any other field that is no number is "
    "taken "
    "for\n"
    "one, told once a column, and counted; a line with another number of fields is told and skipped.\n\n"
    "Resuming: with --checkpoint FILE the program goes on where that was saved. A regular file is then read "
    "from\n"
    "behind the lines already learned, a pipe from where it is (--resume skip: a pipe that begins anew). A "
    "file\n"
    "that is another one by then, as after a rotation, is told and read from its start.\n\n"
    "SIGTERM and SIGINT save and end the program. Exit codes: 0 end of input, signal or closed output; 1 "
    "failure;\n"
    "2 misuse, or an input that is mostly unreadable; 3 a checkpoint that is damaged, or of other "
    "options.\n\n"
    "Examples:\n"
    "  eddy-stream ridership.csv --target ridership --metrics > predictions.csv\n"
    "  sensor | eddy-stream --no-header --target 2 --horizon 10 --output jsonl | dashboard\n"
    "  tail -n +1 -F log.csv | eddy-stream --model mixture --checkpoint log.eddy --resume skip >> "
    "ahead.csv\n";

/// Reads the command line into `options`; what CLI11 throws, `app.exit` explains.
inline void declare(CLI::App& app, Options& options) {
  app.name("eddy-stream");
  app.description("Predicts columns of a stream of CSV lines, learning from each line as it comes.");
  app.footer(closing_words);
  app.option_defaults()->always_capture_default();
  const CLI::Validator finite(
      [](std::string& text) { return text.find("nan") == std::string::npos ? "" : "not a number"; }, "");
  const auto columns = [&](const char* name, std::vector<std::string>& values, const char* words) {
    return app.add_option(name, values, words)
        ->delimiter(',')
        ->allow_extra_args(false)
        ->type_name("NAMES")
        ->default_str("")
        ->group("Columns");
  };

  app.add_option("input", options.input, "the file; - is standard input");
  columns("--target", options.targets, "to predict, names or numbers from 1 [first column of numbers]");
  columns("--inputs", options.inputs, "to predict from; none: the targets alone [all columns of numbers]");
  columns("--keep", options.kept, "to copy to the output");
  app.add_option_function<std::string>(
         "--separator",
         [&options](const std::string& text) {
           options.separator = text == "tab" || text == "\\t" ? '\t' : text[0];
         },
         "between fields: one character, or tab [,]")
      ->check([](const std::string& text) {
        const bool good =
            text == "tab" || text == "\\t" || (text.size() == 1 && text.find_first_of("\"\n\r") == text.npos);
        return good ? std::string() : "expected one character, or tab";
      })
      ->group("Columns");
  app.add_option_function<std::string>(
         "--decimal", [&options](const std::string& text) { options.decimal = text[0]; },
         "the decimal sign of numbers [.]")
      ->check(CLI::IsMember({".", ","}))
      ->group("Columns");
  app.add_option("--thousands", options.thousands, "sign between the thousands of numbers [none]")
      ->check([](const std::string& text) {
        const bool good =
            utf8_length(text) == text.size() && text.find_first_of("0123456789+-eE\"") == text.npos;
        return good ? std::string() : "expected one character that is in no number";
      })
      ->default_str("")
      ->group("Columns");
  columns("--missing", options.missing, "more texts that mean a missing value, as -999")->type_name("TEXTS");
  app.add_flag_callback(
         "--no-header", [&options] { options.header = false; },
         "the first line is a row; columns are called 1, 2, …")
      ->group("Columns");

  std::vector<std::string> names;
  for (const NamedModel& model : models) names.emplace_back(model.name);
  const auto setting = [&](const char* name, auto& value, const char* words) {
    return app.add_option(name, value, words)->group("Model");
  };
  setting("--horizon", options.horizon, "rows to look ahead")->check(CLI::Range(1, 10'000));
  setting("--model", options.model, "what learns")->check(CLI::IsMember(names));
  setting("--hidden", options.hidden, "units of a network")->check(CLI::Range(1, 4'096));
  setting("--window", options.window, "rows that error goes back through")->check(CLI::Range(1, 10'000));
  setting("--stride", options.stride, "rows from update to update")->check(CLI::Range(1, 10'000));
  setting("--replays", options.replays, "past windows learned from beside each update")
      ->check(CLI::Range(0, 1'000));
  setting("--lags", options.lags, "newest rows that the model sees at once")->check(CLI::Range(1, 1'000));
  setting("--season", options.season,
          "rows after which the stream resembles itself, for the forecaster; 0: none")
      ->check(CLI::Range(0, 100'000));
  setting("--learning-rate", options.learning_rate, "of Adam; may be another one when going on")
      ->check(CLI::Range(1e-9, 1.0) & finite)
      ->each([&options](const std::string&) { options.learning_rate_named = true; });
  setting("--forgetting", options.forgetting, "of least squares: what a row counts for one row later")
      ->check(CLI::Range(0.5, 1.0) & finite);
  setting("--seed", options.seed, "of all random numbers")->check(CLI::Range(0, 1'000'000'000));

  const auto save = [&](const char* name, auto& value, const char* words) {
    return app.add_option(name, value, words)->group("Checkpoint");
  };
  save("--checkpoint", options.checkpoint, "file to go on from, and to save to; written at the end, too");
  save("--save-rows", options.save_rows, "rows from one save to the next; 0: not by rows")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 53));
  save("--save-seconds", options.save_seconds, "seconds from one save to the next; 0: not by time")
      ->check(CLI::Range(0.0, 1e9) & finite);
  save("--resume", options.resume,
       "skip: the input begins anew; continue: it goes on; auto: skip for a regular file")
      ->check(CLI::IsMember({"auto", "skip", "continue"}));

  app.add_option("--output", options.output, "format")
      ->check(CLI::IsMember({"csv", "jsonl"}))
      ->group("Output");
  app.add_flag("--metrics", options.metrics, "MAE and RMSE at the end, beside persistence")->group("Output");
  app.add_option("--metrics-every", options.metrics_every,
                 "rows from one line of metrics to the next; 0: none")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 53))
      ->group("Output");
  app.add_option("--rolling", options.rolling, "rows of the rolling metrics")
      ->check(CLI::Range(1, Options::longest_rolling))
      ->each([&options](const std::string&) { options.rolling_named = true; })
      ->group("Output");
  app.add_option("--warm-up", options.warm_up, "first rows, left out of the metrics")
      ->check(CLI::Range(std::int64_t{0}, std::int64_t{1} << 53))
      ->group("Output");
  app.add_flag_callback(
         "--no-progress", [&options] { options.progress = false; }, "no progress line on a terminal")
      ->group("Output");
  app.add_flag("--quiet", options.quiet, "errors, bad lines and metrics only")->group("Output");
}

}  // namespace eddy_stream
