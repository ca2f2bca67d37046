#pragma once

#include <eddy/core/cxx20.hpp>

#include <atomic>

namespace eddy {

/// The instruction sets that the kernels are compiled for, from the plainest on.
enum class Target {
  portable,  ///< plain C++, one number at a time
  baseline,  ///< what every machine of this kind has: SSE2 on x86-64, NEON on AArch64
  avx2,      ///< x86-64 with AVX2 and FMA
  avx512     ///< x86-64 with AVX-512F
};

/// Its name, as a compiler's flags would call it.
constexpr const char* describe(Target target) {
  switch (target) {
    case Target::portable:
      return "portable";
    case Target::baseline:
      return "baseline";
    case Target::avx2:
      return "AVX2 + FMA";
    case Target::avx512:
      return "AVX-512";
  }
  return "unknown";
}

/// Whether models of float and double can run on the target: this compiler makes kernels for it, and this
/// machine has it. Other scalars are always `portable`, as is everything with compilers that have no vectors.
inline bool has_target(Target target) {
#if defined(__GNUC__) && defined(__x86_64__)
  switch (target) {
    case Target::portable:
      return false;
    case Target::baseline:
      return true;
    case Target::avx2:
      return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    case Target::avx512:
      return has_target(Target::avx2) && __builtin_cpu_supports("avx512f");
  }
  return false;
#elif defined(__GNUC__)
  return target == Target::baseline;
#else
  return target == Target::portable;
#endif
}

/// The fastest target that there is; asked once.
inline Target best_target() {
  static const Target best = [] {
    Target found = Target::portable;
    for (const Target target : {Target::baseline, Target::avx2, Target::avx512}) {
      if (has_target(target)) {
        found = target;
      }
    }
    return found;
  }();
  return best;
}

/// No target is forced.
inline constexpr int no_target = -1;

/// The target in use, or `no_target` before the first kernel ran; initialised before any code runs.
inline std::atomic<int> target_in_use{no_target};

/// The target whose kernels run in this program: the best, unless `set_target` chose another.
inline Target target() {
#if !defined(__x86_64__)  // there is one only: nothing to look up, nothing to link
  return has_target(Target::baseline) ? Target::baseline : Target::portable;
#else
  const int chosen = target_in_use.load(std::memory_order_relaxed);
  if (chosen != no_target) [[likely]] {
    return static_cast<Target>(chosen);
  }
  const Target best = best_target();
  target_in_use.store(static_cast<int>(best), std::memory_order_relaxed);
  return best;
#endif
}

/// Makes all models of the program run on another target, for tests and comparisons. Returns false, and
/// changes nothing, if this machine does not have it. Results of different targets differ by rounding.
inline bool set_target(Target target) {
  if (!has_target(target)) {
    return false;
  }
  target_in_use.store(static_cast<int>(target), std::memory_order_relaxed);
  return true;
}

}  // namespace eddy
