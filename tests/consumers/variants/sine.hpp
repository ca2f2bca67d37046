#pragma once

#include <eddy/eddy.hpp>

// What the translation units of a program share: a model, and inline functions that use it.
namespace sine {

using Model = eddy::Lstm<float, 1, 8, 1, eddy::MeanSquaredError, eddy::Adam, eddy::TruncatedBptt<8>,
                         eddy::RecentRehearsal<20>>;

inline float value(int t) { return std::sin(0.3f * static_cast<float>(t)); }

/// Learns to predict the next value, from step `from` on; returns the mean loss.
inline float learn(Model& model, int from, int steps) {
  float sum = 0;
  for (int t = from; t < from + steps; ++t) {
    sum += model.partial_fit(value(t), value(t + 1));
  }
  return sum / static_cast<float>(steps);
}

/// The same, compiled by the other translation unit.
float learn_elsewhere(Model& model, int from, int steps);

}  // namespace sine
