// Learns a stream that is the same on every machine, and prints what it cost and how well it went, a line
// each. DEVICE_MODEL is the model.

#include "board.hpp"

#include <eddy/eddy.hpp>

#include <bit>
#include <cstdint>

namespace {

using eddy::Adam;
using eddy::Gru;
using eddy::Lstm;
using eddy::MeanSquaredError;
using eddy::NoRehearsal;
using eddy::RecentRehearsal;
using eddy::Rnn;
using eddy::Sgd;
using eddy::TruncatedBptt;

using Model = DEVICE_MODEL;

/// Text in a buffer of its own; what a number is can be told from its bits.
void print(const char* name, std::uint64_t value) {
  device::print(eddy::Message(name, " ", value, "\n").c_str());
}

/// NARMA-10 (Atiya & Parlos 2000, doi:10.1109/72.846741) in fixed-point arithmetic, all of whose results are
/// the same on every machine: u uniform on [0, 0.5), y ← 0.3 y + 0.05 y Σ y + 1.5 u(t−9) u(t) + 0.1, below 1.
class Narma {
 public:
  struct Sample {
    float x, y;
  };

  Sample next() {
    std::int64_t sum = 0;
    for (const std::int64_t y : y_) {
      sum += y;
    }
    const std::int64_t u = static_cast<std::int64_t>(random_.next() >> 45);  // 19 bits, of 2^20
    newest_ = (newest_ + 1) % 10;
    u_[newest_] = u;
    const std::int64_t oldest = u_[(newest_ + 1) % 10];
    std::int64_t y = 3 * last_ / 10 + ((last_ * sum) >> 20) / 20 + ((3 * oldest * u) >> 21) + (1 << 20) / 10;
    y = y < (1 << 20) ? y : (1 << 20) - 1;
    last_ = y_[newest_] = y;
    return {static_cast<float>(u) * 0x1p-19f, static_cast<float>(y) * 0x1p-20f};
  }

 private:
  eddy::Random random_{11};
  std::int64_t u_[10] = {}, y_[10] = {}, last_ = 0;
  unsigned newest_ = 0;
};

/// Ticks of `work()`, run once.
template <class Work>
std::uint64_t ticks_of(Work&& work) {
  const std::uint64_t before = device::ticks();
  work();
  return device::ticks() - before;
}

#if defined(__arm__)
/// Three instructions a turn, and what surrounds them: holds a tick to its meaning.
void turns(std::uint32_t count) {
  __asm__ volatile("1: nop\n subs %0, %0, #1\n bne 1b" : "+r"(count) : : "cc");
}
#else
void turns(std::uint32_t) {}
#endif

Model model;
Narma narma;

}  // namespace

int main() {
  constexpr int samples = DEVICE_SAMPLES, counted = 64;
  print("calibration", ticks_of([] { turns(110000); }) - ticks_of([] { turns(10000); }));
  print("sizeof", sizeof(Model));

  device::paint_stack();
  double error = 0;
  std::uint64_t steps = 0, fits = 0;
  for (int t = 1; t <= samples; ++t) {
    const Narma::Sample sample = narma.next();
    float loss = 0;
    const std::uint64_t fit = ticks_of([&] { loss = model.partial_fit(sample.x, sample.y); });
    error += static_cast<double>(loss);
    if (t > samples - counted) {
      fits += fit;
    }
    device::print(eddy::Message("loss ", t, " ", std::bit_cast<std::uint32_t>(loss), "\n").c_str());
  }
  print("stack", device::stack_used());
  for (int t = 0; t < counted; ++t) {
    const Narma::Sample sample = narma.next();
    steps += ticks_of([&] { model.step(sample.x); });
  }
  device::print(
      eddy::Message("mean ", std::bit_cast<std::uint32_t>(static_cast<float>(error / samples)), "\n")
          .c_str());
  print("fit", fits);
  print("step", steps);
}
