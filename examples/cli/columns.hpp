#pragma once
// Which columns are predicted, and from which.

#include "errors.hpp"
#include "numbers.hpp"
#include "options.hpp"
#include "text.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace eddy_stream {

/// What a column holds, as far as it has shown: what is missing decides nothing.
enum class Kind : std::int8_t { undecided, numbers, text };

/// The columns of a line, each by itself.
inline std::vector<Kind> kinds_of(const std::vector<std::string_view>& fields, const NumberFormat& format) {
  std::vector<Kind> kinds;
  for (const std::string_view field : fields) {
    double value = 0;
    const Content content = format.read(field, value);
    kinds.push_back(content == Content::number ? Kind::numbers
                    : content == Content::text ? Kind::text
                                               : Kind::undecided);
  }
  return kinds;
}

struct Columns {
  std::vector<std::string> names;  ///< of all columns; numbers from 1 where there is no header
  std::vector<std::size_t> targets, inputs, kept;

  bool operator==(const Columns&) const = default;

  bool is_target(std::size_t column) const { return holds(targets, column); }
  bool is_input(std::size_t column) const { return holds(inputs, column); }

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
      throw UsageError("there are " + std::to_string(count) + " columns \"" + escaped(wanted) +
                       "\": give its number");
    }
    throw UsageError("no column \"" + escaped(wanted) + "\"; the columns are: " + escaped(listed(names)));
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

 private:
  static bool holds(const std::vector<std::size_t>& columns, std::size_t column) {
    return std::find(columns.begin(), columns.end(), column) != columns.end();
  }
};

/// Chooses by the options, and where they leave it open, by what the columns hold: without a name, the first
/// column of numbers is predicted, from all that hold numbers or have not shown what they hold. Throws
/// `BadLine` if there is nothing to predict yet: another row may tell. Of the forecaster, which remembers
/// them itself, targets are no inputs.
inline Columns choose_columns(const Options& options, std::vector<std::string> names,
                              const std::vector<Kind>& kinds) {
  Columns columns{std::move(names), {}, {}, {}};
  const auto find_all = [&](const std::vector<std::string>& wanted, std::vector<std::size_t>& found) {
    for (const std::string& word : wanted) {
      const std::size_t column = columns.find(word);
      if (std::find(found.begin(), found.end(), column) != found.end()) {
        throw UsageError("column \"" + escaped(word) + "\" is named twice");
      }
      found.push_back(column);
    }
  };
  find_all(options.targets, columns.targets);
  if (columns.targets.empty()) {
    const auto first = std::find(kinds.begin(), kinds.end(), Kind::numbers);
    if (first == kinds.end()) throw BadLine("no number to predict, and no --target is named");
    columns.targets = {static_cast<std::size_t>(first - kinds.begin())};
  }
  if (options.inputs.empty()) {
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      if (kinds[i] != Kind::text || columns.is_target(i)) columns.inputs.push_back(i);
    }
  } else if (options.inputs.front() == "none") {
    columns.inputs = columns.targets;
  } else {
    find_all(options.inputs, columns.inputs);
  }
  if (options.model == "forecaster") {
    std::erase_if(columns.inputs, [&](std::size_t column) { return columns.is_target(column); });
  }
  find_all(options.kept, columns.kept);
  return columns;
}

}  // namespace eddy_stream
