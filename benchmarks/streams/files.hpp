#pragma once
// Streams from files, with what is known of each row beforehand: its date, weather, games.

#include "stream.hpp"

#include <chrono>
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

namespace bench {

/// The rows of a CSV file without quotes, the header left out.
inline std::vector<std::vector<std::string>> read_rows(const std::string& path) {
  std::ifstream file(path);
  if (!file) {
    throw std::runtime_error(path + " cannot be read");
  }
  std::vector<std::vector<std::string>> rows;
  std::string line, cell;
  for (std::getline(file, line); std::getline(file, line);) {
    std::stringstream cells(line);
    rows.emplace_back();
    while (std::getline(cells, cell, ',')) {
      rows.back().push_back(cell);
    }
  }
  return rows;
}

/// Sine and cosine of `harmonics` multiples of a phase, 1 being a turn.
inline void add_phase(std::vector<float>& x, double phase, int harmonics) {
  for (int k = 1; k <= harmonics; ++k) {
    const double angle = 2 * std::numbers::pi * k * phase;
    x.push_back(static_cast<float>(std::sin(angle)));
    x.push_back(static_cast<float>(std::cos(angle)));
  }
}

/// Riders at a station (thousands), one day ahead: today's weather and games, tomorrow's weekday and season.
inline Stream ridership(const std::string& folder) {
  Stream stream{.name = "ridership", .season = 7, .scored_from = 365, .absolute = true};
  for (const auto& row : read_rows(folder + "/chicago_ridership.csv")) {
    using namespace std::chrono;
    const auto& date = row[0];
    const sys_days today =
        year(std::stoi(date.substr(0, 4))) / std::stoi(date.substr(5, 2)) / std::stoi(date.substr(8, 2));
    const sys_days tomorrow = today + days(1);
    stream.y.push_back(std::stod(row[1]));
    auto& x = stream.x.emplace_back();
    for (std::size_t column = 2; column < row.size(); ++column) {
      x.push_back(std::stof(row[column]));
    }
    add_phase(x, weekday(tomorrow).c_encoding() / 7.0, 3);
    add_phase(x, static_cast<double>(tomorrow.time_since_epoch().count()) / 365.2425, 2);
  }
  return stream;
}

/// Taxi passengers five half hours ahead: the time of day and of the week of the row to forecast.
inline Stream taxi(const std::string& folder) {
  Stream stream{.name = "taxi", .horizon = 5, .season = 336, .scored_from = 6000};
  for (const auto& row : read_rows(folder + "/nyc_taxi.csv")) {
    const double day = std::stod(row[2]) / 1440 + stream.horizon / 48.0, week = (std::stod(row[3]) + day) / 7;
    stream.y.push_back(std::stod(row[1]));
    auto& x = stream.x.emplace_back();
    add_phase(x, day, 4);
    add_phase(x, week, 3);
  }
  return stream;
}

/// One column of a file, its own past the only input.
inline Stream column(Stream stream, const std::string& path, std::size_t index) {
  for (const auto& row : read_rows(path)) {
    stream.y.push_back(std::stod(row[index]));
  }
  stream.x.resize(stream.y.size());
  return stream;
}

inline std::vector<Stream> all_files(const std::string& folder) {
  return {taxi(folder),
          column({.name = "machine", .horizon = 12, .season = 288, .scored_from = 2270},
                 folder + "/machine_temperature.csv", 1),
          column({.name = "CO2", .season = 52, .scored_from = 228}, folder + "/co2_weekly.csv", 1),
          column({.name = "sunspots", .season = 11, .scored_from = 50}, folder + "/sunspots_yearly.csv", 1),
          column({.name = "temperature", .horizon = 3, .season = 24, .scored_from = 500},
                 folder + "/sf_temperature_hourly.csv", 0)};
}

}  // namespace bench
