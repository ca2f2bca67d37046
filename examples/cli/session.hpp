#pragma once
// One run of the program: lines in, predictions out, learning as it goes.

#include "checkpoint_file.hpp"
#include "columns.hpp"
#include "fields.hpp"
#include "layout.hpp"
#include "line_reader.hpp"
#include "numbers.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "replay.hpp"
#include "row_stream.hpp"
#include "text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy_stream {

class Session {
 public:
  /// Opens the checkpoint, if there is one to go on from.
  Session(const Options& options, int input, int output)
      : options_(options),
        size_(size_of_file(input)),
        reader_(input),
        fields_(options.separator),
        output_(output),
        progress_(options.progress, options.quiet, size_),
        rows_(options, output_, progress_) {
    if (!options.checkpoint.empty() && std::filesystem::exists(options.checkpoint)) {
      saved_ = std::make_unique<CheckpointFile>(options.checkpoint);
    }
  }

  /// Goes through the input, to its end or until the program is to end.
  void run() {
    try {
      read();
    } catch (const UsageError&) {  // what came before it stays
      output_.flush();
      save();
      throw;
    }
    output_.flush();
    save();
    finish();
  }

 private:
  void read() {
    std::string_view line;
    while (reader_.next(line, [this] { pause(); })) {
      ++line_number_;
      if (line_number_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);  // byte-order mark
      if (!header_done_ && take_header(line)) continue;
      if (replay_.is_on() && (replay_.pass(line) || !take_for_another_input())) continue;
      rows_.take(line, line_number_);
      save_if_due();
      progress_.update(rows_.rows(), reader_.bytes(), [this] { return rows_.error_line(); });
    }
    if (!interrupted()) rows_.end();
  }

  // True if the line was the header. Without one, columns have the numbers of the first line's fields as
  // their names.
  bool take_header(std::string_view line) {
    if (trimmed(line).empty()) return true;
    std::vector<std::string> names;
    try {
      const auto& fields = fields_.split(line);
      if (saved_) return go_on_with(fields);
      names.assign(fields.begin(), fields.end());
    } catch (const BadLine& error) {
      throw UsageError("the first line cannot be understood: " + std::string(error.what()));
    }
    header_done_ = true;
    if (!options_.header) {
      number(names);
    } else if (std::all_of(names.begin(), names.end(), [&](const std::string& name) {
                 double value = 0;
                 return rows_.format().read(name, value) != Content::text;
               })) {
      progress_.remark("the first line, " + Columns::listed(names) +
                       ", is taken for the names of the columns; if it is a row, say --no-header");
    }
    rows_.start(std::move(names));
    return options_.header;
  }

  static void number(std::vector<std::string>& names) {
    for (std::size_t i = 0; i < names.size(); ++i) names[i] = std::to_string(i + 1);
  }

  // The same of an input that a checkpoint goes on with: it may also go on without a header.
  bool go_on_with(const std::vector<std::string_view>& fields) {
    if (!rows_.has_begun()) rows_.resume(*saved_);
    header_done_ = true;
    std::vector<std::string> names(fields.begin(), fields.end());
    if (!options_.header) number(names);
    const bool replayed =
        !is_another_ && (options_.resume == "skip" || (options_.resume == "auto" && size_ >= 0));
    const bool is_header = options_.header && as_header(fields, rows_.names(), rows_.format());
    const bool fits =
        names == rows_.names() || (is_header && rows_.missing_in(Layout(rows_.names(), names)).empty());
    const bool is_other =
        is_header || (fields.size() == rows_.place().layout.fields() && rows_.has_no_target(fields));
    if (!fits && (replayed || is_another_ || (options_.header && is_other))) {
      throw CheckpointError("the checkpoint \"" + options_.checkpoint +
                            "\" is of other columns: " + escaped(Columns::listed(rows_.names())) +
                            " instead of " + escaped(Columns::listed(names)));
    }
    header_ = fits ? names : rows_.names();
    if (replayed) {
      replay_.start(rows_.place().read);
      rows_.go_on();
    } else if (fits && options_.header) {
      rows_.go_on_below(header_);
    } else {
      rows_.go_on();
    }
    return fits && options_.header;
  }

  // The input is not the one that the checkpoint was made from. False if it is read again from its start.
  bool take_for_another_input() {
    const bool again = reader_.rewind();
    const std::string name = options_.input == "-" ? "the input" : options_.input;
    if (!again && replay_.lines() > 1) {
      throw CheckpointError(name + " is not what the checkpoint \"" + options_.checkpoint +
                            "\" was made from: within its first " + std::to_string(replay_.lines()) +
                            " lines it differs; --resume continue takes all of it for new");
    }
    progress_.say(name + " is not the file that the checkpoint \"" + options_.checkpoint +
                  "\" was made from (has it been rotated?): read from its start");
    replay_.stop();
    rows_.forget_lines();
    is_another_ = true;
    if (again) {
      line_number_ = 0;
      header_done_ = false;
    } else {
      rows_.go_on_below(header_);
    }
    return !again;
  }

  // The input has stopped for now: a good time for everything that takes time.
  void pause() {
    output_.flush();
    save_if_due();
    progress_.update(rows_.rows(), reader_.bytes(), [this] { return rows_.error_line(); });
  }

  bool has_news() const {
    return !options_.checkpoint.empty() && rows_.has_begun() && rows_.lines_now() > saved_lines_;
  }

  void save_if_due() {
    if (!has_news()) return;
    const bool by_rows = options_.save_rows > 0 && rows_.rows_now() - saved_rows_ >= options_.save_rows;
    const bool by_time = options_.save_seconds > 0 && seconds_since(saved_at_) >= options_.save_seconds;
    if (by_rows || by_time) save();
  }

  // First the output: no row is taken for done that nobody has seen.
  void save() {
    if (!has_news()) return;
    output_.flush();
    rows_.save(options_.checkpoint);
    saved_rows_ = rows_.rows_now();
    saved_lines_ = rows_.lines_now();
    saved_at_ = Clock::now();
  }

  void finish() {
    if (options_.metrics && rows_.has_begun()) {
      const Columns& columns = rows_.predictor().columns();
      for (std::size_t i = 0; i < columns.targets.size(); ++i) {
        progress_.say(rows_.predictor().scores()[i].table(columns.names[columns.targets[i]]));
      }
    }
    if (replay_.is_on()) {
      progress_.say("the input ends before the row at which the checkpoint was made: nothing learned");
    }
    if (!rows_.has_begun() && rows_.bad_now() > 0 && !interrupted()) {
      throw UsageError("not one good line in " + counted(rows_.bad_now(), "line") +
                       " below the names of the columns, " + escaped(Columns::listed(rows_.names())) +
                       ": see --target, --inputs, --separator");
    }
    summarize();
    check_for_sense();
  }

  void summarize() {
    if (interrupted()) {
      const bool kept = rows_.has_begun() && !options_.checkpoint.empty();
      progress_.remark(std::string("stopped by ") + name_of_signal() + " after row " +
                       std::to_string(rows_.rows()) +
                       (kept ? "; saved to " + options_.checkpoint : "; nothing saved"));
    }
    char rate[64];
    std::snprintf(rate, sizeof rate, ", %.0f rows/s",
                  static_cast<double>(rows_.rows_now()) / seconds_since(started_));
    progress_.remark(
        counted(rows_.rows_now(), "row") + rate + ", " + counted(rows_.bad_now(), "bad line") + " skipped" +
        (rows_.rows() > rows_.rows_now() ? "; with earlier runs " + counted(rows_.rows(), "row") + ", " +
                                               std::to_string(rows_.place().bad) + " bad"
                                         : ""));
    if (const std::string fields = rows_.complaints().unreadable_fields(rows_.names()); !fields.empty()) {
      progress_.say(fields);
    }
  }

  // A program that has learned from little of what it read must not end as if all were well.
  void check_for_sense() const {
    if (rows_.mostly_bad()) {
      throw UsageError("most lines are bad: no rows, or with text where " +
                       escaped(rows_.predictor().columns().listed(rows_.predictor().columns().targets)) +
                       " should be a number: see --target, --separator, --decimal, --missing");
    }
    if (rows_.has_begun() && rows_.rows_now() > 0 && !rows_.predictor().has_seen_a_target() &&
        !interrupted()) {
      throw UsageError("not one number to predict in " + counted(rows_.rows(), "row") + " of " +
                       escaped(rows_.predictor().columns().listed(rows_.predictor().columns().targets)));
    }
  }

  Options options_;
  std::int64_t size_;
  LineReader reader_;
  Fields fields_;
  Output output_;
  Progress progress_;
  RowStream rows_;
  std::unique_ptr<CheckpointFile> saved_;
  Replay replay_;

  bool header_done_ = false, is_another_ = false;
  std::vector<std::string> header_;  // of an input that a checkpoint goes on with
  std::int64_t line_number_ = 0, saved_rows_ = 0, saved_lines_ = 0;
  Clock::time_point started_ = Clock::now(), saved_at_ = Clock::now();
};

}  // namespace eddy_stream
