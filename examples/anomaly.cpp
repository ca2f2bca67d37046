// Finds what is unusual in a stream: a model learns to predict the next value, and where its error stands out
// among those before it, something else is going on. Reads a file of lines "time,value", of which the first
// is a header; without one it makes a stream with three faults of its own.
//
//   anomaly machine_temperature.csv --picture build/anomaly.svg

#include "support/curves.hpp"

#include <eddy/eddy.hpp>
#include <eddy/preprocessing/pipeline.hpp>
#include <eddy/preprocessing/standard_scaler.hpp>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

namespace {

struct Sample {
  std::string time;
  double value;
};

std::vector<Sample> read(const char* name) {
  std::ifstream file(name);
  std::vector<Sample> samples;
  std::string line;
  std::getline(file, line);
  while (std::getline(file, line)) {
    const std::size_t comma = line.find(',');
    if (comma != std::string::npos) {
      samples.push_back({line.substr(0, comma), std::strtod(line.c_str() + comma + 1, nullptr)});
    }
  }
  return samples;
}

constexpr int faults[] = {6000, 9000, 12000};

/// A wave with noise. At the faults it jumps, stands still, and swings twice as fast, each for 50 samples.
std::vector<Sample> generate() {
  std::vector<Sample> samples;
  eddy::Random random(1);
  double phase = 0;
  for (int t = 0; t < 15000; ++t) {
    const auto in_fault = [&](int fault) { return t >= faults[fault] && t < faults[fault] + 50; };
    phase += in_fault(2) ? 0.4 : 0.2;
    const double value = in_fault(1) ? 1.5 : std::sin(phase) + (in_fault(0) ? 2 : 0) + 0.1 * random.normal();
    samples.push_back({std::to_string(t), value});
  }
  return samples;
}

}  // namespace

int main(int argument_count, char** arguments) {
  const bool generated = argument_count < 2 || std::string(arguments[1]) == "--picture";
  const std::vector<Sample> samples = generated ? generate() : read(arguments[1]);
  if (samples.empty()) {
    std::fprintf(stderr, "%s has no lines \"time,value\"\n", arguments[1]);
    return 1;
  }

  constexpr double threshold = 8;  // standard deviations of the error, smoothed over some five samples
  using Scaler = eddy::StandardScaler<float, 1>;
  eddy::Pipeline model{Scaler(), eddy::Gru<float, 1, 16, 1>(), Scaler()};
  eddy::AnomalyScore score({.smoothing = 0.8, .warm_up = 3000});
  std::size_t quiet_until = 0;
  picture::Chart chart{.title = "How unusual the error of a prediction is",
                       .horizontal = "sample",
                       .vertical = "score, deviations of the error",
                       .curves = {{"score", {}}, {"threshold", {}}}};
  int hits = 0, false_alarms = 0;
  for (std::size_t t = 0; t < samples.size(); ++t) {
    const double value = samples[t].value;
    if (t > 0) {
      const double error = std::abs(value - model.prediction()(0));
      model.partial_fit(value);
      if (score.update(error) > threshold && t >= quiet_until) {
        std::printf("%s: %g is unusual, score %.1f\n", samples[t].time.c_str(), samples[t].value,
                    score.score());
        chart.marks.emplace_back(static_cast<double>(t), "alarm");
        quiet_until = t + 288;  // what follows belongs to it: a day of five minutes each
        const auto* const fault = std::find_if(std::begin(faults), std::end(faults), [&](int begin) {
          return static_cast<int>(t) >= begin && static_cast<int>(t) < begin + 60;
        });
        hits += fault != std::end(faults);
        false_alarms += fault == std::end(faults);
      }
    }
    model.step(value);
    chart.curves[0].values.push_back(t > 3000 ? score.score() : eddy::not_a_number<double>);
    chart.curves[1].values.push_back(threshold);
  }
  if (!picture::draw(argument_count, arguments, chart)) {
    return 1;
  }
  if (!generated) {
    return 0;
  }
  std::printf("%d of %zu faults found, %d false alarms\n", hits, std::size(faults), false_alarms);
  return hits == 3 && false_alarms <= 1 ? 0 : 1;
}
