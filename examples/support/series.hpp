#pragma once
// The columns of a table that a forecast is made from, as numbers and times.

#include "calendar.hpp"
#include "csv.hpp"
#include "options.hpp"
#include "time_format.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace forecast {

/// One value to predict a row, and what was measured beside it.
struct Series {
  std::string target_name;
  std::vector<std::string> input_names;
  std::string remark;       // what a user should know of the choice of columns
  std::vector<Time> times;  // empty without a column of dates
  std::vector<double> target;
  std::vector<std::vector<double>> inputs;  // a vector a row

  [[nodiscard]] std::size_t size() const { return target.size(); }
  [[nodiscard]] bool has_times() const { return !times.empty(); }

  /// The usual time between two rows: the median.
  [[nodiscard]] std::chrono::seconds cadence() const {
    if (times.size() < 2) return std::chrono::days(1);
    std::vector<std::chrono::seconds> gaps;
    for (std::size_t row = 1; row < times.size(); ++row) gaps.push_back(times[row] - times[row - 1]);
    const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
    std::nth_element(gaps.begin(), middle, gaps.end());
    return *middle;
  }

  /// The time of a row, also of one that has yet to come.
  [[nodiscard]] Time time(std::size_t row) const {
    if (row < times.size()) return times[row];
    return times.back() + static_cast<int>(row + 1 - times.size()) * cadence();
  }
};

/// Which columns of a table hold the date, the target and the inputs.
class Columns {
 public:
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  Columns(const CsvTable& table, const Options& options) {
    target = options.target.empty() ? none : table.column(options.target);
    find_date(table, options);
    if (target == none) target = first_numbers(table);
    if (options.inputs.empty()) {
      for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (i != target && i != date && holds_numbers(table, i)) inputs.push_back(i);
    } else if (options.inputs.front() != "none") {
      for (const std::string& name : options.inputs) inputs.push_back(table.column(name));
    }
  }

  std::size_t date = none, target = none;
  std::optional<TimeFormat> times;  // of the dates
  std::vector<std::size_t> inputs;
  std::string remark;

 private:
  // The column that is named, or else the first that holds times.
  void find_date(const CsvTable& table, const Options& options) {
    if (options.date == "none") return;
    if (!options.date.empty()) {
      date = table.column(options.date);
      times = TimeFormat::of(cells(table, date), true);
      if (!times) table.reject(table.rows.front(), date, "is in no form of a time that is known");
      return;
    }
    for (std::size_t i = 0; i < table.columns.size() && date == none; ++i) {
      const bool chosen = i == target || std::find(options.inputs.begin(), options.inputs.end(),
                                                   table.columns[i]) != options.inputs.end();
      if (chosen) continue;
      times = TimeFormat::of(cells(table, i), is_called_time(table.columns[i]));
      if (times) date = i;
    }
    for (std::size_t i = 0; i < table.columns.size() && date == none; ++i) {
      const std::string& text = first_cell(table, i);
      if (holds_numbers(table, i) || !TimeFormat::resembles_time(text)) continue;
      remark = "column \"" + table.columns[i] + "\": \"" + text +
               "\" looks like a time, but in no form that is known: there is no calendar";
      break;
    }
  }

  static bool is_called_time(std::string name) {
    std::transform(name.begin(), name.end(), name.begin(),
                   [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
    for (const char* const word : {"time", "date", "when", "stamp", "epoch", "unix", "utc"}) {
      if (name.find(word) != name.npos) return true;
    }
    return name == "t" || name == "ts" || name == "dt";
  }

  // Those of a column that are not empty.
  static std::vector<std::string_view> cells(const CsvTable& table, std::size_t column) {
    std::vector<std::string_view> cells;
    for (const CsvRow& row : table.rows)
      if (!row[column].text.empty()) cells.push_back(row[column].text);
    return cells;
  }

  // What a column holds is what its first cell that is not empty holds.
  static const std::string& first_cell(const CsvTable& table, std::size_t column) {
    for (const CsvRow& row : table.rows)
      if (!row[column].text.empty()) return row[column].text;
    return table.rows.front()[column].text;
  }
  static bool holds_numbers(const CsvTable& table, std::size_t column) {
    double value = 0;
    return CsvTable::parse_number(first_cell(table, column), value);
  }
  std::size_t first_numbers(const CsvTable& table) const {
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      if (i != date && holds_numbers(table, i)) return i;
    throw CsvError(table.source + ": no column holds numbers");
  }
};

/// Reads the columns of every row; a row with a bad cell goes to `bad_row` and is left out, if that returns.
inline Series read_series(const CsvTable& table, const Options& options,
                          const BadRow& bad_row = no_bad_rows) {
  Columns columns(table, options);
  Series series;
  series.target_name = table.columns[columns.target];
  series.remark = columns.remark;
  for (const std::size_t i : columns.inputs) series.input_names.push_back(table.columns[i]);

  for (const CsvRow& row : table.rows) {
    try {
      Time time{};
      if (columns.date != Columns::none) {
        const auto parsed = columns.times->read(row[columns.date].text);
        if (!parsed) table.reject(row, columns.date, "is not a time as " + columns.times->name() + " has it");
        if (series.has_times() && *parsed < series.times.back())
          table.reject(row, columns.date, "is earlier than the row above");
        time = *parsed;
      }
      const double target = table.number(row, columns.target);
      std::vector<double> inputs;
      for (const std::size_t i : columns.inputs) inputs.push_back(table.number(row, i));

      if (columns.date != Columns::none) series.times.push_back(time);
      series.target.push_back(target);
      series.inputs.push_back(std::move(inputs));
    } catch (const CsvError& error) {
      bad_row(error);
    }
  }
  if (series.size() == 0) throw CsvError(table.source + ": no row can be used");
  return series;
}

}  // namespace forecast
