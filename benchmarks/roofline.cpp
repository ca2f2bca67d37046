#include "roofline.hpp"

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <memory>

namespace bench {
namespace {

volatile double sink;  // keeps the results of loops that nobody reads

namespace baseline {
constexpr std::size_t lanes_bytes = 16;
#include "roofline.inl"
}  // namespace baseline

#if defined(__x86_64__)
#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#endif
namespace avx2 {
constexpr std::size_t lanes_bytes = 32;
#include "roofline.inl"
}  // namespace avx2
#if defined(__clang__)
#pragma clang attribute pop
#pragma clang attribute push(__attribute__((target("avx512f,avx2,fma"))), apply_to = function)
#else
#pragma GCC pop_options
#pragma GCC push_options
#pragma GCC target("avx512f,avx2,fma")
#endif
namespace avx512 {
constexpr std::size_t lanes_bytes = 64;
#include "roofline.inl"
}  // namespace avx512
#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif
#endif

struct Loops {
  const char* name;
  double (*float_flops)(long);
  double (*double_flops)(long);
  double (*read)(const float*, long, long);
};

std::vector<Loops> available() {
  std::vector<Loops> loops = {
      {"baseline", baseline::multiply_add<float>, baseline::multiply_add<double>, baseline::read}};
#if defined(__x86_64__)
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    loops.push_back({"AVX2", avx2::multiply_add<float>, avx2::multiply_add<double>, avx2::read});
  }
  if (__builtin_cpu_supports("avx512f")) {
    loops.push_back({"AVX-512", avx512::multiply_add<float>, avx512::multiply_add<double>, avx512::read});
  }
#endif
  return loops;
}

/// The best of many short runs of something that returns how much it did, as an amount a nanosecond.
template <class Work>
double best_rate(int runs, Work&& work) {
  using Clock = std::chrono::steady_clock;
  double best = 0;
  for (int run = 0; run < runs; ++run) {
    const auto begin = Clock::now();
    const double amount = work();
    best = (std::max)(best, amount / std::chrono::duration<double, std::nano>(Clock::now() - begin).count());
  }
  return best;
}

double cache_size(int name, double otherwise) {
  const long size = sysconf(name);
  return size > 0 ? static_cast<double>(size) : otherwise;
}

}  // namespace

void Roofline::measure() {
  if (levels.empty()) {
    levels = {{"L1", cache_size(_SC_LEVEL1_DCACHE_SIZE, 32e3)},
              {"L2", cache_size(_SC_LEVEL2_CACHE_SIZE, 512e3)},
              {"L3", cache_size(_SC_LEVEL3_CACHE_SIZE, 8e6)},
              {"memory", std::numeric_limits<double>::infinity()}};
  }
  constexpr std::size_t largest = std::size_t{256} << 20;
  const std::unique_ptr<float, decltype(&std::free)> memory(
      static_cast<float*>(std::aligned_alloc(4096, largest)), &std::free);
  std::fill_n(memory.get(), largest / sizeof(float), 1e-6f);

  for (const Loops& loops : available()) {
    const double flops = best_rate(200, [&] { return loops.float_flops(20000); });
    if (flops > float_flops_per_ns) {
      instruction_set = loops.name;
      float_flops_per_ns = flops;
    }
    double_flops_per_ns =
        (std::max)(double_flops_per_ns, best_rate(200, [&] { return loops.double_flops(20000); }));
    for (std::size_t i = 0; i < levels.size(); ++i) {
      // Three quarters of a cache, since all of it is never ours; of a shared L3, which others fill, as much
      // as the largest networks here need; for memory as much as no cache holds.
      const double bytes = i < 2    ? 0.75 * levels[i].bytes
                           : i == 2 ? (std::min)(4e6, 0.5 * levels[i].bytes)
                                    : largest;
      const long count = static_cast<long>(bytes) / 4096 * 1024;
      const long rounds = (std::max)(1L, (1L << 20) / count);
      levels[i].bytes_per_ns = (std::max)(levels[i].bytes_per_ns,
                                          best_rate(i < 2    ? 200
                                                    : i == 2 ? 40
                                                             : 4,
                                                    [&] { return loops.read(memory.get(), count, rounds); }));
    }
  }
}

double Roofline::bandwidth(double bytes) const {
  const auto level =
      std::find_if(levels.begin(), levels.end(), [&](const Level& l) { return bytes <= l.bytes; });
  return level->bytes_per_ns;
}

double limit(const Case& c, const Roofline& roofline, bool lock_step) {
  const double size = c.scalar == Scalar::single_precision ? 4 : 8;
  const double recurrent = 1.0 * gates(c.cell) * c.hidden * c.hidden;
  const double parameters = recurrent + 1.0 * gates(c.cell) * c.hidden * (c.inputs + 1) +
                            (c.cell == Cell::gru_after ? c.hidden : 0) + c.hidden + 1;
  const double streams = lock_step ? (std::max)(c.streams, 1) : 1, moments = c.rule == Rule::adam ? 2 : 0;
  const auto phase = [&](double scalars_read, double working_set, double flops) {
    return (std::max)(scalars_read * size / roofline.bandwidth(working_set * size),
                      flops / roofline.peak(c.scalar));
  };
  const double step = phase(parameters, parameters, 2 * parameters * streams) / streams;
  if (c.verb != Verb::fit) {
    return step;
  }
  const double working_set = (1 + moments) * parameters;
  const double sweep = c.window * phase(recurrent, parameters, 2 * recurrent * streams);
  const double gradient = phase(0, working_set, 2 * c.window * parameters * streams);
  const double optimizer = phase((1 + moments) * parameters, working_set, 0);
  const double rehearsal = c.rehearsal ? 2 * (c.window * step + sweep + gradient) : 0;
  return step + (sweep + gradient + optimizer + rehearsal) / c.stride / streams;
}

}  // namespace bench
