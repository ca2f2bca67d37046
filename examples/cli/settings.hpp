#pragma once
// What a checkpoint must agree with, as text: a line "key value" for each setting.

#include "columns.hpp"
#include "options.hpp"

#include <cstdio>
#include <sstream>
#include <string>
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
  Settings settings;
  Columns columns;
  int rolling = 0;

  std::string text() const {
    std::string text;
    for (const auto& [key, value] : settings) text += key + ' ' + value + '\n';
    text += "rolling " + std::to_string(rolling) + '\n';
    for (const std::string& name : columns.names) text += "name " + name + '\n';
    for (const std::size_t column : columns.targets) text += "target " + std::to_string(column) + '\n';
    for (const std::size_t column : columns.inputs) text += "input " + std::to_string(column) + '\n';
    return text;
  }

  static Description parse(const std::string& text) {
    Description description;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
      const std::size_t end = line.find(' ');
      const std::string key = line.substr(0, end), value = end < line.size() ? line.substr(end + 1) : "";
      if (key == "name") {
        description.columns.names.push_back(value);
      } else if (key == "rolling") {
        description.rolling = std::stoi(value);
      } else if (key == "target") {
        description.columns.targets.push_back(std::stoul(value));
      } else if (key == "input") {
        description.columns.inputs.push_back(std::stoul(value));
      } else {
        description.settings.emplace_back(key, value);
      }
    }
    return description;
  }
};

/// In what the two differ, for an error message; nothing if in nothing.
inline std::string difference(const Settings& saved, const Settings& asked) {
  std::string text;
  for (std::size_t i = 0; i < saved.size() && i < asked.size(); ++i) {
    if (saved[i] != asked[i]) {
      text += (text.empty() ? "" : ", ") + saved[i].first + " " + saved[i].second + " instead of " +
              asked[i].second;
    }
  }
  if (text.empty() && saved.size() != asked.size()) {
    text = "another set of options";
  }
  return text;
}

}  // namespace eddy_stream
