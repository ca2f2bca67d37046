// What does it cost to share weights between a thread that learns and one that predicts? LSTMs of float, 8
// inputs, 1 output, with sizes at run time. It prints, in nanoseconds,
//
// - publish: of eddy::Published, alone and while a reader steps without pause;
// - step: of the model itself, of a reader under weights at rest, of a reader that finds newer weights each
//   time, and of a reader while another thread publishes without pause;
// - the same of a std::mutex around one copy of the weights, which the reader copies out when the version has
//   changed: alone, and while another thread publishes without pause.
//
// Beside each median stands the time that 99.9% of the calls stay below, and the longest. Two threads run at
// once, so the machine needs two idle cores for the figures under contention to mean something.
//
// Options: --calls <number, 20000>; --markdown.

#include <eddy/eddy.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;
using Model = eddy::Lstm<float>;
using Vector = Eigen::VectorXf;

/// One copy of the weights behind a lock, and one for the reader.
class Locked {
 public:
  explicit Locked(const Model& model) : own_(model.network()), weights_(model.parameters()) {
    own_.parameters() = weights_;
  }

  void publish(const Model& model) {
    const std::lock_guard lock(mutex_);
    weights_ = model.parameters();
    ++version_;
  }

  auto step(const Vector& x) {
    {
      const std::lock_guard lock(mutex_);
      if (seen_ != version_) {
        own_.parameters() = weights_;
        seen_ = version_;
      }
    }
    return own_.step(x);
  }

 private:
  eddy::Features<Model::Network> own_;
  std::mutex mutex_;
  Vector weights_;
  std::int64_t version_ = 0, seen_ = 0;
};

struct Times {
  double median, high, longest;
};

/// The time of each of many calls, without that of the clock.
template <class Before, class Call>
Times measure(int calls, Before&& before, Call&& call) {
  std::vector<double> times;
  times.reserve(static_cast<std::size_t>(calls));
  double clock = 1e9;
  for (int i = 0; i < calls; ++i) {
    before();
    const auto begin = Clock::now();
    call();
    const auto end = Clock::now();
    times.push_back(std::chrono::duration<double, std::nano>(end - begin).count());
    const std::chrono::duration<double, std::nano> idle = Clock::now() - end;
    clock = (std::min)(clock, idle.count());
  }
  std::sort(times.begin(), times.end());
  const auto at = [&](double share) {
    return times[static_cast<std::size_t>(share * (static_cast<double>(calls) - 1))] - clock;
  };
  return {at(0.5), at(0.999), at(1)};
}

/// The same while another thread does something without pause.
template <class Other, class Call>
Times beside(int calls, Other&& other, Call&& call) {
  std::atomic<bool> running = true, begun = false;
  std::thread thread([&] {
    while (running) {
      other();
      begun = true;
    }
  });
  while (!begun) {
    std::this_thread::yield();
  }
  const Times times = measure(
      calls, [] {}, call);
  running = false;
  thread.join();
  return times;
}

void row(bool markdown, int hidden, const char* what, const Times& times) {
  std::printf(markdown ? "| %d | %s | %.0f | %.0f | %.0f |\n" : "%6d  %-46s%10.0f%10.0f%12.0f\n", hidden,
              what, times.median, times.high, times.longest);
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  int calls = 20000;
  bool markdown = false;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--markdown") {
      markdown = true;
    } else if (std::string(argv[i]) == "--calls" && i + 1 < argc) {
      calls = (std::max)(1, std::atoi(argv[++i]));
    }
  }
  std::printf(
      markdown ? "| units | what | median, ns | 99.9%% | longest |\n|---:|---|---:|---:|---:|\n"
               : " units  what                                              median     99.9%%     longest\n");
  for (const int hidden : {32, 64, 128}) {
    Model model(8, hidden, 1);
    const Vector x = Vector::LinSpaced(8, -1, 1);
    eddy::Published shared(model, 2);
    auto reader = shared.reader(), other = shared.reader();
    Locked locked(model);
    const auto nothing = [] {};
    const auto publish = [&] { shared.publish(model); };
    const auto publish_locked = [&] { locked.publish(model); };

    row(markdown, hidden, "publish", measure(calls, nothing, publish));
    row(markdown, hidden, "publish, a reader steps",
        beside(
            calls, [&] { other.step(x); }, publish));
    row(markdown, hidden, "publish by mutex, a reader steps",
        beside(
            calls, [&] { locked.step(x); }, publish_locked));
    row(markdown, hidden, "step of the model", measure(calls, nothing, [&] { model.step(x); }));
    row(markdown, hidden, "step of a reader", measure(calls, nothing, [&] { reader.step(x); }));
    row(markdown, hidden, "step of a reader, always newer weights",
        measure(calls, publish, [&] { reader.step(x); }));
    row(markdown, hidden, "step of a reader, another thread publishes",
        beside(calls, publish, [&] { reader.step(x); }));
    row(markdown, hidden, "step by mutex, always newer weights",
        measure(calls, publish_locked, [&] { locked.step(x); }));
    row(markdown, hidden, "step by mutex, another thread publishes",
        beside(calls, publish_locked, [&] { locked.step(x); }));
  }
}
