#include "conformance/online_support.hpp"

#include <array>
#include <cmath>
#include <map>

namespace eddy::testing {
namespace {

// What is kept, and what is learned from it.

/// Windows of one step with one input, in which a number can be kept.
template <class Policy>
using Numbers = KeptWindows<Policy, double, 1, 0, 1, 1, 1>;

/// The numbers that a policy keeps of 1, 2, …, `count`.
template <class Policy>
std::vector<int> kept_of(int count, Random& random, Policy policy = {}) {
  Numbers<Policy> kept(policy, {.inputs = 1, .outputs = 1, .parameters = 0, .state = 0, .column = 0}, 1,
                       TruncatedBptt<1>());
  for (int number = 1; number <= count; ++number) {
    kept.offer(1, random, [number](auto window) { *window.input(0) = number; });
  }
  std::vector<int> numbers;
  for (int i = 0; i < kept.size(); ++i) {
    numbers.push_back(static_cast<int>(*kept.window(i).input(0)));
  }
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

TEST(ReservoirRehearsal, KeepsEachWindowWithTheSameProbability) {
  constexpr int windows = 50, capacity = 5, runs = 100000;
  std::array<double, windows> counts{};
  Random random(1);
  for (int run = 0; run < runs; ++run) {
    for (const int number : kept_of<ReservoirRehearsal<capacity>>(windows, random)) {
      ++counts[static_cast<std::size_t>(number - 1)];
    }
  }
  // Draws without replacement: covariances are p (1 − p) (1 − 1ᵀ1 / n) n / (n − 1), so this sum is χ² with n
  // − 1 = 49 degrees of freedom, whose 1 − 1e-6 quantile is 112. A reservoir that is off by one (p = 5/51 for
  // the last window) exceeds it in 100000 runs.
  constexpr double p = double{capacity} / windows, variance = runs * p * (1 - p) * windows / (windows - 1);
  double chi_square = 0;
  for (const double count : counts) {
    chi_square += (count - runs * p) * (count - runs * p) / variance;
  }
  EXPECT_LT(chi_square, 112);
  EXPECT_GT(chi_square, 15) << "suspiciously even: the 1e-6 quantile";
}

TEST(ReservoirRehearsal, KeepsEverythingWhileThereIsRoom) {
  Random random(1);
  EXPECT_EQ(kept_of<ReservoirRehearsal<5>>(3, random), (std::vector{1, 2, 3}));
  EXPECT_EQ(kept_of<ReservoirRehearsal<5>>(5, random), (std::vector{1, 2, 3, 4, 5}));
  EXPECT_EQ(kept_of<ReservoirRehearsal<Dynamic>>(9, random, {.capacity = 6}).size(), 6u);
}

TEST(RecentRehearsal, KeepsTheNewest) {
  Random random(1);
  EXPECT_EQ(kept_of<RecentRehearsal<5>>(4, random), (std::vector{1, 2, 3, 4}));
  EXPECT_EQ(kept_of<RecentRehearsal<5>>(12, random), (std::vector{8, 9, 10, 11, 12}));
  EXPECT_EQ(kept_of<RecentRehearsal<Dynamic>>(12, random, {.capacity = 2}), (std::vector{11, 12}));
}

TEST(Rehearsal, KeepsNothingWhenSwitchedOff) {
  Random random(1);
  EXPECT_TRUE(kept_of<RecentRehearsal<5>>(12, random, {.replays = 0}).empty());
  EXPECT_TRUE(kept_of<ReservoirRehearsal<5>>(12, random, {.replays = 0}).empty());
}

TEST(Rehearsal, DrawsEveryKeptWindow) {
  Numbers<RecentRehearsal<10>> kept({}, {.inputs = 1, .outputs = 1, .parameters = 0, .state = 0, .column = 0},
                                    1, TruncatedBptt<1>());
  Random random(1);
  for (int number = 0; number < 10; ++number) {
    kept.offer(1, random, [number](auto window) { *window.input(0) = number; });
  }
  std::map<double, int> draws;
  for (int i = 0; i < 10000; ++i) {
    ++draws[*kept.window(kept.draw(random)).input(0)];
  }
  ASSERT_EQ(draws.size(), 10u);
  for (const auto& [number, count] : draws) {
    EXPECT_NEAR(count, 1000, 150) << number;  // five standard deviations, √(10000 · 0.1 · 0.9) = 30 each
  }
}

TEST(Rehearsal, AWindowTakesTheMemoryThatIsDocumented) {
  using Some = Lstm<float, 3, 8, 2, MeanSquaredError, Sgd, TruncatedBptt<16, 4>, ReservoirRehearsal<64>>;
  using More = Lstm<float, 3, 8, 2, MeanSquaredError, Sgd, TruncatedBptt<16, 4>, ReservoirRehearsal<128>>;
  // State 2 · 8, inputs 3 · 16, targets and weights 2 · 2 · 4, and the number of steps; 64 windows fill whole
  // cache lines.
  constexpr std::size_t scalars = 2 * 8 + 3 * 16 + 2 * 2 * 4;
  EXPECT_EQ(sizeof(More) - sizeof(Some), 64 * (scalars * sizeof(float) + sizeof(int)));
}

// What a rehearsing model does, checked by models without rehearsal that are led through the same steps.

using Rehearsing = Gru<double, Dynamic, Dynamic, Dynamic, MeanSquaredError, Sgd,
                       TruncatedBptt<Dynamic, Dynamic>, RecentRehearsal<Dynamic>>;
using Plain = Gru<double, Dynamic, Dynamic, Dynamic, MeanSquaredError, Sgd, TruncatedBptt<Dynamic, Dynamic>,
                  NoRehearsal>;

constexpr int inputs = 3, hidden = 4, targets = 2;

Rehearsing make(int window, int stride = 1, int replays = 1, int capacity = 1) {
  return Rehearsing(inputs, hidden, targets,
                    {.optimizer = {.learning_rate = 0.05},
                     .credit = {.window = window, .stride = stride},
                     .rehearsal = {.replays = replays, .capacity = capacity}});
}

/// The samples of one stream, and the weights with which each step was taken.
struct History {
  std::vector<Sample<double>> samples;
  std::vector<Vector<double>> weights;
};

/// The gradient of the labels of the steps `labelled`, counted from 1, through the window of steps from
/// `first` on, for the weights `now`. With `again` the window runs with them as well, else with those it had;
/// it always starts from the state that it had.
Vector<double> gradient_of(const History& history, int first, const std::vector<int>& labelled,
                           const Vector<double>& now, bool again) {
  const int newest = *std::max_element(labelled.begin(), labelled.end());
  Plain model(inputs, hidden, targets,
              {.optimizer = {.learning_rate = 0}, .credit = {.window = newest - first + 1}});
  for (int step = 1; step <= newest; ++step) {
    model.parameters() = again && step >= first ? now : history.weights[static_cast<std::size_t>(step - 1)];
    model.step(history.samples[static_cast<std::size_t>(step - 1)].x);
  }
  model.parameters() = now;
  Vector<double> gradient = Vector<double>::Zero(now.size());
  for (const int step : labelled) {
    model.partial_fit(at(step), history.samples[static_cast<std::size_t>(step - 1)].y);
    if (model.last_update().applied) {
      gradient += model.gradient();
    }
  }
  return gradient;
}

::testing::AssertionResult near(const Vector<double>& a, const Vector<double>& b) {
  const double distance = (a - b).cwiseAbs().maxCoeff();
  // The same sums in another order, of at most a hundred terms of order 1.
  return distance < 1e-13 && a.norm() > 1e-3
             ? ::testing::AssertionSuccess()
             : ::testing::AssertionFailure() << distance << " at a norm of " << a.norm();
}

TEST(Rehearsal, WithoutReplaysEqualsNoRehearsal) {
  Rehearsing off = make(8, 1, 0, 50);
  Plain plain(inputs, hidden, targets, {.optimizer = {.learning_rate = 0.05}, .credit = {.window = 8}});
  for (const auto& [x, y] : make_samples<double>(inputs, targets, 100)) {
    ASSERT_EQ(off.partial_fit(x, y), plain.partial_fit(x, y));
    ASSERT_TRUE(same_bits(off.parameters(), plain.parameters()));
  }
}

TEST(Rehearsal, TheGradientIsTheMeanOverTheNewAndTheRehearsedWindows) {
  constexpr int window = 5;
  for (const int replays : {1, 3}) {
    Rehearsing model = make(window, 1, replays);
    History history{make_samples<double>(inputs, targets, 20), {}};
    for (int t = 1; t <= 20; ++t) {
      const auto& [x, y] = history.samples[static_cast<std::size_t>(t - 1)];
      const Vector<double> now = model.parameters();
      history.weights.push_back(now);
      model.partial_fit(x, y);
      const Vector<double> fresh = gradient_of(history, (std::max)(1, t - window + 1), {t}, now, false);
      if (t == 1) {
        EXPECT_TRUE(near(model.gradient(), fresh)) << "nothing to rehearse yet";
        continue;
      }
      const Vector<double> kept = gradient_of(history, (std::max)(1, t - window), {t - 1}, now, true);
      EXPECT_TRUE(near(model.gradient(), (fresh + replays * kept) / (1 + replays))) << "sample " << t;
    }
  }
}

TEST(Rehearsal, AllLabelsOfAStrideAreRehearsed) {
  constexpr int window = 6, stride = 3;
  Rehearsing model = make(window, stride);
  History history{make_samples<double>(inputs, targets, 24), {}};
  history.samples[10].y(0) = not_a_number<double>;          // step 11: half masked
  history.samples[15].y.setConstant(not_a_number<double>);  // step 16: no label at all
  for (int t = 1; t <= 24; ++t) {
    const auto& [x, y] = history.samples[static_cast<std::size_t>(t - 1)];
    const Vector<double> now = model.parameters();
    history.weights.push_back(now);
    model.partial_fit(x, y);
    if (t % stride != 0 || t == stride) {
      continue;
    }
    ASSERT_TRUE(model.last_update().applied);
    const Vector<double> fresh =
        gradient_of(history, (std::max)(1, t - window + 1), {t - 2, t - 1, t}, now, false);
    const int end = t - stride;
    const Vector<double> kept =
        gradient_of(history, (std::max)(1, end - window + 1), {end - 2, end - 1, end}, now, true);
    EXPECT_TRUE(near(model.gradient(), (fresh + kept) / 2)) << "sample " << t;
  }
}

TEST(Rehearsal, ALateLabelIsRehearsedWhereItBelongs) {
  constexpr int window = 6, delay = 2;
  Rehearsing model = make(window);
  History history{make_samples<double>(inputs, targets, 20), {}};
  for (int t = 1; t <= 20; ++t) {
    const Vector<double> now = model.parameters();
    history.weights.push_back(now);
    model.step(history.samples[static_cast<std::size_t>(t - 1)].x);
    const int label = t - delay;
    if (label < 1) {
      continue;
    }
    model.partial_fit(at(label), history.samples[static_cast<std::size_t>(label - 1)].y);
    const int oldest = (std::max)(1, t - window + 1);
    const Vector<double> fresh = gradient_of(history, oldest, {label}, now, false);
    if (label > 1) {
      const int oldest_then = (std::max)(1, t - window);
      const Vector<double> kept = gradient_of(history, oldest_then, {label - 1}, now, true);
      EXPECT_TRUE(near(model.gradient(), (fresh + kept) / 2)) << "step " << t;
    }
  }
}

TEST(Rehearsal, AWindowGoesOnOverAGap) {
  constexpr int window = 5;
  Rehearsing model = make(window);
  History history{make_samples<double>(inputs, targets, 24), {}};
  history.samples[7].x(1) = not_a_number<double>;
  history.samples[8].x(0) = not_a_number<double>;
  int newest_learned = 0, first_then = 0;
  for (int t = 1; t <= 24; ++t) {
    const auto& [x, y] = history.samples[static_cast<std::size_t>(t - 1)];
    const Vector<double> now = model.parameters();
    history.weights.push_back(now);
    model.partial_fit(x, y);
    if (!x.allFinite()) {
      EXPECT_FALSE(model.last_update().applied);
      continue;
    }
    const int first = (std::max)(1, t - window + 1);
    if (newest_learned > 0) {
      const Vector<double> fresh = gradient_of(history, first, {t}, now, false);
      const Vector<double> kept = gradient_of(history, first_then, {newest_learned}, now, true);
      EXPECT_TRUE(near(model.gradient(), (fresh + kept) / 2)) << "sample " << t;
    }
    newest_learned = t;
    first_then = first;
  }
}

TEST(Rehearsal, WindowsOfAllStreamsAreRehearsed) {
  constexpr int window = 4;
  Rehearsing model = make(window);
  auto stream = model.make_stream();
  const auto samples = make_samples<double>(inputs, targets, 10),
             others = make_samples<double>(inputs, targets, 10, 2);
  History own{samples, {}}, other{others, {}};
  for (int t = 1; t <= 10; ++t) {
    Vector<double> now = model.parameters();
    own.weights.push_back(now);
    model.partial_fit(samples[static_cast<std::size_t>(t - 1)].x, samples[static_cast<std::size_t>(t - 1)].y);
    if (t > 1) {
      const Vector<double> fresh = gradient_of(own, (std::max)(1, t - window + 1), {t}, now, false);
      const Vector<double> kept = gradient_of(other, (std::max)(1, t - window), {t - 1}, now, true);
      EXPECT_TRUE(near(model.gradient(), (fresh + kept) / 2)) << "sample " << t;
    }
    now = model.parameters();
    other.weights.push_back(now);
    model.partial_fit(stream, others[static_cast<std::size_t>(t - 1)].x,
                      others[static_cast<std::size_t>(t - 1)].y);
    const Vector<double> fresh = gradient_of(other, (std::max)(1, t - window + 1), {t}, now, false);
    const Vector<double> kept = gradient_of(own, (std::max)(1, t - window + 1), {t}, now, true);
    EXPECT_TRUE(near(model.gradient(), (fresh + kept) / 2)) << "sample " << t << " of the other stream";
  }
}

TEST(Rehearsal, ResetKeepsWhatIsRehearsed) {
  constexpr int window = 4;
  Rehearsing model = make(window);
  History before{make_samples<double>(inputs, targets, 10), {}},
      after{make_samples<double>(inputs, targets, 1, 2), {}};
  for (const auto& [x, y] : before.samples) {
    before.weights.push_back(model.parameters());
    model.partial_fit(x, y);
  }
  model.reset();
  const Vector<double> now = model.parameters();
  after.weights.push_back(now);
  model.partial_fit(after.samples[0].x, after.samples[0].y);
  const Vector<double> fresh = gradient_of(after, 1, {1}, now, false),
                       kept = gradient_of(before, 10 - window + 1, {10}, now, true);
  EXPECT_TRUE(near(model.gradient(), (fresh + kept) / 2));
}

}  // namespace
}  // namespace eddy::testing
