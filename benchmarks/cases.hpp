#pragma once

#include "contender.hpp"

#include <string>
#include <vector>

namespace bench {

/// What is timed by default (in some minutes), or all there is.
std::vector<Case> default_cases();
std::vector<Case> all_cases();

/// "fit/lstm/float/x8/h32/w16/s1/adam": what belongs together in the table but for h and n; contenders are
/// appended.
std::string name(const Case& c);

/// A heading: "partial_fit, LSTM, float, 8 inputs, window 16, stride 1, Adam".
std::string heading(const Case& c);

/// Whether two cases differ in their size alone: in streams if there are many, else in hidden units.
bool same_row(Case a, Case b);

/// U(−a, a), a = 1/√hidden, for all weights and biases.
template <class T>
Weights<T> make_weights(const Case& c);

/// Inputs and targets from U(−1, 1), as many as one run takes: some for each stream, whole windows.
template <class T>
struct SampleMemory {
  std::vector<T> x, y;
  Samples<T> samples;
};
template <class T>
SampleMemory<T> make_samples(const Case& c);

}  // namespace bench
