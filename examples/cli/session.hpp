#pragma once
// One run of the program: lines in, predictions out, learning as it goes.

#include "checkpoint_file.hpp"
#include "columns.hpp"
#include "complaints.hpp"
#include "fields.hpp"
#include "line_reader.hpp"
#include "model.hpp"
#include "output.hpp"
#include "progress.hpp"
#include "scores.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy_stream {

/// Where a stream is, and what has been said of rows that are still to come: with the model, all that is kept
/// in a checkpoint.
struct Position {
  Position(std::size_t targets, const Options& options)
      : expected(targets * static_cast<std::size_t>(options.horizon),
                 std::numeric_limits<double>::quiet_NaN()),
        persistent(expected),
        newest(targets, std::numeric_limits<double>::quiet_NaN()),
        scores(targets, Scores(options.rolling)) {}

  std::int64_t lines = 0;    ///< read, below the header, bad ones included
  std::int64_t rows = 0;     ///< learned from
  std::int64_t bad = 0;      ///< lines skipped
  std::int64_t lessons = 0;  ///< rows whose targets the model has learned from
  std::vector<double> expected,
      persistent;              ///< for the next `horizon` rows, a ring of [targets] values a row
  std::vector<double> newest;  ///< the newest values of the targets that were there
  std::vector<Scores> scores;  ///< of each target

  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("lines", self.lines);
    visit("rows", self.rows);
    visit("bad", self.bad);
    visit("lessons", self.lessons);
    visit("expected", self.expected);
    visit("persistent", self.persistent);
    visit("newest", self.newest);
    visit("scores", self.scores);
  }
};

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
        complaints_(progress_, options.input == "-" ? "standard input" : options.input) {
    if (!options.checkpoint.empty() && std::filesystem::exists(options.checkpoint)) {
      saved_ = std::make_unique<CheckpointFile>(options.checkpoint);
    }
  }

  /// Goes through the input, to its end or until the program is to end.
  void run() {
    std::string_view line;
    while (reader_.next(line, [this] { pause(); })) {
      ++physical_line_;
      if (physical_line_ == 1 && line.starts_with("\xEF\xBB\xBF")) line.remove_prefix(3);  // byte-order mark
      if (!header_done_ && take_header(line)) continue;
      if (skipped_ < to_skip_) {
        ++skipped_;
        continue;
      }
      take(line);
      save_if_due();
      progress_.update(position_ ? position_->rows : 0, reader_.bytes(), [this] { return error_line(); });
    }
    output_.flush();
    save();
    finish();
  }

 private:
  // True if the line was the header. Without one, columns have the numbers of the first line's fields as
  // their names.
  bool take_header(std::string_view line) {
    if (trimmed(line).empty()) return true;
    const auto& fields = [&]() -> const auto& {
      try {
        return fields_.split(line);
      } catch (const BadLine& error) {
        throw UsageError("the first line cannot be understood: " + std::string(error.what()));
      }
    }
    ();
    std::vector<std::string> names(fields.begin(), fields.end());
    header_done_ = true;
    if (!options_.header) {
      for (std::size_t i = 0; i < names.size(); ++i) names[i] = std::to_string(i + 1);
    }
    const bool replayed = options_.resume == "skip" || (options_.resume == "auto" && size_ >= 0);
    if (!saved_) {
      if (options_.header && std::all_of(names.begin(), names.end(), is_number)) {
        progress_.remark("the first line, " + Columns::listed(names) +
                         ", is taken for the names of the columns; if it is a row, say --no-header");
      }
      names_ = std::move(names);
      return options_.header;
    }
    names_ = saved_->description().columns.names;
    resume();
    to_skip_ = replayed ? position_->lines : 0;
    if (names == names_) return options_.header;
    const bool text = options_.header && names.size() == names_.size() &&
                      std::none_of(columns_.targets.begin(), columns_.targets.end(),
                                   [&](std::size_t column) { return is_number(names[column]); });
    if (replayed || text) {
      throw CheckpointError("the checkpoint \"" + options_.checkpoint + "\" is of other columns: " +
                            Columns::listed(names_) + " instead of " + Columns::listed(names));
    }
    return false;  // a stream that goes on has no second header
  }

  void take(std::string_view line) {
    if (position_)
      ++position_->lines;
    else
      ++lines_before_;
    if (trimmed(line).empty()) return;
    try {
      if (line.size() >= LineReader::longest) throw BadLine("longer than 1048576 bytes");
      const auto& fields = fields_.split(line);
      if (fields.size() != names_.size()) {
        throw BadLine(counted(static_cast<std::int64_t>(fields.size()), "field") + ", expected " +
                      std::to_string(names_.size()));
      }
      if (model_) {
        read(fields, columns_);
      } else {
        // Only a row that can be read says which columns hold numbers.
        Columns chosen = choose_columns(options_, names_, fields);
        read(fields, chosen);
        begin(std::move(chosen));
      }
      learn_and_predict(fields);
    } catch (const BadLine& error) {
      ++(position_ ? position_->bad : bad_before_);
      ++bad_now_;
      complaints_.add(physical_line_, error.what());
    }
  }

  static bool is_number(const std::string& text) {
    double value = 0;
    return read_number(text, value);
  }

  void read(const std::vector<std::string_view>& fields, const Columns& columns) {
    read(fields, columns.targets, truth_);
    read(fields, columns.inputs, inputs_);
  }
  void read(const std::vector<std::string_view>& fields, const std::vector<std::size_t>& columns,
            std::vector<double>& values) const {
    values.resize(columns.size());
    for (std::size_t i = 0; i < columns.size(); ++i) {
      if (!read_number(fields[columns[i]], values[i])) {
        throw BadLine("column \"" + names_[columns[i]] + "\": \"" +
                      std::string(fields[columns[i]].substr(0, 40)) + "\" is not a finite number");
      }
    }
  }

  // The truth of this row has come: what was said of it is scored, then learned from; then the row is taken.
  void learn_and_predict(const std::vector<std::string_view>& fields) {
    const std::size_t targets = truth_.size();
    const auto slot = static_cast<std::size_t>(position_->rows % options_.horizon) * targets;
    double *const expected = &position_->expected[slot], *const persistent = &position_->persistent[slot];
    for (std::size_t i = 0; i < targets; ++i) {
      if (position_->rows >= options_.warm_up)
        position_->scores[i].add(truth_[i], expected[i], persistent[i]);
      if (std::isfinite(truth_[i])) position_->newest[i] = truth_[i];
    }
    model_->observe(truth_);
    model_->step(inputs_, ahead_);
    if (position_->rows >= options_.horizon &&
        std::any_of(truth_.begin(), truth_.end(), [](double value) { return std::isfinite(value); })) {
      ++position_->lessons;
    }
    if (position_->lessons == 0) {  // what it says before it has learned is no prediction
      std::fill(ahead_.begin(), ahead_.end(), std::numeric_limits<double>::quiet_NaN());
    }
    ++position_->rows;
    ++rows_now_;
    writer_->row(output_.text(), position_->rows, fields, truth_, expected, ahead_);
    output_.flush_if_large();
    std::copy(ahead_.begin(), ahead_.end(), expected);
    std::copy(position_->newest.begin(), position_->newest.end(), persistent);
    if (options_.metrics_every > 0 && position_->rows % options_.metrics_every == 0) {
      progress_.say(std::to_string(position_->rows) + " rows  " + error_line());
    }
  }

  // Makes everything that needs to know the columns.
  void make(Columns columns) {
    columns_ = std::move(columns);
    if (columns_.inputs.empty() && options_.model != "forecaster") throw UsageError("there are no inputs");
    model_ = make_model(options_, static_cast<int>(columns_.inputs.size()),
                        static_cast<int>(columns_.targets.size()));
    position_.emplace(columns_.targets.size(), options_);
    ahead_.resize(columns_.targets.size());
    writer_.emplace(columns_, options_);
    describe();
  }

  void describe() {
    description_ = Description{settings_of(options_, columns_), columns_, options_.rolling}.text();
  }

  void begin(Columns columns) {
    make(std::move(columns));
    position_->lines = std::exchange(lines_before_, 0);
    position_->bad = std::exchange(bad_before_, 0);
    writer_->header(output_.text());
    remark_on_columns("predicting ");
  }

  // Loads what was saved. What the options leave open is as it was; what they name must be the same.
  void resume() {
    const Description& saved = saved_->description();
    // A row of nothing: what the options leave open is not to be chosen anew.
    Columns asked = choose_columns(options_, names_, std::vector<std::string_view>(names_.size()));
    if (options_.targets.empty()) asked.targets = saved.columns.targets;
    if (options_.inputs.empty()) asked.inputs = saved.columns.inputs;
    if (!options_.inputs.empty() && options_.inputs.front() == "none") {
      asked.inputs = options_.model == "forecaster" ? std::vector<std::size_t>() : asked.targets;
    }
    if (const std::string text = difference(saved.settings, settings_of(options_, asked)); !text.empty()) {
      throw CheckpointError("the checkpoint \"" + options_.checkpoint +
                            "\" was made with other options: " + text);
    }
    const int rolling = std::exchange(options_.rolling, saved.rolling);
    make(asked);
    saved_->read([&](std::istream& in) {
      model_->load(in);
      eddy::load(in, *position_);
    });
    if (options_.learning_rate_named) model_->set_learning_rate(options_.learning_rate);
    if (options_.rolling_named && rolling != saved.rolling) {
      options_.rolling = rolling;
      for (Scores& scores : position_->scores) scores.set_rolling(rolling);
      describe();
    }
    saved_rows_ = position_->rows;
    saved_lines_ = position_->lines;
    remark_on_columns("going on after row " + std::to_string(position_->rows) + ": ");
  }

  void remark_on_columns(const std::string& beginning) {
    progress_.remark(beginning + columns_.listed(columns_.targets) + ", " + counted(options_.horizon, "row") +
                     " ahead, from " +
                     (columns_.inputs.empty() ? "its own past" : columns_.listed(columns_.inputs)));
  }

  // The input has stopped for now: a good time for everything that takes time.
  void pause() {
    output_.flush();
    save_if_due();
    progress_.update(position_ ? position_->rows : 0, reader_.bytes(), [this] { return error_line(); });
  }

  void save_if_due() {
    if (options_.checkpoint.empty() || !position_) return;
    const bool by_rows = options_.save_rows > 0 && position_->rows - saved_rows_ >= options_.save_rows;
    const bool by_time = options_.save_seconds > 0 && position_->lines > saved_lines_ &&
                         seconds_since(saved_at_) >= options_.save_seconds;
    if (by_rows || by_time) save();
  }

  // First the output: no row is taken for done that nobody has seen.
  void save() {
    if (options_.checkpoint.empty() || !position_ || position_->lines == saved_lines_) return;
    output_.flush();
    write_checkpoint_file(options_.checkpoint, description_, [&](std::ostream& out) {
      model_->save(out);
      eddy::save(out, *position_);
    });
    saved_rows_ = position_->rows;
    saved_lines_ = position_->lines;
    saved_at_ = Clock::now();
  }

  std::string error_line() const { return position_ ? position_->scores.front().line() : std::string(); }

  void finish() {
    if (options_.metrics && position_) {
      for (std::size_t i = 0; i < columns_.targets.size(); ++i) {
        progress_.say(position_->scores[i].table(columns_.names[columns_.targets[i]]));
      }
    }
    if (skipped_ < to_skip_) {
      progress_.say("the input ends before the row at which the checkpoint was made: nothing learned");
    }
    if (!position_ && bad_before_ > 0 && !interrupted()) {
      throw UsageError("not one good line in " + counted(bad_before_, "line") +
                       " below the names of the columns, " + Columns::listed(names_) +
                       ": see --target, --inputs, --separator");
    }
    if (interrupted()) {
      progress_.remark(std::string("stopped by ") + name_of_signal() + " after row " +
                       std::to_string(position_ ? position_->rows : 0) +
                       (position_ && !options_.checkpoint.empty() ? "; saved to " + options_.checkpoint
                                                                  : "; nothing saved"));
    }
    char rate[64];
    std::snprintf(rate, sizeof rate, ", %.0f rows/s",
                  static_cast<double>(rows_now_) / seconds_since(started_));
    progress_.remark(counted(rows_now_, "row") + rate + ", " + counted(bad_now_, "bad line") + " skipped" +
                     (position_ && position_->rows > rows_now_
                          ? "; with earlier runs " + counted(position_->rows, "row") + ", " +
                                std::to_string(position_->bad) + " bad"
                          : ""));
  }

  Options options_;
  std::int64_t size_;
  LineReader reader_;
  Fields fields_;
  Output output_;
  Progress progress_;
  Complaints complaints_;
  std::unique_ptr<CheckpointFile> saved_;

  bool header_done_ = false;
  std::int64_t physical_line_ = 0, lines_before_ = 0, bad_before_ = 0, skipped_ = 0, to_skip_ = 0;
  std::int64_t rows_now_ = 0, bad_now_ = 0, saved_rows_ = 0, saved_lines_ = 0;
  Clock::time_point started_ = Clock::now(), saved_at_ = Clock::now();

  std::vector<std::string> names_;
  Columns columns_;
  MadeModel model_;
  std::optional<Position> position_;  // with the model, once the columns are known
  std::optional<RowWriter> writer_;
  std::string description_;
  std::vector<double> truth_, inputs_, ahead_;
};

}  // namespace eddy_stream
