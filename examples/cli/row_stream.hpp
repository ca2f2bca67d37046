#pragma once
// The lines below a header: those that are rows are learned from, the others told.

#include "beginning.hpp"
#include "checkpoint_file.hpp"
#include "columns.hpp"
#include "complaints.hpp"
#include "fields.hpp"
#include "layout.hpp"
#include "line_reader.hpp"
#include "numbers.hpp"
#include "output.hpp"
#include "position.hpp"
#include "predictor.hpp"
#include "progress.hpp"
#include "row_reader.hpp"
#include "settings.hpp"
#include "text.hpp"

#include <cstddef>
#include <cstdint>
#include <istream>
#include <new>
#include <optional>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy_stream {

class RowStream {
 public:
  RowStream(const Options& options, Output& output, Progress& progress)
      : options_(options),
        format_({options.decimal, options.thousands}, options.missing),
        fields_(options.separator),
        beginning_(options.separator, format_),
        output_(output),
        progress_(progress),
        complaints_(progress, options.input == "-" ? "standard input" : options.input) {}

  /// Begins with columns of these names.
  void start(std::vector<std::string> names) {
    names_ = std::move(names);
    place_.emplace(names_.size());
    beginning_.start(names_.size(), true, options_.targets.empty());
  }

  /// Goes on from a checkpoint. What the options leave open is as it was; what they name must be the same.
  void resume(CheckpointFile& saved);

  /// Lines come from here on as a header has it that gives the columns in use.
  void go_on_below(const std::vector<std::string>& header) {
    place_->layout = Layout(names_, header);
    place_->below_header = true;
    go_on();
  }
  /// Lines go on as they were.
  void go_on() { beginning_.start(place_->layout.fields(), place_->below_header, false); }
  /// The lines so far were of another input.
  void forget_lines() { place_->read = {}; }

  /// The columns in use that a layout does not have.
  std::vector<std::string> missing_in(const Layout& layout) const {
    const Columns& columns = predictor_->columns();
    std::vector<std::string> names;
    for (std::size_t i = 0; i < names_.size(); ++i) {
      if (!layout.has(i) && (columns.is_target(i) || columns.is_input(i))) names.push_back(names_[i]);
    }
    return names;
  }

  /// Whether no target could be read in a line of the present layout.
  bool has_no_target(const std::vector<std::string_view>& fields) {
    if (fields.size() != place_->layout.fields()) return true;
    const auto& row = place_->layout.arranged(fields, arranged_);
    for (const std::size_t column : predictor_->columns().targets) {
      double value = 0;
      if (format_.read(row[column], value) != Content::text) return false;
    }
    return true;
  }

  void take(std::string_view line, std::int64_t number) {
    ++lines_now_;
    if (!beginning_.is_on()) {
      take_line(line, number);
    } else if (beginning_.add(line, number)) {
      take_waiting();
    }
  }

  /// No more lines come: those that wait are taken.
  void end() {
    beginning_.end();
    if (place_) take_waiting();
  }

  bool has_begun() const { return predictor_.has_value(); }
  const NumberFormat& format() const { return format_; }
  const std::vector<std::string>& names() const { return names_; }
  const Place& place() const { return *place_; }
  const Predictor& predictor() const { return *predictor_; }
  std::int64_t rows() const { return predictor_ ? predictor_->rows() : 0; }
  std::int64_t lines_now() const { return lines_now_; }  ///< of this run
  std::int64_t rows_now() const { return rows_now_; }
  std::int64_t bad_now() const { return bad_now_; }
  bool mostly_bad() const { return bad_share_.mostly_bad(); }
  const Complaints& complaints() const { return complaints_; }
  std::string error_line() const { return predictor_ ? predictor_->scores().front().line() : std::string(); }

  void save(const std::string& path) const {
    const Columns& columns = predictor_->columns();
    write_checkpoint_file(path, Description{settings_of(options_, columns), columns, options_.rolling}.text(),
                          [&](std::ostream& out) { predictor_->save(out, *place_); });
  }

 private:
  void take_waiting() {
    for (const WaitingLine& line : beginning_.take()) {
      if (line.describes_rows) {
        complaints_.say(line.number, in_quotes(line.text) + " is taken for units or the like, not for a row");
        place_->read.add(line.text);
      } else {
        take_line(line.text, line.number);
      }
    }
    place_->below_header = beginning_.below_header();
  }

  void take_line(std::string_view line, std::int64_t number) {
    place_->read.add(line);
    if (trimmed(line).empty()) return;
    bool good = false;
    try {
      if (line.size() >= LineReader::longest) throw BadLine("longer than 1048576 bytes");
      const auto& fields = fields_.split(line);
      const bool fits = fields.size() == place_->layout.fields();
      if (!fits && is_another_header(fields, number)) return;
      if (!fits) throw BadLine(said_of_count(fields.size()));
      const auto& row = place_->layout.arranged(fields, arranged_);
      if (!predictor_) begin();
      good = row_reader_->read_targets(row, truth_);
      if (!good && is_another_header(fields, number)) return;
      row_reader_->read_inputs(row, number, place_->kinds, truth_, inputs_);
      take_row(row);
    } catch (const BadLine& error) {
      ++place_->bad;
      ++bad_now_;
      complaints_.tell(number, [&] { return std::string(error.what()) + ": skipped"; });
    }
    if (bad_share_.add(!good)) {
      complaints_.say(number, "MOST OF THE LATEST THOUSAND LINES ARE BAD");
    }
  }

  void take_row(const std::vector<std::string_view>& row) {
    predictor_->take(row, truth_, inputs_, output_.text());
    ++rows_now_;
    output_.flush_if_large();
    if (options_.metrics_every > 0 && rows() % options_.metrics_every == 0) {
      progress_.say(std::to_string(rows()) + " rows  " + error_line());
    }
  }

  std::string said_of_count(std::size_t fields) const {
    const std::size_t expected = place_->layout.fields();
    return counted(static_cast<std::int64_t>(fields), "field") + ", expected " + std::to_string(expected) +
           (fields > expected && options_.separator == ',' ? " (numbers with commas need quotes)" : "");
  }

  bool is_another_header(const std::vector<std::string_view>& fields, std::int64_t number);
  void begin();
  void make(Columns columns) {
    predictor_.emplace(options_, std::move(columns));
    row_reader_.emplace(predictor_->columns(), format_, !options_.inputs.empty(), complaints_);
  }
  void remark_on_columns(const std::string& beginning);

  Options options_;
  NumberFormat format_;
  Fields fields_;
  Beginning beginning_;
  Output& output_;
  Progress& progress_;
  Complaints complaints_;
  BadShare bad_share_;

  std::vector<std::string> names_;
  std::optional<Place> place_;          // once there is a header
  std::optional<Predictor> predictor_;  // once there is a row
  std::optional<RowReader> row_reader_;
  std::int64_t lines_now_ = 0, rows_now_ = 0, bad_now_ = 0;
  std::vector<std::string_view> arranged_;
  std::vector<double> truth_, inputs_;
};

// A header like the first one, as where files stand one behind the other: by its names the columns are known
// from here on.
inline bool RowStream::is_another_header(const std::vector<std::string_view>& fields, std::int64_t number) {
  if (!options_.header || !predictor_) return false;
  const auto header = as_header(fields, names_, format_);
  if (!header) return false;
  const Layout layout(names_, *header);
  for (const std::size_t column : predictor_->columns().targets) {
    if (!layout.has(column)) {
      throw UsageError(complaints_.source() + ":" + std::to_string(number) +
                       ": another header, without the column to predict, " + in_quotes(names_[column]) +
                       ": " + escaped(Columns::listed(*header)));
    }
  }
  std::vector<std::string> added;
  for (std::size_t i = 0; i < header->size(); ++i) {
    if (!layout.takes(static_cast<std::int64_t>(i))) added.push_back((*header)[i]);
  }
  const std::vector<std::string> missing = missing_in(layout);
  complaints_.say(number,
                  "another header: columns are known by their names from here on" +
                      (added.empty() ? "" : "; new, and not learned from: " + Columns::listed(added)) +
                      (missing.empty() ? "" : "; missing: " + Columns::listed(missing)));
  go_on_below(*header);
  return true;
}

inline void RowStream::begin() {
  make(choose_columns(options_, names_, beginning_.kinds()));
  place_->kinds = beginning_.kinds();
  predictor_->writer().header(output_.text());
  remark_on_columns("predicting ");
  for (std::size_t i = 0; i < names_.size() && options_.inputs.empty(); ++i) {
    const std::string& text = beginning_.example(i);
    const std::string resemblance = format_.resemblance(text);
    if (!resemblance.empty() && !predictor_->columns().is_target(i)) {
      progress_.say("column " + in_quotes(names_[i]) + " is left out as text, but " + in_quotes(text) +
                    " looks like " + resemblance);
    }
  }
}

inline void RowStream::resume(CheckpointFile& saved) {
  const Description& description = saved.description();
  start(description.columns.names);
  // As if only the first held numbers: what the options leave open is not to be chosen anew.
  std::vector<Kind> kinds(names_.size(), Kind::text);
  kinds.front() = Kind::numbers;
  Columns asked = choose_columns(options_, names_, kinds);
  if (options_.targets.empty()) asked.targets = description.columns.targets;
  if (options_.inputs.empty()) asked.inputs = description.columns.inputs;
  if (!options_.inputs.empty() && options_.inputs.front() == "none") {
    asked.inputs = options_.model == "forecaster" ? std::vector<std::size_t>() : asked.targets;
  }
  if (const std::string text = difference(description.settings, settings_of(options_, asked));
      !text.empty()) {
    throw CheckpointError("the checkpoint \"" + options_.checkpoint +
                          "\" was made with other options: " + text);
  }
  const int rolling = std::exchange(options_.rolling, description.rolling);
  try {
    make(asked);
  } catch (const std::bad_alloc&) {
    throw CheckpointError("the checkpoint \"" + options_.checkpoint +
                          "\" is of a model beyond the memory there is");
  }
  saved.read([&](std::istream& in) { predictor_->load(in, *place_); });
  if (options_.learning_rate_named) predictor_->set_learning_rate(options_.learning_rate);
  if (options_.rolling_named && rolling != options_.rolling) {
    options_.rolling = rolling;
    predictor_->set_rolling(rolling);
  }
  remark_on_columns("going on after row " + std::to_string(rows()) + ": ");
}

inline void RowStream::remark_on_columns(const std::string& beginning) {
  const Columns& columns = predictor_->columns();
  std::vector<std::string> texts, empty;
  for (std::size_t i = 0; i < names_.size(); ++i) {
    const Kind kind = place_->kinds[i];
    if (kind == Kind::text && !columns.is_target(i)) texts.push_back(names_[i]);
    if (kind == Kind::undecided && columns.is_input(i)) empty.push_back(names_[i]);
  }
  const bool chosen = !options_.inputs.empty();
  progress_.remark(beginning + columns.listed(columns.targets) + ", " + counted(options_.horizon, "row") +
                   " ahead, from " +
                   (columns.inputs.empty() ? "its own past" : columns.listed(columns.inputs)) +
                   (empty.empty() ? "" : "; empty so far: " + Columns::listed(empty)) +
                   (chosen || texts.empty() ? "" : "; left out as text: " + Columns::listed(texts)));
}

}  // namespace eddy_stream
