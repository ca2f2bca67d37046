// Finds what is unusual in a stream: a model learns to predict the next value, and where its error stands out
// among those before it, something else is going on. Reads a file of lines "time,value", of which the first
// is a header; without one it makes a stream with three faults of its own.
//
//   anomaly machine_temperature.csv

#include <eddy/eddy.hpp>

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

/// Brings values to mean 0 and variance 1 by all that came so far (Welford 1962).
struct Scaling {
  double count = 0, mean = 0, squares = 0;

  void add(double value) {
    if (!eddy::is_finite(value)) {
      return;
    }
    const double before = value - mean;
    count += 1;
    mean += before / count;
    squares += before * (value - mean);
  }
  float scaled(double value) const {
    const double deviation = squares > 0 ? std::sqrt(squares / count) : 1;
    // NaN stays NaN: the model takes it as a gap.
    return static_cast<float>(std::clamp((value - mean) / deviation, -8.0, 8.0));
  }
};

}  // namespace

int main(int argument_count, char** arguments) {
  const bool generated = argument_count < 2;
  const std::vector<Sample> samples = generated ? generate() : read(arguments[1]);
  if (samples.empty()) {
    std::fprintf(stderr, "%s has no lines \"time,value\"\n", arguments[1]);
    return 1;
  }

  constexpr double threshold = 5;  // standard deviations of the error, smoothed over some five samples
  eddy::Gru<float, 1, 16, 1> model;
  eddy::AnomalyScore score({.forgetting = 3e-4, .smoothing = 0.8, .warm_up = 3000});
  Scaling scaling;
  std::size_t quiet_until = 0;
  int hits = 0, false_alarms = 0;
  for (std::size_t t = 0; t < samples.size(); ++t) {
    scaling.add(samples[t].value);
    const float value = scaling.scaled(samples[t].value);
    if (t > 0) {
      const float error = std::abs(value - model.prediction()(0));
      model.partial_fit(value);
      if (score.update(static_cast<double>(error)) > threshold && t >= quiet_until) {
        std::printf("%s: %g is unusual, score %.1f\n", samples[t].time.c_str(), samples[t].value,
                    score.score());
        quiet_until = t + 288;  // what follows belongs to it: a day of five minutes each
        const auto* const fault = std::find_if(std::begin(faults), std::end(faults), [&](int begin) {
          return static_cast<int>(t) >= begin && static_cast<int>(t) < begin + 60;
        });
        hits += fault != std::end(faults);
        false_alarms += fault == std::end(faults);
      }
    }
    model.step(value);
  }
  if (!generated) {
    return 0;
  }
  std::printf("%d of %zu faults found, %d false alarms\n", hits, std::size(faults), false_alarms);
  return hits == 3 && false_alarms <= 1 ? 0 : 1;
}
