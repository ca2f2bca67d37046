#pragma once
// The days of data/chicago_ridership.csv.

#include <cstdio>
#include <string>
#include <vector>

namespace ridership {

struct Day {
  float riders;       ///< thousands
  float temperature;  ///< °F
  float humidity;     ///< %
  float rain;         ///< how much of the day, 0 to 1
  int weekday;        ///< 0 is Monday
};

/// All days in order, without a gap; none if the file cannot be read.
inline std::vector<Day> read(const std::string& path) {
  std::vector<Day> days;
  std::FILE* const file = std::fopen(path.c_str(), "r");
  if (!file) return days;
  char line[256];
  while (std::fgets(line, sizeof line, file)) {
    Day day{};
    // date, ridership, temperature, precipitation, wind, humidity, rain, …; the line of names does not match
    if (std::sscanf(line, "%*d-%*d-%*d,%f,%f,%*f,%*f,%f,%f", &day.riders, &day.temperature, &day.humidity,
                    &day.rain) == 4) {
      day.weekday = static_cast<int>(days.size() % 7);  // the first is a Monday, 2001-01-22
      days.push_back(day);
    }
  }
  std::fclose(file);
  return days;
}

}  // namespace ridership
