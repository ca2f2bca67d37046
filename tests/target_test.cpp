#include "support/numeric.hpp"
#include "support/unroll.hpp"

#include <eddy/eddy.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>

namespace eddy::testing {
namespace {

constexpr std::array all_targets{Target::portable, Target::baseline, Target::avx2, Target::avx512};
constexpr std::array target_names{"portable", "baseline", "avx2", "avx512"};

/// Makes all tests of the program run on the target that the environment variable EDDY_TEST_TARGET names.
class ChosenTarget : public ::testing::Environment {
 public:
  static const char* name() { return std::getenv("EDDY_TEST_TARGET"); }

  static std::optional<Target> find() {
    for (std::size_t i = 0; i < all_targets.size(); ++i) {
      if (name() == std::string(target_names[i])) {
        return all_targets[i];
      }
    }
    return std::nullopt;
  }

  void SetUp() override {
    if (!name()) {
      return;
    }
    const std::optional<Target> chosen = find();
    ASSERT_TRUE(chosen) << "EDDY_TEST_TARGET is \"" << name()
                        << "\", expected portable, baseline, avx2 or avx512";
    if (!set_target(*chosen)) {
      GTEST_SKIP() << "this machine does not have the target " << name();
    }
  }
};
const ::testing::Environment* const chosen_target = ::testing::AddGlobalTestEnvironment(new ChosenTarget);

/// Puts back the target that was in use.
class Targets : public ::testing::Test {
 protected:
  void TearDown() override { set_target(before_); }

 private:
  Target before_ = target();
};

TEST_F(Targets, TheBestIsInUseUnlessAnotherIsChosen) {
  EXPECT_EQ(target(), ChosenTarget::name() ? ChosenTarget::find() : best_target());
}

TEST_F(Targets, TheBestIsTheLastThatThereIs) {
  EXPECT_TRUE(has_target(best_target()));
  for (const Target other : all_targets) {
    EXPECT_TRUE(other <= best_target() || !has_target(other)) << describe(other);
  }
  EXPECT_NE(has_target(Target::portable), has_target(Target::baseline)) << "one of them is the plainest";
}

TEST_F(Targets, AreInUseOnceTheyAreSet) {
  for (const Target other : all_targets) {
    SCOPED_TRACE(describe(other));
    const Target before = target();
    EXPECT_EQ(set_target(other), has_target(other));
    EXPECT_EQ(target(), has_target(other) ? other : before);
  }
}

TEST_F(Targets, KernelsAreThoseOfTheTargetInUse) {
  const auto lanes = []<class Scalar>(Scalar) {
    return on_target<Scalar>([](auto kernels) { return decltype(kernels)::Lanes; });
  };
  const std::array floats{1, 4, 8, 16};
  for (std::size_t i = 0; i < all_targets.size(); ++i) {
    if (set_target(all_targets[i])) {
      EXPECT_EQ(lanes(float()), floats[i]);
      EXPECT_EQ(lanes(double()), (std::max)(1, floats[i] / 2));
      EXPECT_EQ(lanes(static_cast<long double>(0)), 1) << "other scalars are always portable";
    }
  }
}

TEST_F(Targets, HaveNames) {
  EXPECT_STREQ(describe(Target::portable), "portable");
  EXPECT_STREQ(describe(Target::baseline), "baseline");
  EXPECT_STREQ(describe(Target::avx2), "AVX2 + FMA");
  EXPECT_STREQ(describe(Target::avx512), "AVX-512");
}

/// What a model predicts and has learned after `steps` samples, alone and then as a batch of 7 streams.
template <class Model>
Matrix<double> learn_on(Target chosen, Model model, int steps) {
  using Scalar = typename Model::Scalar;
  EXPECT_TRUE(set_target(chosen));
  const LayerSizes sizes = model.network().sizes();
  const int inputs = sizes.inputs, outputs = sizes.outputs;
  for (int t = 0; t < steps; ++t) {
    const auto seed = static_cast<std::uint64_t>(t);
    model.partial_fit(random_vector<Scalar>(inputs, seed), random_vector<Scalar>(outputs, seed + 1));
  }
  auto batch = model.make_batch(7);
  for (int t = 0; t < steps; ++t) {
    const auto seed = static_cast<std::uint64_t>(t);
    model.partial_fit(batch, random_matrix<Scalar>(inputs, 7, seed),
                      random_matrix<Scalar>(outputs, 7, seed + 1));
  }
  Vector<double> result(model.parameters().size() + outputs);
  result << model.parameters().template cast<double>(),
      model.predict(random_vector<Scalar>(inputs, 99)).template cast<double>();
  return result;
}

/// A model on every target that there is, against the plainest.
template <class Model>
void targets_agree(const Model& model, double bound) {
  constexpr int steps = 60;
  const Target plainest = has_target(Target::baseline) ? Target::baseline : Target::portable;
  const Matrix<double> expected = learn_on(plainest, model, steps);
  for (const Target other : all_targets) {
    if (has_target(other)) {
      const double worst = worst_error(learn_on(other, model, steps), expected);
      std::printf("[ targets  ] %-10s differs from %s by up to %.1e\n", describe(other), describe(plainest),
                  worst);
      EXPECT_LT(worst, bound) << describe(other);
    }
  }
}

TEST_F(Targets, ModelsAgreeOnAllOfThem) {
  // Targets round differently; in 120 updates that came to 2 units in the last place of 1.
  // 48 units fill whole registers, 37 leave some over for every narrower one.
  targets_agree(Lstm<float>(3, 48, 2), 100 * std::numeric_limits<float>::epsilon());
  targets_agree(Gru<double>(5, 37, 3), 100 * std::numeric_limits<double>::epsilon());
}

}  // namespace
}  // namespace eddy::testing
