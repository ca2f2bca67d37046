#pragma once

#include "contender.hpp"

#include <string>
#include <vector>

namespace bench {

/// What one core of this machine can do at best, measured: multiplications and additions (an FMA is two) and
/// reads from each cache, with the best instruction set it has.
struct Roofline {
  struct Level {
    std::string name;
    double bytes;             ///< its size; infinite for memory
    double bytes_per_ns = 0;  ///< read by a loop that does nothing else
  };

  std::string instruction_set;
  double float_flops_per_ns = 0, double_flops_per_ns = 0;
  std::vector<Level> levels;  ///< L1, L2, L3, memory

  /// Measures for about a second, and keeps what was better before.
  void measure();

  /// Of reading a working set of that size again and again: that of the smallest cache that holds it.
  double bandwidth(double bytes) const;
  double peak(Scalar scalar) const {
    return scalar == Scalar::single_precision ? float_flops_per_ns : double_flops_per_ns;
  }
};

/// A lower bound on the ns a sample takes, as the sum of phases that must follow each other, each as long as
/// the longer of its reads and its arithmetic. With P parameters of s bytes, P_h of them recurrent, G gates
/// of H units, window K, stride S, moments m of the optimizer (0 for SGD, 2 for Adam):
///
///   step     read P s;  2 P flops
///   fit      a step, and every S samples:
///     sweep      K times: read P_h s;  2 P_h flops       (Wᵀδ, one step after the other)
///     gradient   2 K P flops                             (one product over the window, in registers)
///     optimizer  read (1 + m) P s                        (weights and moments; writes, √ and ÷ are free)
///     rehearsal  for each of eddy's two windows: K steps, a sweep, a gradient
///   n streams in lock step: a step reads P s once, and does 2 P n flops; divided by n
///
/// Activations, the tape and loop overheads are free, too: no code reaches it. A share above 100% can be
/// where a working set is only just too large for a cache.
double limit(const Case& c, const Roofline& roofline, bool lock_step);

}  // namespace bench
