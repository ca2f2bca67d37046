#pragma once
// What a checkpoint must agree with, as text: a line "key value" for each setting.

#include "columns.hpp"
#include "layout.hpp"
#include "options.hpp"
#include "text.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace eddy_stream {

using Settings = std::vector<std::pair<std::string, std::string>>;

/// All that decides what a model is and what it has learned. What may change when going on is not in it:
/// input, output, times, what is scored, and the learning rate.
inline Settings settings_of(const Options& options, const Columns& columns) {
  char forgetting[32];
  std::snprintf(forgetting, sizeof forgetting, "%.17g", options.forgetting);
  return {{"--model", options.model},
          {"--target", columns.listed(columns.targets)},
          {"--inputs", columns.inputs.empty() ? "none" : columns.listed(columns.inputs)},
          {"--horizon", std::to_string(options.horizon)},
          {"--hidden", std::to_string(options.hidden)},
          {"--window", std::to_string(options.window)},
          {"--stride", std::to_string(options.stride)},
          {"--replays", std::to_string(options.replays)},
          {"--lags", std::to_string(options.lags)},
          {"--season", std::to_string(options.season)},
          {"--forgetting", forgetting},
          {"--seed", std::to_string(options.seed)}};
}

/// The settings of a checkpoint, the columns that they were chosen from, and the length of its rolling
/// metrics.
struct Description {
  static constexpr std::size_t version = 2;  ///< 2: fields that cost no row, and fingerprints of the input

  Settings settings;
  Columns columns;
  int rolling = 0;

  std::string text() const {
    std::string text = "version " + std::to_string(version) + '\n';
    for (const auto& [key, value] : settings) text += key + ' ' + value + '\n';
    text += "rolling " + std::to_string(rolling) + '\n';
    for (const std::string& name : columns.names) text += "name " + name + '\n';
    for (const std::size_t column : columns.targets) text += "target " + std::to_string(column) + '\n';
    for (const std::size_t column : columns.inputs) text += "input " + std::to_string(column) + '\n';
    return text;
  }

  /// Throws `std::runtime_error` with what cannot be: whoever writes a file may write anything.
  static Description parse(std::string_view text) {
    Description description;
    std::size_t written = 1;
    while (!text.empty()) {
      const std::string_view line = text.substr(0, text.find('\n'));
      text.remove_prefix((std::min)(line.size() + 1, text.size()));
      const std::size_t end = (std::min)(line.find(' '), line.size());
      const std::string key(line.substr(0, end)), value(line.substr((std::min)(end + 1, line.size())));
      if (key == "version") {
        written = whole(key, value, 1, 1'000'000);
      } else if (key == "name") {
        description.columns.names.push_back(value);
      } else if (key == "rolling") {
        description.rolling = static_cast<int>(whole(key, value, 1, Options::longest_rolling));
      } else if (key == "target") {
        description.columns.targets.push_back(whole(key, value, 0, Layout::most_fields));
      } else if (key == "input") {
        description.columns.inputs.push_back(whole(key, value, 0, Layout::most_fields));
      } else if (key.starts_with("--")) {
        description.settings.emplace_back(key, value);
      } else {
        throw std::runtime_error("it describes " + in_quotes(key) + ", which is unknown");
      }
    }
    if (written != version) {
      throw std::runtime_error("it is of version " + std::to_string(written) +
                               " of this program's files, expected " + std::to_string(version));
    }
    description.check();
    return description;
  }

 private:
  static std::size_t whole(const std::string& key, const std::string& text, std::size_t least,
                           std::size_t most) {
    std::size_t value = 0;
    const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || stop != text.data() + text.size() || value < least || value > most) {
      throw std::runtime_error("its \"" + key + "\" is " + in_quotes(text) + ", expected " +
                               std::to_string(least) + " to " + std::to_string(most));
    }
    return value;
  }

  // That columns are there, and none is named twice.
  void check() const {
    if (columns.targets.empty() || rolling == 0) {
      throw std::runtime_error("it does not describe what was predicted");
    }
    for (const auto* chosen : {&columns.targets, &columns.inputs}) {
      std::vector<std::size_t> sorted = *chosen;
      std::sort(sorted.begin(), sorted.end());
      if (!sorted.empty() && sorted.back() >= columns.names.size()) {
        throw std::runtime_error("it describes a column " + std::to_string(sorted.back()) + " of " +
                                 std::to_string(columns.names.size()) + ", counted from 0");
      }
      if (std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end()) {
        throw std::runtime_error("it describes a column twice");
      }
    }
  }
};

/// In what the two differ, for an error message; nothing if in nothing.
inline std::string difference(const Settings& saved, const Settings& asked) {
  std::string text;
  for (std::size_t i = 0; i < saved.size() && i < asked.size(); ++i) {
    if (saved[i] != asked[i]) {
      text += (text.empty() ? "" : ", ") + escaped(saved[i].first) + " " + escaped(saved[i].second) +
              " instead of " + escaped(asked[i].second);
    }
  }
  if (text.empty() && saved.size() != asked.size()) {
    text = "another set of options";
  }
  return text;
}

}  // namespace eddy_stream
