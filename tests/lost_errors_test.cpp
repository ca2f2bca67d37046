// Labels that come late, in bursts, or never, with a stride above 1: every error that is still in the window
// at the next update has its part in the gradient, every other is counted as skipped, and what waits is
// always a state that can be saved and loaded.

#include "support/numeric.hpp"
#include "support/state.hpp"
#include "support/unroll.hpp"

#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/eddy.hpp>
#include <eddy/io/state.hpp>

#include <gtest/gtest.h>

#include <map>
#include <set>
#include <string>
#include <vector>

namespace eddy::testing {
namespace {

using Network = Sequential<LstmCell<double>, Dense<double>>;
template <class Credit>
using ModelWith = Online<Network, MeanSquaredError, Sgd, Credit, NoRehearsal>;
using Model = ModelWith<TruncatedBptt<Dynamic, Dynamic>>;
using Amortized = ModelWith<AmortizedBptt<Dynamic, Dynamic>>;

template <class M = Model>
M make(int window, int stride, double tolerance = 0) {
  typename M::Options options;
  options.optimizer.learning_rate = 0;  // so gradients add up
  options.credit.window = window;
  options.credit.stride = stride;
  options.credit.tolerance = tolerance;
  return M(Network({1, 3}, {3, 1}), options);
}

double input(std::int64_t step, int stream) { return std::sin(static_cast<double>(step + 100 * stream)); }

/// The gradient of one label of one stream through `window` steps, by a model that learns from nothing else.
Vector<double> gradient_of_label(std::int64_t step, int stream, double y, int window) {
  Model model = make(window, 1);
  for (std::int64_t t = 1; t < step; ++t) {
    model.step(input(t, stream));
  }
  model.partial_fit(input(step, stream), y);
  return model.gradient();
}

/// What waits according to the documentation: labels by step and stream.
class Waiting {
 public:
  Waiting(int window, int stride) : window_(window), stride_(stride) {}

  void step() {
    ++time_;
    lost_ += static_cast<int>(labels_.erase(time_ - window_));
  }
  void enter(std::int64_t step, const std::map<int, double>& labels) {
    for (const auto& [stream, y] : labels) {
      labels_[step].push_back({stream, y, 1 / static_cast<double>(labels.size())});
    }
  }
  int take_lost() { return std::exchange(lost_, 0); }
  bool due() const {
    const int waiting = static_cast<int>(labels_.size());
    return waiting >= stride_ || (waiting > 0 && time_ - last_ >= stride_);
  }

  /// The gradient of all labels that wait, each by itself.
  Vector<double> gradient() {
    Vector<double> sum;
    const std::int64_t oldest = (std::max)(std::int64_t{1}, time_ - window_ + 1);
    for (const auto& [step, labels] : labels_) {
      for (const auto& [stream, y, share] : labels) {
        const Vector<double> own =
            share * gradient_of_label(step, stream, y, static_cast<int>(step - oldest) + 1);
        sum = sum.size() == 0 ? own : Vector<double>(sum + own);
      }
    }
    labels_.clear();
    last_ = time_;
    return sum;
  }

 private:
  struct Label {
    int stream;
    double y, share;
  };
  int window_, stride_;
  std::int64_t time_ = 0, last_ = 0;
  int lost_ = 0;
  std::map<std::int64_t, std::vector<Label>> labels_;
};

// Sums of some tens of terms of order 1, in another order.
constexpr double tolerance = 1e-12;

/// Whether labels come at a step, and for the step how long ago.
struct Moment {
  bool labelled;
  int delay;
};

/// `steps` moments: labels at once, late, in bursts, and none for up to three windows.
std::vector<Moment> draw(int steps, int window, Random& random) {
  std::vector<Moment> moments;
  int silent = 0;
  for (int t = 0; t < steps; ++t) {
    if (silent > 0) {
      --silent;
      moments.push_back({false, 0});
      continue;
    }
    const auto below = [&](int n) { return static_cast<int>(random.below(static_cast<std::uint64_t>(n))); };
    moments.push_back({true, below(3) == 0 ? below(window + 1) : 0});
    silent = below(4) == 0 ? below(3 * window) : below(3);
  }
  return moments;
}

/// One stream, a batch of one and a batch of three go through the same moments.
void compare(int window, int stride, std::uint64_t seed) {
  SCOPED_TRACE("window " + std::to_string(window) + ", stride " + std::to_string(stride) + ", seed " +
               std::to_string(seed));
  Model model = make(window, stride);
  auto stream = model.make_stream();
  auto one = model.make_batch(1), three = model.make_batch(3);
  Waiting expected(window, stride), expected_of_three(window, stride);
  Random random(seed);
  std::int64_t time = 0, skipped = 0;
  const auto check_update = [&](Waiting& waiting, int unusable, const char* of) {
    skipped += unusable + waiting.take_lost();
    ASSERT_EQ(model.last_update().skipped, skipped) << of << ", step " << time;
    ASSERT_EQ(model.last_update().applied, waiting.due()) << of << ", step " << time;
    if (waiting.due()) {
      ASSERT_LT(worst_error(model.gradient(), waiting.gradient()), tolerance) << of << ", step " << time;
    }
  };
  for (const Moment moment : draw(150, window, random)) {
    ++time;
    Matrix<double> x(1, 3), y(1, 3);
    std::map<int, double> labels;
    const std::int64_t step = time - moment.delay;
    for (int s = 0; s < 3; ++s) {
      x(0, s) = input(time, s);
      y(0, s) = input(step, s + 7);
      if (s > 0 && random.below(3) == 0) {
        y(0, s) = not_a_number<double>;
      } else {
        labels[s] = y(0, s);
      }
    }
    model.step(stream, x(0, 0));
    model.step(one, x.leftCols(1));
    model.step(three, x);
    expected.step();
    expected_of_three.step();
    if (moment.labelled) {
      const bool held = moment.delay < window && step >= 1;
      const int too_late = held ? 0 : 1;
      if (held) {
        expected.enter(step, {{0, y(0, 0)}});
        expected_of_three.enter(step, labels);
      }
      Waiting again = expected;
      model.partial_fit(stream, at(step), y(0, 0));
      check_update(expected, too_late, "the stream");
      model.partial_fit(one, at(step), y.leftCols(1));
      check_update(again, too_late, "the batch of one");
      model.partial_fit(three, at(step), y);
      check_update(expected_of_three, too_late, "the batch of three");
    }
    ASSERT_TRUE(state_is_valid(model) && state_is_valid(stream)) << "step " << time;
    ASSERT_TRUE(state_is_valid(one) && state_is_valid(three)) << "step " << time;
  }
}

TEST(LostErrors, LeaveTheGradientOfTheOthersRight) {
  std::uint64_t seed = 0;
  for (const auto& [window, stride] :
       {std::pair{1, 1}, {2, 2}, {3, 2}, {4, 4}, {5, 3}, {7, 7}, {8, 2}, {16, 16}}) {
    for (int repeat = 0; repeat < 3; ++repeat) {
      compare(window, stride, ++seed);
      if (HasFatalFailure()) {
        return;
      }
    }
  }
}

TEST(LostErrors, ABatchReadsNothingBeyondItsRing) {
  // With a bound of what waits that is out of the window, the gradient would be a product over more columns
  // than there are: a read beyond the heap block, which the address sanitizer sees.
  Model model = make(16, 16);
  auto batch = model.make_batch(2);
  auto stream = model.make_stream();
  const Matrix<double> x = Matrix<double>::Constant(1, 2, 0.1);
  const std::set<int> labels{29, 30, 44, 59};
  for (int t = 1; t <= 59; ++t) {
    model.step(batch, x);
    model.step(stream, 0.1);
    if (labels.count(t)) {
      model.partial_fit(batch, x);
      const Vector<double> together = model.gradient();
      model.partial_fit(stream, 0.1);
      ASSERT_LT(worst_error(together, model.gradient()), tolerance) << t;
    }
  }
}

TEST(LostErrors, WhatWaitsCanBeSavedAndLoaded) {
  Model model = make(4, 4);
  auto batch = model.make_batch(1);
  const Matrix<double> x = Matrix<double>::Constant(1, 1, 0.1);
  for (int t = 1; t <= 12; ++t) {
    model.step(0.1);
    model.step(batch, x);
    if (t == 1 || t == 3) {
      model.partial_fit(0.2);
      model.partial_fit(batch, x);
    }
    Model other = make(4, 4);
    auto other_batch = other.make_batch(1);
    EXPECT_EQ(try_load_from(saved(model), other), "") << t;
    EXPECT_EQ(try_load_from(saved(batch), other_batch), "") << t;
    EXPECT_EQ(saved(other_batch), saved(batch)) << t;
  }
}

TEST(LostErrors, AResetBatchWaitsForNothing) {
  Model model = make(4, 3);
  for (const bool by_stream : {false, true}) {
    auto batch = model.make_batch(2);
    auto stream = model.make_stream();
    const Matrix<double> x = Matrix<double>::Constant(1, 2, 0.1), y = Matrix<double>::Constant(1, 2, 0.7);
    const auto learn = [&](bool expected) {
      model.partial_fit(stream, 0.1, 0.7);
      EXPECT_EQ(model.last_update().applied, expected);
      model.partial_fit(batch, x, y);
      EXPECT_EQ(model.last_update().applied, expected);
    };
    learn(false);
    learn(false);
    stream.reset();
    if (by_stream) {
      batch.reset(0);
      batch.reset(1);
    } else {
      batch.reset();
    }
    EXPECT_TRUE(state_is_valid(batch));
    if (!by_stream) {  // else strides are counted on, for streams that were not reset
      learn(false);
      learn(false);
      learn(true);
    }
  }
}

TEST(LostErrors, AStreamThatIsResetMayHaveBeenTheNewestToWait) {
  Model model = make(6, 4);
  auto batch = model.make_batch(2);
  const Matrix<double> x = Matrix<double>::Constant(1, 2, 0.1);
  for (const int only : {1, 0}) {
    Matrix<double> y = Matrix<double>::Constant(1, 2, not_a_number<double>);
    y(0, only) = 0.7;
    model.partial_fit(batch, x, y);
  }
  batch.reset(0);
  EXPECT_TRUE(state_is_valid(batch));
  batch.reset(1);
  EXPECT_TRUE(state_is_valid(batch));
}

TEST(LostErrors, AStreamThatIsResetTakesOnlyItsOwnErrorsAlong) {
  Model model = make(6, 4);
  auto batch = model.make_batch(2);
  for (int t = 1; t <= 4; ++t) {
    Matrix<double> x(1, 2), y(1, 2);
    x << input(t, 0), input(t, 1);
    y << 0.3, t == 2 ? not_a_number<double> : 0.4;
    if (t == 4) {
      batch.reset(0);  // step 2, where it alone had a label, waits no longer
      y(0, 0) = not_a_number<double>;
    }
    model.partial_fit(batch, x, y);
    ASSERT_TRUE(state_is_valid(batch)) << t;
  }
  EXPECT_TRUE(model.last_update().applied) << "four steps have gone by";
  Vector<double> gradient = Vector<double>::Zero(model.parameters().size());
  for (const int t : {1, 3}) {  // of a mean over two labels when they came
    gradient += 0.5 * gradient_of_label(t, 1, 0.4, t);
  }
  gradient += gradient_of_label(4, 1, 0.4, 4);
  EXPECT_LT(worst_error(model.gradient(), gradient), tolerance);
}

/// Every label of an amortized stream has its part in exactly one update, or is counted as skipped.
void amortized(int window, int stride, double credit_tolerance, std::uint64_t seed) {
  SCOPED_TRACE("window " + std::to_string(window) + ", stride " + std::to_string(stride) + ", tolerance " +
               std::to_string(credit_tolerance) + ", seed " + std::to_string(seed));
  Amortized model = make<Amortized>(window, stride, credit_tolerance);
  const Index bias = model.parameters().size() - 1;
  std::map<std::int64_t, double> predictions;
  double entered = 0, learned = 0, complete = 0;
  std::int64_t updates = 0;
  const auto learn = [&](std::int64_t step, double y) {
    model.partial_fit(at(step), y);
    if (is_finite(model.last_update().loss)) {
      entered += 2 * (predictions[step] - y);  // dL/d(bias): the error itself
    }
    if (model.last_update().updates > updates) {
      updates = model.last_update().updates;
      learned += complete;
    }
    complete = model.gradient()(bias);
  };
  Random random(seed);
  std::int64_t too_late = 0;
  for (const Moment moment : draw(400, window + stride - 1, random)) {
    const std::int64_t time = model.time() + 1;
    predictions[time] = model.step(input(time, 0))(0);
    const std::int64_t step = time - moment.delay;
    const bool rare = random.below(2) == 0;
    if (moment.labelled && (rare || moment.delay < window)) {
      too_late += step < 1 ? 1 : 0;
      learn(step, input(step, 7));
    }
    ASSERT_TRUE(state_is_valid(model)) << "step " << time;
    Amortized other = make<Amortized>(window, stride, credit_tolerance);
    ASSERT_EQ(try_load_from(saved(model), other), "") << "step " << time;
  }
  for (int t = 0; t < 4 * (window + stride); ++t) {  // labels without an error end what is under way
    const double prediction = model.step(0.5)(0);
    predictions[model.time()] = prediction;
    learn(model.time(), prediction);
  }
  if (model.last_update().skipped == too_late) {  // none was lost
    EXPECT_NEAR(learned, entered, 1e-9);
  }
  EXPECT_GT(updates, 10);
}

TEST(LostErrors, AmortizedUpdatesMissNoErrorThatIsNotCounted) {
  std::uint64_t seed = 0;
  for (const double credit_tolerance : {0.0, 0.1}) {
    for (const auto& [window, stride] : {std::pair{1, 1}, {2, 2}, {4, 4}, {5, 3}, {8, 2}, {9, 9}, {16, 16}}) {
      for (int repeat = 0; repeat < 2; ++repeat) {
        amortized(window, stride, credit_tolerance, ++seed);
        if (HasFatalFailure()) {
          return;
        }
      }
    }
  }
}

}  // namespace
}  // namespace eddy::testing
