// Inference in a real-time callback while the model goes on learning on another thread.
//
// A guitar amplifier is to be modelled while it plays: a tanh whose drive is turned up slowly, then a filter.
// A callback is called for each block of 64 samples at 48 kHz. It runs the newest published weights over the
// dry signal, and hands the dry and the amplified samples to the learner, through a ring that never waits.
// The learner learns from each and publishes once a block. `--picture FILE` draws the error.

#include "support/curves.hpp"
#include "support/ring.hpp"

#include <eddy/eddy.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <thread>

namespace {

constexpr int rate = 48000, block = 64, blocks = 3 * rate / block;

using Block = std::array<float, block>;
using Model = eddy::Gru<float, 1, 8, 1, eddy::MeanSquaredError, eddy::Adam, eddy::TruncatedBptt<16, 4>,
                        eddy::NoRehearsal>;
using Shared = eddy::Published<Model::Network, 1>;

/// The dry signal: two strings, one of them a little out of tune, and noise.
class Guitar {
 public:
  float next() {
    const double t = static_cast<double>(step_++) / rate;
    return static_cast<float>(0.4 * std::sin(2 * pi * 196 * t) + 0.3 * std::sin(2 * pi * 331 * t) +
                              0.1 * random_.normal());
  }

 private:
  static constexpr double pi = 3.141592653589793;
  eddy::Random random_{1};
  int step_ = 0;
};

/// y_t = y_{t−1} + (tanh(g x_t) − y_{t−1}) / 2, with a drive g that goes from 1 to 4.
class Amplifier {
 public:
  float next(float x) {
    const float drive = 1 + 3 * static_cast<float>(step_++) / (blocks * block);
    return output_ += (std::tanh(drive * x) - output_) / 2;
  }

 private:
  float output_ = 0;
  int step_ = 0;
};

struct Pair {
  float dry, amplified;
};
using Samples = example::Ring<Pair, 4096>;

/// All that happens on the audio thread: no lock, no allocation, no call of the system.
class Callback {
 public:
  Callback(Shared& shared, Samples& samples) : reader_(shared.reader()), samples_(samples) {}

  void operator()(const Block& dry, const Block& amplified, Block& modelled) noexcept {
    for (std::size_t i = 0; i < block; ++i) {
      modelled[i] = reader_.step(dry[i])(0);
      lost_ += !samples_.push({dry[i], amplified[i]});
    }
  }

  int lost() const { return lost_; }
  std::int64_t version() const { return reader_.version(); }

 private:
  Shared::Reader reader_;
  Samples& samples_;
  int lost_ = 0;
};

void learn(Model model, Shared& shared, Samples& samples, const std::atomic<bool>& playing) {
  Pair pair{};
  for (int learned = 0;;) {
    const bool last = !playing;
    if (samples.pop(pair)) {
      model.partial_fit(pair.dry, pair.amplified);
      if (++learned % block == 0) {
        shared.publish(model);
      }
    } else if (last) {
      return;
    } else {
      std::this_thread::yield();
    }
  }
}

}  // namespace

int main(int count, char** words) {
  const Model model({.optimizer = {.learning_rate = 3e-3f}});
  Shared shared(model);
  Samples samples;
  std::atomic<bool> playing = true;
  Callback callback(shared, samples);
  std::thread learner(learn, model, std::ref(shared), std::ref(samples), std::cref(playing));

  Guitar guitar;
  Amplifier amplifier;
  Block dry, amplified, modelled;
  double first = 0, last = 0, part = 0, power = 0, longest = 0;
  eddy::Rolling<eddy::Rmse, 100 * block> error, signal;  // that of silence is the signal
  picture::Chart chart{.title = "An amplifier whose drive rises from 1 to 4, modelled while it plays",
                       .horizontal = "block of 64 samples",
                       .vertical = "error/signal, newest 100 blocks",
                       .curves = {{"newest published weights", {}}}};
  std::printf("   seconds   drive   error/signal   weights learned from so many blocks\n");
  for (int played = 1; played <= blocks; ++played) {
    for (std::size_t i = 0; i < block; ++i) {
      dry[i] = guitar.next();
      amplified[i] = amplifier.next(dry[i]);
    }
    // This sound card's clock stands still while the learner is far behind, so that the example takes the
    // same course on any machine. A real one would go on, and the ring would lose samples.
    while (samples.size() > 8 * block) {
      std::this_thread::yield();
    }
    const auto begin = std::chrono::steady_clock::now();
    callback(dry, amplified, modelled);
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - begin;
    longest = (std::max)(longest, took.count());
    for (std::size_t i = 0; i < block; ++i) {
      part += std::pow(modelled[i] - amplified[i], 2);
      power += std::pow(amplified[i], 2);
      error.add(amplified[i], modelled[i]);
      signal.add(amplified[i], 0.0f);
    }
    chart.curves[0].values.push_back(error.value() / signal.value());
    if (played % (blocks / 10) == 0) {
      last = std::sqrt(part / power);
      first = first > 0 ? first : last;
      part = power = 0;
      std::printf("%10.2f%8.2f%15.4f%14lld\n", played * block / static_cast<double>(rate),
                  1 + 3.0 * played / blocks, last, static_cast<long long>(callback.version()));
    }
  }
  playing = false;
  learner.join();
  std::printf("the longest callback took %.0f of the %.0f µs of a block; %d samples were lost\n", longest,
              1e6 * block / rate, callback.lost());
  const bool drawn = picture::draw(count, words, chart);
  return drawn && last < 0.1 && last < first && callback.lost() == 0 ? 0 : 1;
}
