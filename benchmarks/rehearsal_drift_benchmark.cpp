// What should be rehearsed after a drift? The root mean squared error of an LSTM with 32 units and untouched
// defaults but for its rehearsal, in the first 100 rows after a change and in the 400 that follow, and over
// all, mean over five seeds, on two streams that change every 500 rows: in one old regimes return, in the
// other the new law contradicts the old.
//
// "forgotten by" a detector: `forget_rehearsed()` when it finds a change of the absolute error; "at the
// change": when there is one, which nobody knows.

#include "series.hpp"
#include "streams/generated.hpp"

#include <eddy/models.hpp>
#include <eddy/streaming/adwin.hpp>
#include <eddy/streaming/page_hinkley.hpp>

#include <cmath>
#include <cstdio>
#include <string>
#include <vector>

namespace {

constexpr std::size_t rows = 6000, regime = 500, soon = 100;
constexpr int seeds = 5;

/// x [rows], and the y that is to be predicted from it.
struct Samples {
  const char* name;
  std::vector<double> x, y;
};

/// A sine of three frequencies that come and go; the next value from the values so far.
Samples returning() {
  const std::vector<double> z = bench::regimes().y;
  return {"old regimes return", {z.begin(), z.end() - 1}, {z.begin() + 1, z.end()}};
}

/// y_t = ±(0.7 u_t − 0.5 u_{t−2}), whose sign the inputs do not tell, with noise of 0.05.
Samples contradicting() {
  Samples samples{"the new law contradicts the old", {}, {}};
  eddy::Random random(6);
  double last = 0, before = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const double u = random.uniform(1), sign = row / regime % 2 == 0 ? 1 : -1;
    samples.x.push_back(u);
    samples.y.push_back(sign * (0.7 * u - 0.5 * before) + 0.05 * random.normal());
    before = last;
    last = u;
  }
  return samples;
}

struct Errors {
  double soon = 0, later = 0, all = 0;
};

/// `forget(row, error)` says when what is rehearsed is to be forgotten.
template <class Rehearsal, class Forget>
Errors errors_of(const Samples& samples, const Rehearsal& rehearsal, std::uint64_t seed, Forget&& forget) {
  eddy::Lstm<float, eddy::Dynamic, eddy::Dynamic, eddy::Dynamic, eddy::MeanSquaredError, eddy::Adam,
             eddy::TruncatedBptt<16>, Rehearsal>
      model(1, 32, 1, {.rehearsal = rehearsal, .seed = seed});
  bench::Scaler x_scaler, y_scaler;
  double squares[2] = {0, 0}, counts[2] = {0, 0};
  for (std::size_t row = 0; row < samples.x.size(); ++row) {
    x_scaler.add(samples.x[row]);
    const double prediction = y_scaler.restore(model.step(x_scaler.scale(samples.x[row]))(0));
    const double error = samples.y[row] - prediction;
    if (row >= regime) {
      const int late = row % regime >= soon;
      squares[late] += error * error;
      ++counts[late];
    }
    y_scaler.add(samples.y[row]);
    const double loss = static_cast<double>(model.partial_fit(y_scaler.scale(samples.y[row])));
    if (forget(row, std::sqrt(loss))) {
      model.forget_rehearsed();
    }
  }
  return {std::sqrt(squares[0] / counts[0]), std::sqrt(squares[1] / counts[1]),
          std::sqrt((squares[0] + squares[1]) / (counts[0] + counts[1]))};
}

/// `make_forget()` gives one for each stream.
template <class Rehearsal, class MakeForget>
void row(const std::string& name, const Rehearsal& rehearsal, MakeForget&& make_forget) {
  std::printf("%-48s", name.c_str());
  for (const Samples& samples : {returning(), contradicting()}) {
    Errors mean;
    for (int seed = 1; seed <= seeds; ++seed) {
      const Errors errors = errors_of(samples, rehearsal, static_cast<std::uint64_t>(seed), make_forget());
      mean.soon += errors.soon / seeds;
      mean.later += errors.later / seeds;
      mean.all += errors.all / seeds;
    }
    std::printf("   %10.3f%10.3f%10.3f", mean.soon, mean.later, mean.all);
    std::fflush(stdout);
  }
  std::printf("\n");
}

auto never() {
  return [](std::size_t, double) { return false; };
}
auto at_the_change() {
  return [](std::size_t row, double) { return row % regime == 0; };
}
template <class Detector>
auto by() {
  return [detector = Detector()](std::size_t, double error) mutable { return detector.update(error); };
}

template <class Rehearsal>
void forgetting_rows(const std::string& name, const Rehearsal& rehearsal) {
  row(name + " by Page-Hinkley", rehearsal, by<eddy::PageHinkley>);
  row(name + " by ADWIN", rehearsal, by<eddy::Adwin>);
  row(name + " at the change", rehearsal, at_the_change);
}

}  // namespace

int main() {
  using Recent = eddy::RecentRehearsal<eddy::Dynamic>;
  using Reservoir = eddy::ReservoirRehearsal<eddy::Dynamic>;
  std::printf("%-48s   %30s   %30s\n", "", returning().name, contradicting().name);
  std::printf("%-48s", "rehearsal");
  for (int stream = 0; stream < 2; ++stream) {
    std::printf("   %10s%10s%10s", "rows < 100", "later", "all");
  }
  std::printf("\n");
  row("none", eddy::NoRehearsal(), never);
  for (const int capacity : {50, 200, 500}) {
    row("most recent " + std::to_string(capacity), Recent{.capacity = capacity}, never);
  }
  for (const int capacity : {200, 500}) {
    row("reservoir of " + std::to_string(capacity), Reservoir{.capacity = capacity}, never);
  }
  forgetting_rows("most recent 200, forgotten", Recent{.capacity = 200});
  forgetting_rows("reservoir of 200, forgotten", Reservoir{.capacity = 200});
}
