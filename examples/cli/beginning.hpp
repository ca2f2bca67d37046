#pragma once
// The first lines below a header wait until it is clear what they are: a row of units is told from a row
// whose numbers are missing by the row below it, and a column whose first fields are empty may be the one to
// predict.

#include "columns.hpp"
#include "errors.hpp"
#include "fields.hpp"
#include "numbers.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace eddy_stream {

/// A line that waits, and what it turned out to be.
struct WaitingLine {
  std::string text;
  std::int64_t number;          ///< in the file
  bool describes_rows = false;  ///< units or the like, and no row
};

class Beginning {
 public:
  static constexpr std::size_t most_descriptions = 4, most_lines = 100;

  Beginning(char separator, NumberFormat format) : splitter_(separator), format_(std::move(format)) {}

  /// From here on lines of so many fields are looked at. `seeks_target`: until there is a column to predict.
  void start(std::size_t fields, bool below_header, bool seeks_target) {
    below_header_ = below_header;
    seeks_target_ = seeks_target;
    descriptions_ = 0;
    kinds_.assign(fields, Kind::undecided);
    examples_.assign(fields, "");
  }

  /// Whether a row of units may still come.
  bool below_header() const { return below_header_; }
  /// Whether lines are to be added; else they can be taken as they come.
  bool is_on() const { return below_header_ || seeks_target_; }

  /// True once all lines that wait can be taken.
  bool add(std::string_view line, std::int64_t number) {
    waiting_.push_back({std::string(line), number});
    const std::vector<std::string_view> fields = fields_of(line);
    const std::vector<Kind> kinds = kinds_of(fields, format_);
    const bool has_numbers = holds(kinds, Kind::numbers);
    if (has_numbers) decide(fields, kinds);  // before another line is split
    if (waiting_.size() >= most_lines) {
      end();
    } else if (below_header_) {
      if (has_numbers) {
        mark_descriptions(kinds);
      } else if (may_describe(fields, kinds) && descriptions_ < most_descriptions) {
        ++descriptions_;
        return false;
      }
      below_header_ = !has_numbers && !holds(kinds, Kind::text);
    }
    if (seeks_target_) seeks_target_ = !has_target();
    return !seeks_target_ && (!below_header_ || waiting_.size() == 1);
  }

  /// No more lines come: those that wait are what they seem to be.
  void end() { below_header_ = seeks_target_ = false; }

  std::vector<WaitingLine> take() { return std::exchange(waiting_, {}); }

  /// What the columns hold by the rows so far, those without any number left out.
  const std::vector<Kind>& kinds() const { return kinds_; }
  /// The text by which a column was taken for one of text.
  const std::string& example(std::size_t column) const { return examples_[column]; }

 private:
  // Nothing if the line is no row.
  std::vector<std::string_view> fields_of(std::string_view line) {
    try {
      const auto& fields = splitter_.split(line);
      if (fields.size() == kinds_.size()) return fields;
    } catch (const BadLine&) {
    }
    return {};
  }

  static bool holds(const std::vector<Kind>& kinds, Kind kind) {
    return std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  }

  // Words, and nothing that may be a date.
  static bool may_describe(const std::vector<std::string_view>& fields, const std::vector<Kind>& kinds) {
    return holds(kinds, Kind::text) && std::none_of(fields.begin(), fields.end(), [](std::string_view field) {
             return std::count_if(field.begin(), field.end(), [](char c) { return c >= '0' && c <= '9'; }) >=
                    4;
           });
  }

  // What waits describes the rows if it has text where a row has numbers.
  void mark_descriptions(const std::vector<Kind>& kinds) {
    for (WaitingLine& line : waiting_) {
      const std::vector<std::string_view> fields = fields_of(line.text);
      const std::vector<Kind> own = kinds_of(fields, format_);
      if (!may_describe(fields, own)) continue;
      for (std::size_t i = 0; i < own.size(); ++i) {
        line.describes_rows = line.describes_rows || (own[i] == Kind::text && kinds[i] == Kind::numbers);
      }
    }
  }

  void decide(const std::vector<std::string_view>& fields, const std::vector<Kind>& kinds) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      if (kinds_[i] != Kind::undecided) continue;
      kinds_[i] = kinds[i];
      if (kinds[i] == Kind::text) examples_[i] = fields[i];
    }
  }

  // The first column that is not one of text holds numbers.
  bool has_target() const {
    const auto first =
        std::find_if(kinds_.begin(), kinds_.end(), [](Kind kind) { return kind != Kind::text; });
    return first != kinds_.end() && *first == Kind::numbers;
  }

  Fields splitter_;
  NumberFormat format_;
  bool below_header_ = false, seeks_target_ = false;
  std::size_t descriptions_ = 0;
  std::vector<WaitingLine> waiting_;
  std::vector<Kind> kinds_;
  std::vector<std::string> examples_;
};

}  // namespace eddy_stream
