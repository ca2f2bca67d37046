// How long does one partial_fit take, and how evenly? The distribution of its time in cycles of the time
// stamp counter, for learning that comes every 16 samples, with every sample, or is spread (AmortizedBptt).
//
// Interrupts and other tenants of the machine make any sample slow now and then, but not the same sample
// again and again. So one sequence of samples is learned from many times, each time by a fresh copy of one
// model, and what a sample took is the least of all runs: what the program does always. The distribution over
// the samples is that of these least times; beside it that of all times as they came ("raw").
//
// Options: --runs <number, 40>; --samples <number, 2048>; --markdown; --profile, to see also where in a
// period of 16 samples the time goes.

#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/eddy.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

namespace {

using Ticks = std::uint64_t;

/// A clock that counts cycles of constant length where the processor has one; nothing before it is still
/// under way, nothing after it has begun.
Ticks now() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_ia32_lfence();
  const Ticks ticks = __builtin_ia32_rdtsc();
  __builtin_ia32_lfence();
  return ticks;
#elif defined(__aarch64__) && defined(__GNUC__)
  Ticks ticks;
  asm volatile("isb\n\tmrs %0, cntvct_el0\n\tisb" : "=r"(ticks)::"memory");
  return ticks;
#else
  return static_cast<Ticks>(std::chrono::steady_clock::now().time_since_epoch().count());
#endif
}

/// Length of a tick in nanoseconds.
double nanoseconds_a_tick() {
  using Clock = std::chrono::steady_clock;
  const auto begin = Clock::now();
  const Ticks first = now();
  auto end = begin;
  while (end - begin < std::chrono::milliseconds(200)) {
    end = Clock::now();
  }
  return std::chrono::duration<double, std::nano>(end - begin).count() / static_cast<double>(now() - first);
}

/// What the clock itself takes; it is part of every time below.
Ticks ticks_of_the_clock() {
  Ticks least = std::numeric_limits<Ticks>::max();
  for (int i = 0; i < 1000; ++i) {
    const Ticks begin = now();
    least = (std::min)(least, now() - begin);
  }
  return least;
}

struct Settings {
  int runs = 40;
  int samples = 2048;
  bool markdown = false;
  bool profile = false;
};

constexpr int inputs = 8, period = 16, warm_up = 16 * period;

/// Times of the samples: the least of all runs, and all.
struct Times {
  std::vector<Ticks> least, raw;
};

template <class Model>
Times measure(int hidden, const Settings& settings) {
  const Model fresh(inputs, hidden, 1);
  const int length = warm_up + settings.samples;
  Eigen::MatrixXf x(inputs, length);
  Eigen::VectorXf y(length);
  eddy::Random random(1);
  for (int t = 0; t < length; ++t) {
    for (int i = 0; i < inputs; ++i) {
      x(i, t) = static_cast<float>(random.normal());
    }
    y(t) = x(0, t) - 0.5f * x(1, t);
  }
  Times times;
  times.least.assign(static_cast<std::size_t>(settings.samples), std::numeric_limits<Ticks>::max());
  for (int run = 0; run < settings.runs; ++run) {
    Model model = fresh;
    for (int t = 0; t < length; ++t) {
      const Ticks begin = now();
      model.partial_fit(x.col(t), y(t));
      const Ticks taken = now() - begin;
      if (t >= warm_up) {  // caches and branch predictors have met the copy
        Ticks& least = times.least[static_cast<std::size_t>(t - warm_up)];
        least = (std::min)(least, taken);
        times.raw.push_back(taken);
      }
    }
  }
  return times;
}

/// The least value that a share of all values does not exceed.
Ticks quantile(const std::vector<Ticks>& sorted, double share) {
  const auto rank = static_cast<std::size_t>(share * static_cast<double>(sorted.size()));
  return sorted[(std::min)(rank, sorted.size() - 1)];
}

double mean(const std::vector<Ticks>& values) {
  double sum = 0;
  for (const Ticks value : values) {
    sum += static_cast<double>(value);
  }
  return sum / static_cast<double>(values.size());
}

void head(const std::string& title, const Settings& settings) {
  if (settings.markdown) {
    std::printf(
        "\n**%s**\n\n| H | credit | p50 | p99 | p99.9 | max | max / p50 | mean, µs | raw p50 | raw p99 | raw "
        "p99.9 | raw "
        "max |\n|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n",
        title.c_str());
  } else {
    std::printf("\n%s\n%5s  %-22s%9s%9s%9s%9s%11s%10s%10s%10s%10s%10s\n", title.c_str(), "H", "credit", "p50",
                "p99", "p99.9", "max", "max / p50", "mean, us", "raw p50", "p99", "p99.9", "max");
  }
}

template <class Model>
void row(const char* credit, int hidden, const Settings& settings, double nanoseconds) {
  Times times = measure<Model>(hidden, settings);
  std::vector<Ticks> places;  // in the period: the median of the least times
  for (std::size_t place = 0; place < period; ++place) {
    std::vector<Ticks> same;
    for (std::size_t t = place; t < times.least.size(); t += period) {
      same.push_back(times.least[t]);
    }
    std::sort(same.begin(), same.end());
    places.push_back(quantile(same, 0.5));
  }
  std::sort(times.least.begin(), times.least.end());
  std::sort(times.raw.begin(), times.raw.end());
  const auto p = [&](double share) { return static_cast<unsigned long long>(quantile(times.least, share)); };
  const auto raw = [&](double share) { return static_cast<unsigned long long>(quantile(times.raw, share)); };
  std::printf(settings.markdown
                  ? "| %d | %s | %llu | %llu | %llu | %llu | %.2f | %.2f | %llu | %llu | %llu | %llu |\n"
                  : "%5d  %-22s%9llu%9llu%9llu%9llu%11.2f%10.2f%10llu%10llu%10llu%10llu\n",
              hidden, credit, p(0.5), p(0.99), p(0.999), p(1),
              static_cast<double>(p(1)) / static_cast<double>(p(0.5)), mean(times.least) * nanoseconds / 1000,
              raw(0.5), raw(0.99), raw(0.999), raw(1));
  if (settings.profile) {
    std::printf("       place in the period:");
    for (const Ticks place : places) {
      std::printf(" %llu", static_cast<unsigned long long>(place));
    }
    std::printf("\n");
  }
  std::fflush(stdout);
}

template <template <class Credit> class Model>
void table(const std::string& title, const Settings& settings, double nanoseconds) {
  head(title, settings);
  for (const int hidden : {16, 32, 64, 128}) {
    row<Model<eddy::TruncatedBptt<16, 16>>>("TruncatedBptt<16, 16>", hidden, settings, nanoseconds);
    row<Model<eddy::TruncatedBptt<16, 1>>>("TruncatedBptt<16, 1>", hidden, settings, nanoseconds);
    row<Model<eddy::AmortizedBptt<16>>>("AmortizedBptt<16>", hidden, settings, nanoseconds);
  }
}

template <class Credit>
using Lstm = eddy::Lstm<float, eddy::Dynamic, eddy::Dynamic, eddy::Dynamic, eddy::MeanSquaredError,
                        eddy::Adam, Credit, eddy::NoRehearsal>;

template <class Credit>
using Gru = eddy::Gru<float, eddy::Dynamic, eddy::Dynamic, eddy::Dynamic, eddy::MeanSquaredError, eddy::Adam,
                      Credit, eddy::NoRehearsal>;

}  // namespace

int main(int argc, char** argv) {
  Settings settings;
  for (int i = 1; i < argc; ++i) {
    const std::string option = argv[i];
    if (option == "--markdown") {
      settings.markdown = true;
    } else if (option == "--profile") {
      settings.profile = true;
    } else if ((option == "--runs" || option == "--samples") && i + 1 < argc && std::atoi(argv[i + 1]) > 0) {
      (option == "--runs" ? settings.runs : settings.samples) = std::atoi(argv[++i]);
    } else {
      std::fprintf(stderr, "usage: latency_benchmark [--runs n] [--samples n] [--markdown] [--profile]\n");
      return 1;
    }
  }
  const double nanoseconds = nanoseconds_a_tick();
  std::printf(
      "Cycles of one partial_fit, of %.3f ns each (%llu of them are the clock's): over %d samples the least "
      "of "
      "%d runs; raw: all of them.\n",
      nanoseconds, static_cast<unsigned long long>(ticks_of_the_clock()), settings.samples, settings.runs);
  table<Lstm>("partial_fit, LSTM, float, 8 inputs, window 16, Adam", settings, nanoseconds);
  table<Gru>("partial_fit, GRU, float, 8 inputs, window 16, Adam", settings, nanoseconds);
}
