#pragma once
// Which columns are predicted, and from which.

#include "errors.hpp"
#include "fields.hpp"
#include "options.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace eddy_stream {

struct Columns {
  std::vector<std::string> names;  ///< of all columns; numbers from 1 where there is no header
  std::vector<std::size_t> targets, inputs, kept;

  bool operator==(const Columns&) const = default;

  /// The column of that name, or else of that number; throws `UsageError` with the names there are.
  std::size_t find(const std::string& wanted) const {
    const auto count = std::count(names.begin(), names.end(), wanted);
    if (count == 1) {
      return static_cast<std::size_t>(std::find(names.begin(), names.end(), wanted) - names.begin());
    }
    std::size_t number = 0;
    const char* const end = wanted.data() + wanted.size();
    const auto [stop, error] = std::from_chars(wanted.data(), end, number);
    if (count == 0 && error == std::errc() && stop == end && number >= 1 && number <= names.size()) {
      return number - 1;
    }
    if (count > 1) {
      throw UsageError("there are " + std::to_string(count) + " columns \"" + wanted + "\": give its number");
    }
    throw UsageError("no column \"" + wanted + "\"; the columns are: " + listed(names));
  }

  static std::string listed(const std::vector<std::string>& words) {
    std::string list;
    for (const std::string& word : words) list += (list.empty() ? "" : ", ") + word;
    return list;
  }
  std::string listed(const std::vector<std::size_t>& columns) const {
    std::vector<std::string> words;
    for (const std::size_t column : columns) words.push_back(names[column]);
    return listed(words);
  }
};

/// Chooses by the options, and where they leave it open, by what the first row holds: a column is one of
/// numbers if its first field is a number, or missing. Throws `BadLine` if there is then nothing to predict:
/// another row may tell. Of the forecaster, which remembers them itself,
/// targets are no inputs.
inline Columns choose_columns(const Options& options, std::vector<std::string> names,
                              const std::vector<std::string_view>& first_row) {
  Columns columns{std::move(names), {}, {}, {}};
  const auto find_all = [&](const std::vector<std::string>& wanted, std::vector<std::size_t>& found) {
    for (const std::string& word : wanted) {
      const std::size_t column = columns.find(word);
      if (std::find(found.begin(), found.end(), column) != found.end()) {
        throw UsageError("column \"" + word + "\" is named twice");
      }
      found.push_back(column);
    }
  };
  std::vector<std::size_t> numbers;
  for (std::size_t i = 0; i < first_row.size(); ++i) {
    double value = 0;
    if (read_number(first_row[i], value)) numbers.push_back(i);
  }

  find_all(options.targets, columns.targets);
  if (columns.targets.empty()) {
    if (numbers.empty()) throw BadLine("no number to predict, and no --target is named");
    columns.targets = {numbers.front()};
  }
  const auto is_target = [&](std::size_t column) {
    return std::find(columns.targets.begin(), columns.targets.end(), column) != columns.targets.end();
  };
  const bool remembers = options.model == "forecaster";
  if (options.inputs.empty()) {
    columns.inputs = numbers;
    for (const std::size_t target : columns.targets) {
      if (std::find(numbers.begin(), numbers.end(), target) == numbers.end())
        columns.inputs.push_back(target);
    }
  } else if (options.inputs.front() == "none") {
    columns.inputs = columns.targets;
  } else {
    find_all(options.inputs, columns.inputs);
  }
  if (remembers) std::erase_if(columns.inputs, is_target);
  find_all(options.kept, columns.kept);
  return columns;
}

}  // namespace eddy_stream
