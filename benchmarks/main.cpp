// eddy beside its peers and beside what the machine can do, in one process on one thread. `./dev bench` runs
// it; docs/performance.md says what it shows.

#include "cases.hpp"
#include "roofline.hpp"
#include "table.hpp"

#include <benchmark/benchmark.h>
#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <iostream>
#include <limits>
#include <map>
#include <memory>
#include <regex>
#include <stdexcept>

namespace {

using namespace bench;

constexpr const char* help = R"(benchmark [GROUP] [options]

GROUP           step (and predict), fit, batch, default (some of each; the default) or all (hours)
--check         only check that all contenders predict the same
--list          only list what would be timed
--markdown      the table in Markdown
--json FILE     where the figures go, as JSON
--benchmark_…   options of Google Benchmark; --benchmark_filter=REGEX picks from all
)";

struct Options {
  std::string group = "default", filter, json;
  bool check = false, list = false, markdown = false, help = false;
  std::vector<std::string> google;  ///< for Google Benchmark
};

Options parse(int argc, char** argv) {
  Options options;
  for (int k = 1; k < argc; ++k) {
    const std::string argument = argv[k], filter = "--benchmark_filter=";
    if (argument.rfind(filter, 0) == 0) {
      options.group = "all";
      options.filter = argument.substr(filter.size());
    } else if (argument.rfind("--benchmark_", 0) == 0) {
      options.google.push_back(argument);
    } else if (argument == "--json" && k + 1 < argc) {
      options.json = argv[++k];
    } else if (argument == "--check" || argument == "--list" || argument == "--markdown" ||
               argument == "--help") {
      (argument == "--check"      ? options.check
       : argument == "--list"     ? options.list
       : argument == "--markdown" ? options.markdown
                                  : options.help) = true;
    } else if (argument == "step" || argument == "fit" || argument == "batch" || argument == "default" ||
               argument == "all") {
      options.group = argument;
    } else {
      throw std::invalid_argument("what is \"" + argument + "\"?\n" + help);
    }
  }
  return options;
}

std::vector<Case> chosen(const Options& options) {
  std::vector<Case> result;
  for (const Case& c : options.group == "all" ? all_cases() : default_cases()) {
    const std::string group = c.streams > 0 ? "batch" : c.verb == Verb::fit ? "fit" : "step";
    if (options.group == "all" || options.group == "default" || options.group == group) {
      result.push_back(c);
    }
  }
  return result;
}

template <class T>
Runner<T> make(const Contender& contender, const Case& c, const Weights<T>& weights) {
  const Make<T>* make;
  if constexpr (std::is_same_v<T, float>) {
    make = &contender.with_float;
  } else {
    make = &contender.with_double;
  }
  return *make ? (*make)(c, weights) : Runner<T>();
}

/// What the check compares: predictions over some hundred samples.
///
/// eddy keeps the activations of a window, peers run it again with newer weights; so that both must come to
/// the same, learning goes by episodes here: as many steps as the window has, one update at their end,
/// forget.
template <class T>
std::vector<T> predictions(const Case& c, const Runner<T>& run, const Samples<T>& samples,
                           bool learn = true) {
  std::vector<T> all;
  if (c.verb == Verb::step || c.verb == Verb::predict || c.streams > 0) {
    for (int pass = 0; pass < 4; ++pass) {
      all.resize(all.size() + static_cast<std::size_t>(samples.count));
      run(samples, all.data() + pass * samples.count);
    }
    return all;
  }
  for (int episode = 0; episode < 16; ++episode) {
    const int first = episode * c.window % samples.count;
    std::vector<T> y(samples.y + first, samples.y + first + c.window);
    if (c.stride == 1 || !learn) {
      std::fill(y.begin(), learn ? y.end() - 1 : y.end(), std::numeric_limits<T>::quiet_NaN());
    }
    all.resize(all.size() + y.size());
    run({samples.x + first * samples.inputs, y.data(), samples.inputs, c.window, true},
        all.data() + episode * c.window);
  }
  return all;
}

template <class T>
double largest_difference(const std::vector<T>& a, const std::vector<T>& b) {
  double largest = 0;
  for (std::size_t k = 0; k < a.size(); ++k) {
    const double difference = std::abs(static_cast<double>(a[k]) - static_cast<double>(b[k]));
    largest = difference <= largest ? largest : difference;  // NaN is larger
  }
  return largest;
}

/// Does cases of one scalar type: makes contenders, checks each against eddy, keeps them to be timed.
template <class T>
class Arena {
 public:
  explicit Arena(const Case& c) : c_(c), weights_(make_weights<T>(c)), memory_(make_samples<T>(c)) {}

  /// Adds all contenders that can do the case and whose name the filter likes.
  template <class Likes, class Add>
  void enter(Likes&& likes, bool only_list, Add&& add) {
    std::vector<T> expected;
    bool with_learning = true;
    for (const Contender& contender : contenders()) {
      const std::string full_name = name(c_) + "/" + contender.id;
      if (!likes(full_name)) {
        continue;
      }
      Runner<T> run = make<T>(contender, c_, weights_);
      if (!run) {
        continue;
      }
      if (!only_list && contender.id != "eddy" && comparable(contender)) {
        const bool learn = contender.exact_gradient || c_.window == 1;
        if (expected.empty() || learn != with_learning) {
          expected = reference(learn);
          with_learning = learn;
        }
        const double difference = largest_difference(predictions(c_, run, memory_.samples, learn), expected);
        if (!(difference < 1e-5)) {
          throw std::runtime_error(full_name + " is not timed: its predictions and eddy's differ by " +
                                   std::to_string(difference));
        }
      }
      if (!only_list) {
        warm_up(run);
      }
      runs_.push_back(std::make_unique<Runner<T>>(std::move(run)));
      add(full_name, contender, [this, run = runs_.back().get()](benchmark::State& state) {
        std::vector<T> out(static_cast<std::size_t>(memory_.samples.count));
        while (state.KeepRunningBatch(memory_.samples.count)) {
          (*run)(memory_.samples, out.data());
          benchmark::DoNotOptimize(out.data());
          benchmark::ClobberMemory();
        }
      });
    }
  }

 private:
  /// predict() changes nothing, and an update from many streams at once is another than one from each.
  bool comparable(const Contender& contender) const { return !(c_.verb == Verb::fit && contender.lock_step); }

  /// Fills windows, and what is kept for rehearsal: with less to go back through, updates are cheaper.
  void warm_up(const Runner<T>& run) const {
    const int samples =
        c_.verb == Verb::fit ? (std::max)(c_.streams, 1) * c_.window + (c_.rehearsal ? 256 : 0) : 64;
    std::vector<T> out(static_cast<std::size_t>(memory_.samples.count));
    for (int done = 0; done < samples; done += memory_.samples.count) {
      run(memory_.samples, out.data());
    }
  }

  std::vector<T> reference(bool learn) const {
    for (const Contender& contender : contenders()) {
      if (contender.id == "eddy") {
        if (const Runner<T> run = make<T>(contender, c_, weights_)) {
          return predictions(c_, run, memory_.samples, learn);
        }
      }
    }
    throw std::logic_error("eddy does not do " + name(c_));
  }

  Case c_;
  Weights<T> weights_;
  SampleMemory<T> memory_;
  std::vector<std::unique_ptr<Runner<T>>> runs_;
};

/// Keeps what Google Benchmark measures, in place of printing it.
class Collector : public benchmark::BenchmarkReporter {
 public:
  explicit Collector(std::map<std::string, Measurement*> by_name) : by_name_(std::move(by_name)) {}

  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs) {
      if (run.run_type == Run::RT_Iteration && !run.error_occurred) {
        by_name_.at(run.run_name.function_name)
            ->ns.push_back(run.cpu_accumulated_time * 1e9 / static_cast<double>(run.iterations));
      }
    }
  }

 private:
  std::map<std::string, Measurement*> by_name_;
};

int run(const Options& options) {
  std::stable_sort(contenders().begin(), contenders().end(),
                   [](const Contender& a, const Contender& b) { return a.rank < b.rank; });
  const std::regex filter(options.filter);
  std::deque<Measurement> measurements;
  std::map<std::string, Measurement*> by_name;
  std::deque<Arena<float>> floats;
  std::deque<Arena<double>> doubles;
  for (const Case& c : chosen(options)) {
    const auto likes = [&](const std::string& full_name) { return std::regex_search(full_name, filter); };
    const auto add = [&](const std::string& full_name, const Contender& contender, auto&& body) {
      measurements.push_back({c, &contender});
      by_name[full_name] = &measurements.back();
      benchmark::RegisterBenchmark(full_name.c_str(), body)->MeasureProcessCPUTime();
      if (options.list) {
        std::cout << full_name << '\n';
      }
    };
    if (c.scalar == Scalar::single_precision) {
      floats.emplace_back(c).enter(likes, options.list, add);
    } else {
      doubles.emplace_back(c).enter(likes, options.list, add);
    }
  }
  if (options.list) {
    return 0;
  }
  std::cerr << "All " << measurements.size() << " contenders predict the same to 1e-5.\n";
  if (options.check || measurements.empty()) {
    return 0;
  }

  Roofline roofline;
  roofline.measure();
  Collector collector(by_name);
  benchmark::RunSpecifiedBenchmarks(&collector);
  roofline.measure();

  const std::vector<Measurement> finished(measurements.begin(), measurements.end());
  std::cout << (options.markdown ? "One core" : "\nOne core") << ", best instruction set "
            << roofline.instruction_set << ": " << std::lround(roofline.float_flops_per_ns)
            << " GFLOP/s in float, " << std::lround(roofline.double_flops_per_ns) << " in double; reads";
  for (const auto& level : roofline.levels) {
    std::cout << (level.name == "L1" ? " " : ", ") << std::lround(level.bytes_per_ns) << " GB/s from "
              << level.name;
  }
  std::cout << ".\nTime a sample, the best of " << finished.front().ns.size()
            << " repetitions in random order; × is how many times as long a peer took.\n";
  write_table(std::cout, finished, roofline, options.markdown ? Layout::markdown : Layout::text);
  if (!options.json.empty()) {
    std::ofstream file(options.json);
    write_json(file, finished, roofline);
    if (!file.flush()) {
      throw std::runtime_error("cannot write " + options.json);
    }
    std::cerr << "\nThe figures are in " << options.json << '\n';
  }
  return 0;
}

}  // namespace

std::vector<bench::Contender>& bench::contenders() {
  static std::vector<Contender> all;
  return all;
}

int main(int argc, char** argv) {
  // OpenMP and OpenBLAS read their number of threads when they are loaded: begin again with it set.
  if (!std::getenv("EDDY_BENCH_ONE_THREAD")) {
    for (const char* variable : {"OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "EDDY_BENCH_ONE_THREAD"}) {
      setenv(variable, "1", 1);
    }
    execv("/proc/self/exe", argv);
    std::cerr << "Cannot begin again; libraries may use several threads.\n";
  }
  try {
    const Options options = parse(argc, argv);
    if (options.help) {
      std::cout << help;
      return 0;
    }
    std::vector<std::string> google = {argv[0], "--benchmark_repetitions=9", "--benchmark_min_time=0.01",
                                       "--benchmark_enable_random_interleaving=true"};
    google.insert(google.end(), options.google.begin(), options.google.end());
    std::vector<char*> pointers;
    for (std::string& argument : google) {
      pointers.push_back(argument.data());
    }
    int count = static_cast<int>(pointers.size());
    benchmark::Initialize(&count, pointers.data());
    if (benchmark::ReportUnrecognizedArguments(count, pointers.data())) {
      return 1;
    }
    return run(options);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
