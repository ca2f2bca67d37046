// What does a tolerance of TruncatedBptt save, and what does it cost? An LSTM with 32 units, stride 1, Adam,
// no rehearsal, on the riders of examples/data and, called with a folder that holds nyc_taxi.csv and
// machine_temperature.csv (of which 12,000 rows), on these two. It prints
//
// - under weights at rest, fresh ones and those that have learned from the stream: steps back a sweep, and
//   the error of the gradient, ‖g − g₀‖ / ‖g₀‖, where g₀ is that without a tolerance; mean over the last
//   2,000 samples;
// - while learning: steps back a sweep, and the time of a sample, which is one step and its partial_fit; of
//   every sample the least of five passes with the first seed, since the machine is not idle;
// - the prequential error while learning, from the second tenth of the stream on: MAE, and RMSE over the
//   deviation of what is predicted, with its standard deviation among seeds. Steps and errors while learning
//   are means over ten seeds.
//
// --markdown prints the table as such.

#include "series.hpp"

#include <eddy/eddy.hpp>

#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <limits>
#include <string>
#include <vector>

namespace {

using Model = eddy::Lstm<float, eddy::Dynamic, eddy::Dynamic, eddy::Dynamic, eddy::MeanSquaredError,
                         eddy::Adam, eddy::TruncatedBptt<eddy::Dynamic>, eddy::NoRehearsal>;

/// A stream as the model sees it, scaled by what has come in so far; and how to scale predictions back.
struct Samples {
  explicit Samples(const bench::Series& series)
      : name(series.name),
        horizon(series.horizon),
        length(static_cast<int>(series.y.size())),
        x(static_cast<Eigen::Index>(series.x[0].size()), length) {
    std::vector<bench::Scaler> x_scalers(series.x[0].size());
    bench::Scaler y_scaler;
    for (int t = 0; t < length; ++t) {
      const auto at = static_cast<std::size_t>(t);
      y.push_back(series.y[at]);
      if (t >= horizon) {
        y_scaler.add(y.back());
      }
      label.push_back(y_scaler.scale(y.back()));
      scaler.push_back(y_scaler);
      for (std::size_t i = 0; i < x_scalers.size(); ++i) {
        x_scalers[i].add(series.x[at][i]);
        x(static_cast<Eigen::Index>(i), t) = x_scalers[i].scale(series.x[at][i]);
      }
    }
  }

  std::string name;
  int horizon, length;
  Eigen::MatrixXf x;
  std::vector<float> y, label;
  std::vector<bench::Scaler> scaler;
};

Model make_model(const Samples& samples, int window, double tolerance, std::uint64_t seed,
                 double learning_rate) {
  // A label that comes `horizon` steps late leaves that many fewer steps of the window to go back through.
  return Model(static_cast<int>(samples.x.rows()), 32, 1,
               {.optimizer = {.learning_rate = learning_rate},
                .credit = {.window = window + samples.horizon - 1, .tolerance = tolerance},
                .seed = seed});
}

/// Learns from the label that comes at t, if there is one, and takes the step of t.
void take(Model& model, const Samples& samples, int t) {
  if (t >= samples.horizon) {
    model.partial_fit(eddy::at(t - samples.horizon + 1), samples.label[static_cast<std::size_t>(t)]);
  }
  model.step(samples.x.col(t));
}

struct Learning {
  double mae = 0, nrmse = 0, steps_back = 0;
  std::vector<double> nanoseconds;  // of each sample
};

Learning learn(Model& model, const Samples& samples) {
  Learning result;
  std::vector<double> predictions;
  bench::Scaler scored;
  double squares = 0, count = 0;
  for (int t = 0; t < samples.length; ++t) {
    const auto begin = std::chrono::steady_clock::now();
    take(model, samples, t);
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - begin;
    result.nanoseconds.push_back(taken.count());
    const auto now = static_cast<std::size_t>(t);
    predictions.push_back(samples.scaler[now].restore(model.prediction()(0)));
    if (t >= samples.horizon && t > samples.length / 10) {
      const double error = predictions[now - static_cast<std::size_t>(samples.horizon)] - samples.y[now];
      result.mae += std::abs(error);
      squares += error * error;
      scored.add(samples.y[now]);
      ++count;
    }
  }
  result.mae /= count;
  result.nrmse = std::sqrt(squares / count) / scored.deviation();
  result.steps_back =
      static_cast<double>(model.steps_back()) / static_cast<double>(model.last_update().updates);
  return result;
}

struct Rest {
  double error = 0, steps_back = 0;
};

/// Weights at rest: mean relative error of the gradient over the last 2,000 samples, and steps back a sweep.
Rest at_rest(const Samples& samples, int window, double tolerance, const Model& weights) {
  Model exact = make_model(samples, window, 0, 1, 0), early = make_model(samples, window, tolerance, 1, 0);
  exact.parameters() = weights.parameters();
  early.parameters() = weights.parameters();
  double sum = 0, count = 0;
  for (int t = 0; t < samples.length; ++t) {
    // what comes before the last samples only brings the state there
    if (t < samples.length - 2000 - window - samples.horizon) {
      exact.step(samples.x.col(t));
      early.step(samples.x.col(t));
      continue;
    }
    take(exact, samples, t);
    take(early, samples, t);
    if (t >= samples.length - 2000) {
      const double norm = exact.gradient().norm();
      if (norm > 0) {
        sum += (early.gradient() - exact.gradient()).norm() / norm;
        ++count;
      }
    }
  }
  return {sum / count,
          static_cast<double>(early.steps_back()) / static_cast<double>(early.last_update().updates)};
}

void row(const Samples& samples, int window, double tolerance, const Model& fresh, const Model& learned,
         bool markdown) {
  constexpr int passes = 5, seeds = 10;
  std::vector<double> least(static_cast<std::size_t>(samples.length), std::numeric_limits<double>::max());
  Learning mean;
  bench::Scaler nrmse;
  for (int run = 0; run < passes + seeds - 1; ++run) {  // the passes have the first seed
    const int seed = run < passes ? 1 : run - passes + 2;
    Model model =
        make_model(samples, window, tolerance, static_cast<std::uint64_t>(seed), eddy::Adam().learning_rate);
    const Learning result = learn(model, samples);
    if (run < passes) {
      for (std::size_t t = 0; t < least.size(); ++t) {
        least[t] = (std::min)(least[t], result.nanoseconds[t]);
      }
    }
    if (run == 0 || run >= passes) {
      mean.mae += result.mae / seeds;
      mean.nrmse += result.nrmse / seeds;
      nrmse.add(result.nrmse);
      mean.steps_back += result.steps_back / seeds;
    }
  }
  double microseconds = 0;
  for (const double time : least) {
    microseconds += time / 1000 / samples.length;
  }
  const Rest before = at_rest(samples, window, tolerance, fresh),
             after = at_rest(samples, window, tolerance, learned);
  std::printf(markdown ? "| %s | %d | %g | %.1f | %.1f | %.2g | %.2g | %.1f | %.1f | %.5g | %.4f ± %.4f |\n"
                       : "%-12s%8d%11g%10.1f%10.1f%10.2g%10.2g%10.1f%10.1f%12.5g%10.4f +- %.4f\n",
              samples.name.c_str(), window, tolerance, before.steps_back, after.steps_back, before.error,
              after.error, mean.steps_back, microseconds, mean.mae, mean.nrmse, nrmse.deviation());
  std::fflush(stdout);
}

}  // namespace

int main(int argc, char** argv) {
  bool markdown = false;
  std::string folder;
  for (int i = 1; i < argc; ++i) {
    if (std::string(argv[i]) == "--markdown") {
      markdown = true;
    } else {
      folder = argv[i];
    }
  }
  std::vector<bench::Series> streams{bench::ridership(EDDY_EXAMPLE_DATA)};
  if (!folder.empty()) {
    streams.push_back(bench::taxi(folder));
    streams.push_back(bench::column("machine", folder + "/machine_temperature.csv", 1, 12));
  }
  std::printf(
      markdown ? "| stream | window | tolerance | steps back, fresh | … learned | error of the gradient, "
                 "fresh | … "
                 "learned | steps back while learning | µs a sample | MAE | NRMSE |\n"
                 "|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
               : "                                 steps back, rest    gradient, rest      while learning\n"
                 "stream        window  tolerance     fresh   learned     fresh   learned     steps "
                 "us/sample         "
                 "MAE     NRMSE\n");
  for (const bench::Series& series : streams) {
    if (series.y.empty()) {
      std::fprintf(stderr, "there is no stream \"%s\" in that folder\n", series.name.c_str());
      return 1;
    }
    const Samples samples(series);
    for (const int window : {64, 16}) {
      const Model fresh = make_model(samples, window, 0, 1, eddy::Adam().learning_rate);
      Model learned = fresh;
      learn(learned, samples);
      for (const double tolerance : {0.0, 1e-4, 1e-3, 1e-2, 0.1}) {
        row(samples, window, tolerance, fresh, learned, markdown);
      }
    }
  }
}
