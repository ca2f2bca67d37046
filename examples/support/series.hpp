#pragma once
// The columns of a table that a forecast is made from, as numbers and times.

#include "calendar.hpp"
#include "csv.hpp"
#include "options.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <vector>

namespace forecast {

/// One value to predict a row, and what was measured beside it.
struct Series {
  std::string target_name;
  std::vector<std::string> input_names;
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
    date = options.date == "none" ? none
           : options.date.empty() ? first_dates(table)
                                  : table.column(options.date);
    target = options.target.empty() ? first_numbers(table) : table.column(options.target);
    if (options.inputs.empty()) {
      for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (i != target && i != date && holds_numbers(table, i)) inputs.push_back(i);
    } else if (options.inputs.front() != "none") {
      for (const std::string& name : options.inputs) inputs.push_back(table.column(name));
    }
  }

  std::size_t date, target;
  std::vector<std::size_t> inputs;

 private:
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
  static std::size_t first_dates(const CsvTable& table) {
    for (std::size_t i = 0; i < table.columns.size(); ++i)
      if (parse_time(first_cell(table, i))) return i;
    return none;
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
  const Columns columns(table, options);
  Series series;
  series.target_name = table.columns[columns.target];
  for (const std::size_t i : columns.inputs) series.input_names.push_back(table.columns[i]);

  for (const CsvRow& row : table.rows) {
    try {
      Time time{};
      if (columns.date != Columns::none) {
        const auto parsed = parse_time(row[columns.date].text);
        if (!parsed) table.reject(row, columns.date, "is not a date (YYYY-MM-DD, and HH:MM or HH:MM:SS)");
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
