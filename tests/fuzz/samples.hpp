#pragma once

// Samples and labels for the subjects of the fuzzers.

#include <eddy/online.hpp>

#include <cmath>

namespace eddy::testing {

inline float wave(int time) { return std::sin(0.7f * static_cast<float>(time)); }

/// A gap now and then.
inline float broken_wave(int time) { return time % 7 == 5 ? not_a_number<float> : wave(time); }

/// Samples and labels for a learner of one input and one output: some broken, some late, some missing.
template <class Model>
void live(Model& model, int time) {
  using Scalar = typename Model::Scalar;
  const auto x = static_cast<Scalar>(broken_wave(time)), y = static_cast<Scalar>(wave(time + 1));
  model.predict(x);
  model.step(x);
  if (time % 3 == 0) {
    model.partial_fit(at(model.time() - 2), y);
  } else if (time % 5 != 0) {
    model.partial_fit(y);
  }
  if (time % 29 == 28) {
    model.reset();
  }
}

}  // namespace eddy::testing
