// What happens while an amortized update has moved some parameters, and others not yet.

#include "support/numeric.hpp"
#include "support/state.hpp"
#include "support/unroll.hpp"

#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/eddy.hpp>
#include <eddy/schedule.hpp>
#include <eddy/streaming/drift.hpp>
#include <eddy/streaming/page_hinkley.hpp>

#include <gtest/gtest.h>

#include <map>

namespace eddy::testing {
namespace {

template <class O>
using Model = Gru<float, 3, 16, 1, MeanSquaredError, O, AmortizedBptt<16>, NoRehearsal>;

/// Takes sample number t of a stream.
template <class M>
void learn(M& model, int t) {
  const Vector<float, 3> x = random_vector<float>(3, static_cast<std::uint64_t>(t));
  model.partial_fit(x, x(0));
}

/// A model that has learned from `samples`; after 40 of them its second update moves its parameters.
template <class O>
Model<O> after(int samples) {
  Model<O> model;
  for (int t = 0; t < samples; ++t) {
    learn(model, t);
  }
  return model;
}

template <class O>
class AmortizedUpdate : public ::testing::Test {};
using Optimizers = ::testing::Types<Sgd, Momentum, Nesterov, RmsProp, Adagrad, Adam, AdamW,
                                    Scheduled<Adam, WarmUp<StepDecay>>>;
TYPED_TEST_SUITE(AmortizedUpdate, Optimizers);

TYPED_TEST(AmortizedUpdate, ResettingTheOptimizerLeavesTheRestOfTheParameters) {
  int under_way = 0;
  for (int when = 30; when < 70; ++when) {
    auto model = after<TypeParam>(when);
    model.reset_optimizer();
    EXPECT_EQ(model.moments(), Vector<float>::Zero(model.moments().size()));
    const Vector<float> weights = model.parameters();
    const std::int64_t updates = model.last_update().updates;
    bool moved = false;
    for (int t = when; t < when + 100; ++t) {
      learn(model, t);
      moved |= model.parameters() != weights;
      ASSERT_FALSE(moved && model.last_update().updates == updates) << when << ", " << t;
      ASSERT_TRUE(all_are_finite(model.parameters()) && all_are_finite(model.moments())) << when << ", " << t;
    }
    EXPECT_TRUE(moved);
    auto undisturbed = after<TypeParam>(when);
    learn(undisturbed, when);
    under_way += undisturbed.parameters() != weights && undisturbed.last_update().updates == updates;
  }
  EXPECT_GT(under_way, 5) << "no update was under way";
}

TYPED_TEST(AmortizedUpdate, ASettingOutOfRangeLeavesTheRestOfTheParameters) {
  for (int when = 30; when < 70; ++when) {
    auto model = after<TypeParam>(when);
    const auto settings = model.optimizer();
    const Vector<float> weights = model.parameters();
    model.optimizer().learning_rate = not_a_number<double>;
    int said = 0;
    for (int t = when; t < when + 40; ++t) {
      learn(model, t);
      ASSERT_EQ(weights, model.parameters()) << when << ", " << t;
      said += model.last_update().status == UpdateStatus::setting_out_of_range;
    }
    EXPECT_GE(said, 2);
    model.optimizer() = settings;
    for (int t = when + 40; t < when + 100; ++t) {
      learn(model, t);
    }
    EXPECT_NE(weights, model.parameters());
    EXPECT_TRUE(all_are_finite(model.parameters()));
  }
}

TYPED_TEST(AmortizedUpdate, CopiesAndCheckpointsGoOnBitForBit) {
  for (int when = 30; when < 70; when += 3) {
    auto model = after<TypeParam>(when), copy = model;
    Model<TypeParam> loaded;
    ASSERT_EQ(try_load_from(saved(model), loaded), "");
    for (int t = when; t < when + 60; ++t) {
      learn(model, t);
      learn(copy, t);
      learn(loaded, t);
    }
    EXPECT_EQ(model.parameters(), copy.parameters());
    EXPECT_EQ(saved(model), saved(copy));
    EXPECT_EQ(saved(model), saved(loaded));
  }
}

TYPED_TEST(AmortizedUpdate, ALearningRateOfZeroAndOtherParametersDoNoHarm) {
  for (int when = 30; when < 70; ++when) {
    auto model = after<TypeParam>(when);
    const auto settings = model.optimizer();
    model.parameters().setConstant(0.125f);
    const Vector<float> weights = model.parameters();
    model.optimizer().learning_rate = 0;
    for (int t = when; t < when + 40; ++t) {
      learn(model, t);
      ASSERT_EQ(weights, model.parameters());
    }
    model.optimizer() = settings;
    for (int t = when + 40; t < when + 100; ++t) {
      learn(model, t);
      ASSERT_TRUE(all_are_finite(model.parameters()));
    }
  }
}

TEST(AmortizedUpdates, ResetMomentsAfterDriftKeepsWeightsFinite) {
  Model<Adam> model;
  OnDrift on{PageHinkley({.threshold = 2, .warm_up = 5}), ResetMoments{}};
  const Eigen::Vector3f x(0.1f, 0.2f, 0.3f);
  for (int t = 0; t < 2000; ++t) {
    on.update(model, model.partial_fit(x, t / 100 % 2 ? 3.0f : 0.0f));
    ASSERT_TRUE(all_are_finite(model.parameters())) << t;
  }
  EXPECT_GT(on.changes(), 10);
}

TEST(AmortizedUpdates, IsOneUpdateToTheOptimizerWhateverOtherStreamsDo) {
  // The rate of update n is 0.5ⁿ⁻¹: each parameter shows, by how far it moves, which update it was moved by.
  using Halving = Scheduled<Sgd, StepDecay>;
  Model<Halving> model({.optimizer = {.optimizer = {.learning_rate = 0.5}, .schedule = {.period = 1}}});
  auto other = model.make_stream();
  std::map<bool, double> rates;
  int compared = 0;
  for (int t = 0; t < 140; ++t) {
    for (const bool second : {false, true}) {
      const Vector<float, 3> x = random_vector<float>(3, static_cast<std::uint64_t>(t + 1000 * second));
      if (second && t < 5) {
        continue;  // so that updates of one begin while those of the other are under way
      }
      const Vector<float> before = model.parameters();
      const std::int64_t updates = model.last_update().updates;
      if (second) {
        model.partial_fit(other, x, x(1));
      } else {
        model.partial_fit(x, x(0));
      }
      if (model.last_update().updates > updates) {
        rates[second] = 0.5 * std::pow(0.5, static_cast<double>(updates));
      }
      for (Index i = 0; i < before.size(); ++i) {
        const double moved = static_cast<double>(before(i)) - static_cast<double>(model.parameters()(i));
        if (std::abs(moved) > 1e-4) {  // else rounding of the weights hides the rate
          ASSERT_NEAR(moved / static_cast<double>(model.gradient()(i)) / rates[second], 1, 0.02)
              << "sample " << t << ", parameter " << i;
          ++compared;
        }
      }
    }
  }
  EXPECT_GT(compared, 1000);
}

}  // namespace
}  // namespace eddy::testing
