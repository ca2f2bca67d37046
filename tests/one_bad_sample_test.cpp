// One bad sample costs one sample: heads, and what keeps networks able to learn, forget it at once.
#include <eddy/core/random.hpp>
#include <eddy/heads/echo_state.hpp>
#include <eddy/heads/joint_head.hpp>
#include <eddy/models.hpp>
#include <eddy/streaming/dormant_units.hpp>
#include <eddy/streaming/elastic.hpp>
#include <eddy/streaming/shadow.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>

namespace eddy::testing {
namespace {

/// A model of one number that shows what it was taught.
template <class Head>
struct Errors {
  double before = 0, after = 0;  ///< mean absolute error in the 500 steps before and 50 steps after the hit

  /// With a wild value at step `when` (or in a share of all), in x or in the label.
  Errors(Head head, double wild, int when, bool in_x, double share = 0) {
    using Scalar = typename Head::Scalar;
    Random random(12), hits(13);
    double y1 = 0, y2 = 0;
    for (int t = 0; t < 3000; ++t) {
      const double season = std::sin(0.05 * t),
                   y = 0.8 * y1 - 0.3 * y2 + 0.5 * season + 0.1 * random.normal();
      Vector<Scalar, 2> x(static_cast<Scalar>(y1), static_cast<Scalar>(season));
      y2 = y1;
      y1 = y;
      const bool hit = t == when || hits.uniform() < share;
      if (hit && in_x) {
        x(0) = static_cast<Scalar>(wild);
      }
      head.step(x);
      const double error = std::abs(static_cast<double>(head.prediction()(0)) - y);
      if (!hit) {
        before += t >= 1500 && t < 2000 ? error / 500 : 0;
        after += t >= 2500 ? error / 500 : 0;
      }
      head.partial_fit(Vector<Scalar, 1>(static_cast<Scalar>(hit && !in_x ? wild : y)));
    }
  }
};

template <class Head>
void forgets_a_wild_value(const Head& head) {
  const Errors<Head> clean(head, 0, -1, false);
  for (const double wild : {65535.0, 4294967295.0}) {
    for (const int when : {0, 7, 20, 2440}) {
      for (const bool in_x : {false, true}) {
        const Errors<Head> errors(head, wild, when, in_x);
        if (when < 1500) {
          EXPECT_LT(errors.before, 1.05 * clean.before) << wild << " at " << when << ", in x: " << in_x;
        }
        EXPECT_LT(errors.after, 1.05 * clean.after) << wild << " at " << when << ", in x: " << in_x;
      }
    }
  }
  for (const bool in_x : {false, true}) {
    const Errors<Head> errors(head, -999, -1, in_x, 0.02);
    std::printf("[ bad      ] error with -999 in 2%% of %s: %.4f, without %.4f\n", in_x ? "x" : "y",
                errors.after, clean.after);
    EXPECT_LT(errors.after, 1.5 * clean.after);
  }
}

TEST(RecursiveLeastSquares, ForgetsAWildValueAtOnce) {
  forgets_a_wild_value(RecursiveLeastSquares<float, 2, 1>());
  forgets_a_wild_value(RecursiveLeastSquares<double>(2, 1));
  forgets_a_wild_value(RecursiveLeastSquares<float, 2, 1>({.huber = 2}));
}

TEST(EchoState, ForgetsAWildValueAtOnce) { forgets_a_wild_value(EchoState<float, 2, 20, 1>()); }

TEST(JointHead, ForgetsAWildValueAtOnce) { forgets_a_wild_value(JointHead<LstmCell<float, 2, 6>, 1>()); }

// The errors that tell of a change are no longer wild after a few.
TEST(RecursiveLeastSquares, FollowsAGenuineChangeOfLevelAndScale) {
  for (const double level : {0.0, 1e3}) {
    for (const double scale : {1.0, 1e4}) {
      RecursiveLeastSquares<double, 2, 1> head({.forgetting = 0.99});
      Random random(14);
      double error = 0;
      for (int t = 0; t < 2000; ++t) {
        const bool changed = t >= 1000;
        const Vector<double, 2> x(random.normal(), random.normal());
        const double y = changed ? level + scale * (x(0) - x(1)) : x(0) + 0.1 * random.normal();
        head.step(x);
        error += t >= 1100 ? std::abs(head.prediction()(0) - y) / 900 : 0;
        head.partial_fit(y);
      }
      // Without any bound, 100 labels of 0.99 leave a third of the way, which 900 halve every 70.
      EXPECT_LT(error, 0.1 * (level + scale)) << level << " " << scale;
    }
  }
}

TEST(Shadowed, IsNotDecidedByOneWildLabel) {
  using Model = Rnn<float, 1, 4, 1, MeanSquaredError, Sgd>;
  Model model;
  model.optimizer().learning_rate = 0.01f;
  const auto swaps = [&](int when) {
    Shadowed<Model> shadowed(model, {.forgetting = 0.02, .least = 20});
    Random random(15);
    for (int t = 0; t < 1200; ++t) {
      if (t == 500) {
        shadowed.model().parameters().setZero();  // what it knew is gone
        shadowed.optimizer().learning_rate = 0;
        shadowed.begin_shadow();
      }
      const float x = static_cast<float>(random.normal());
      shadowed.step(Vector<float, 1>(x));
      // A label that only the model in charge, whose weights rest, cannot be hurt by.
      shadowed.partial_fit(Vector<float, 1>(t == when ? 1e15f : 0.5f * x));
      if (t == when) {
        shadowed.begin_shadow();
      }
    }
    return shadowed.swaps();
  };
  EXPECT_EQ(swaps(-1), 1);
  EXPECT_EQ(swaps(502), 1);
}

TEST(ElasticWeights, AreNotDecidedByOneWildGradient) {
  for (const int when : {0, 5, 40, 90}) {
    ElasticWeights<float> elastic(2);
    Random random(16);
    for (int t = 0; t < 100; ++t) {
      // The first weight is three times as important; the wild gradient says the opposite.
      const Vector<float, 2> usual(static_cast<float>(std::sqrt(3) * random.normal()),
                                   static_cast<float>(random.normal()));
      EXPECT_TRUE(elastic.observe(t == when ? Vector<float, 2>(0, 1e15f) : usual));
    }
    EXPECT_TRUE(elastic.consolidate(Vector<float, 2>(1, 1)));
    EXPECT_GT(elastic.importance()(0), elastic.importance()(1)) << when;
  }
}

TEST(ElasticWeights, PullOntoTheAnchorHoweverStrong) {
  ElasticWeights<float> elastic(2, {.strength = 1e30});
  for (int t = 0; t < 100; ++t) {
    elastic.observe(Vector<float, 2>(1e10f, 0));
    elastic.consolidate(Vector<float, 2>(3, 4));
  }
  Vector<float, 2> w(5, 6);
  elastic.pull(w);
  EXPECT_EQ(w(0), 3);
  EXPECT_EQ(w(1), 6);
}

// Of a ReLU network, whose state one wild input makes as large as itself.
TEST(DormantUnits, PassOverAStateThatIsFarFromUsual) {
  using Model = Online<Sequential<RnnCell<float, 1, 6, Relu>, Dense<float, 6, 1>>>;
  for (const int when : {0, 5, 60}) {
    Model model;
    DormantUnits<Model> units(model, {.rate = 0.01, .maturity = 20});
    Random random(17);
    int replaced = 0;
    for (int t = 0; t < 300; ++t) {
      model.step(Vector<float, 1>(t == when ? 1e30f : static_cast<float>(random.normal())));
      if (t == when + 1) {
        model.reset();  // the network, which a state of 1e30 would stay in, is not what is tested
        model.step(Vector<float, 1>(0.1f));
      }
      const Vector<float> before = model.parameters();
      if (units.update(model) >= 0) {
        ++replaced;
        EXPECT_LT((model.parameters() - before).cwiseAbs().maxCoeff(), 10) << when << ": " << t;
      }
    }
    EXPECT_GT(replaced, 3);
  }
}

}  // namespace
}  // namespace eddy::testing
