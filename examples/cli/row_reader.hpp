#pragma once
// The numbers of a row. What cannot be read costs its field, and no more.

#include "columns.hpp"
#include "complaints.hpp"
#include "numbers.hpp"
#include "text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

namespace eddy_stream {

class RowReader {
 public:
  /// Where inputs are `chosen` by the user, they are read as numbers, whatever else they show.
  RowReader(const Columns& columns, const NumberFormat& format, bool chosen, Complaints& complaints)
      : columns_(columns), format_(format), chosen_(chosen), complaints_(complaints) {
    for (const std::size_t input : columns.inputs) {
      const auto target = std::find(columns.targets.begin(), columns.targets.end(), input);
      targets_of_inputs_.push_back(static_cast<std::size_t>(target - columns.targets.begin()));
    }
  }

  /// Reads the targets of a row; NaN is what is missing. False if there is text in the place of all of them:
  /// then the line may be no row.
  bool read_targets(const std::vector<std::string_view>& row, std::vector<double>& truth) {
    truth.resize(columns_.targets.size());
    contents_.resize(truth.size());
    bool has_any = false;
    for (std::size_t i = 0; i < truth.size(); ++i) {
      contents_[i] = format_.read(row[columns_.targets[i]], truth[i]);
      has_any = has_any || contents_[i] != Content::text;
    }
    return has_any;
  }

  /// Reads the inputs of the same row, and tells what was unreadable in it.
  void read_inputs(const std::vector<std::string_view>& row, std::int64_t line, std::vector<Kind>& kinds,
                   const std::vector<double>& truth, std::vector<double>& inputs) const {
    for (std::size_t i = 0; i < truth.size(); ++i) {
      const std::size_t column = columns_.targets[i];
      if (contents_[i] == Content::marker) complain(line, column, row[column]);
      if (contents_[i] == Content::text) complain_of_target(line, column, row[column]);
    }
    inputs.resize(columns_.inputs.size());
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      const std::size_t column = columns_.inputs[i], target = targets_of_inputs_[i];
      inputs[i] = target < truth.size() ? truth[target] : input(row[column], line, column, kinds[column]);
    }
  }

 private:
  double input(std::string_view field, std::int64_t line, std::size_t column, Kind& kind) const {
    double value = 0;
    const Content content = format_.read(field, value);
    if (content == Content::number && kind != Kind::text) {
      kind = Kind::numbers;
    } else if (kind == Kind::text) {
      return std::numeric_limits<double>::quiet_NaN();
    } else if (content == Content::text && kind == Kind::undecided && !chosen_) {
      kind = Kind::text;
      complaints_.say(line, named(column) + said_of(field) + ": taken for text, and not learned from");
    } else if (content == Content::marker || content == Content::text) {
      complain(line, column, field);
    }
    return value;
  }

  // The first of a column is told.
  void complain(std::int64_t line, std::size_t column, std::string_view field) const {
    if (complaints_.count_field(column) == 1) {
      complaints_.say(
          line, named(column) + said_of(field) + ": taken for a missing value, as all such fields of it");
    }
  }
  void complain_of_target(std::int64_t line, std::size_t column, std::string_view field) const {
    complaints_.count_field(column);
    complaints_.tell(line, [&] { return named(column) + said_of(field) + ": a row without a label"; });
  }

  std::string named(std::size_t column) const { return "column " + in_quotes(columns_.names[column]) + ": "; }

  std::string said_of(std::string_view field) const {
    const std::string what = format_.resemblance(field);
    return in_quotes(field) + (what.empty() ? " is not a finite number" : " looks like " + what);
  }

  const Columns& columns_;
  const NumberFormat& format_;
  bool chosen_;
  Complaints& complaints_;
  std::vector<Content> contents_;               // of the targets of the row
  std::vector<std::size_t> targets_of_inputs_;  // the position among the targets, or as many as there are
};

}  // namespace eddy_stream
