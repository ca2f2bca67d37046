#pragma once

#include <eddy/core/shape.hpp>

#include <cmath>
#include <cstdint>

namespace eddy {

/// SplitMix64 (Steele, Lea & Flood 2014, doi:10.1145/2660193.2660195): 8 bytes of state, the same numbers on
/// every compiler.
class Random {
 public:
  /// The same seed gives the same numbers on every machine.
  explicit constexpr Random(std::uint64_t seed) : state_(seed) {}

  /// 64 random bits.
  constexpr std::uint64_t next() {
    state_ += 0x9e3779b97f4a7c15u;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return z ^ (z >> 31);
  }

  /// Uniform on [0, 1), a multiple of 2^-53.
  constexpr double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }

  /// Uniform on [-limit, limit).
  constexpr double uniform(double limit) { return limit * (2 * uniform() - 1); }

  /// Uniform on {0, …, bound − 1}, without bias: draws that would favour small numbers are thrown away.
  constexpr std::uint64_t below(std::uint64_t bound) {
    const std::uint64_t excess = (0 - bound) % bound;  // 2^64 mod bound
    std::uint64_t draw = next();
    while (draw < excess) {
      draw = next();
    }
    return draw % bound;
  }

  /// Nearly normal, mean 0 and variance 1: the sum of twelve uniform numbers, so that no library's logarithm
  /// enters.
  constexpr double normal() {
    double sum = -6;
    for (int i = 0; i < 12; ++i) {
      sum += uniform();
    }
    return sum;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("state", self.state_);
  }

 private:
  std::uint64_t state_;
};

/// Fills `weights` [outputs, inputs] from U(−a, a), a = √(6 / (inputs + outputs)) (Glorot & Bengio 2010).
template <class Weights>
void glorot_uniform(Weights&& weights, Random& random) {
  using Scalar = typename std::decay_t<Weights>::Scalar;
  const double limit = std::sqrt(6.0 / static_cast<double>(weights.rows() + weights.cols()));
  for (Index column = 0; column < weights.cols(); ++column) {
    for (Index row = 0; row < weights.rows(); ++row) {
      weights(row, column) = static_cast<Scalar>(random.uniform(limit));
    }
  }
}

/// Fills the square `weights` with a random orthogonal matrix (Saxe, McClelland & Ganguli 2014,
/// arXiv:1312.6120): modified Gram–Schmidt on normal columns. No memory of its own; O(n³), once, at
/// construction.
template <class Weights>
void orthogonal(Weights&& weights, Random& random) {
  using Scalar = typename std::decay_t<Weights>::Scalar;
  for (Index column = 0; column < weights.cols(); ++column) {
    auto direction = weights.col(column);
    for (Index row = 0; row < weights.rows(); ++row) {
      direction(row) = static_cast<Scalar>(random.normal());
    }
    for (Index previous = 0; previous < column; ++previous) {
      direction -= weights.col(previous).dot(direction) * weights.col(previous);
    }
    direction.normalize();
  }
}

}  // namespace eddy
