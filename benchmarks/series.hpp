#pragma once

#include <algorithm>
#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>
#include <string>
#include <vector>

namespace bench {

/// A stream to be predicted: y comes `horizon` steps after the x that it is predicted from.
struct Series {
  std::string name;
  int horizon;
  std::vector<std::vector<float>> x;
  std::vector<float> y;
};

/// Mean and variance so far (Welford 1962); values come out clipped at eight standard deviations.
class Scaler {
 public:
  void add(double value) {
    const double difference = value - mean_;
    mean_ += difference / ++count_;
    squares_ += difference * (value - mean_);
  }
  double deviation() const { return squares_ > 0 ? std::sqrt(squares_ / count_) : 1; }
  float scale(double value) const {
    return static_cast<float>((std::max)(-8.0, (std::min)(8.0, (value - mean_) / deviation())));
  }
  double restore(double scaled) const { return scaled * deviation() + mean_; }

 private:
  double count_ = 0, mean_ = 0, squares_ = 0;
};

inline std::vector<std::vector<std::string>> read_csv(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::vector<std::string>> rows;
  for (std::string line, cell; std::getline(file, line);) {
    std::stringstream cells(line);
    rows.emplace_back();
    while (std::getline(cells, cell, ',')) {
      rows.back().push_back(cell);
    }
  }
  return rows;
}

/// Riders of the next day, from those of today and the weekday.
inline Series ridership(const std::string& folder) {
  Series series{"ridership", 1, {}, {}};
  const auto rows = read_csv(folder + "/chicago_ridership.csv");
  for (std::size_t row = 1; row < rows.size(); ++row) {
    series.y.push_back(std::stof(rows[row][1]));
    series.x.push_back({series.y.back(), 0, 0, 0, 0, 0, 0, 0});
    series.x.back()[1 + row % 7] = 1;
  }
  return series;
}

/// One column of a file, its own past the only input.
inline Series column(const std::string& name, const std::string& path, std::size_t index, int horizon) {
  Series series{name, horizon, {}, {}};
  const auto rows = read_csv(path);
  for (std::size_t row = 1; row < rows.size() && row <= 12000; ++row) {
    series.y.push_back(std::stof(rows[row][index]));
    series.x.push_back({series.y.back()});
  }
  return series;
}

/// Passengers five half hours later, from those of now and the time of day and week.
inline Series taxi(const std::string& folder) {
  Series series{"taxi", 5, {}, {}};
  const auto rows = read_csv(folder + "/nyc_taxi.csv");
  constexpr float turn = 2 * std::numbers::pi_v<float>;
  for (std::size_t row = 1; row < rows.size(); ++row) {
    const float day = std::stof(rows[row][2]) / 1440, week = (std::stof(rows[row][3]) + day) / 7;
    series.y.push_back(std::stof(rows[row][1]));
    series.x.push_back({series.y.back(), std::sin(turn * day), std::cos(turn * day), std::sin(turn * week),
                        std::cos(turn * week)});
  }
  return series;
}

}  // namespace bench
