#include "support/fixture.hpp"
#include "support/numeric.hpp"

#include <eddy/core/activation.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/random.hpp>
#include <eddy/core/storage.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>

namespace eddy::testing {

template <Activation A>
double activation_error(const Json& fixture, const std::string& name) {
  const Vector<double> x = tensor(fixture["x"]);
  Vector<double> y = x, derivative = Vector<double>::Ones(x.size());
  A::apply(y);
  A::backward(y, derivative);
  const Json& expected = fixture["activations"][name];
  const double worst =
      (std::max)(worst_error(y, tensor(expected["y"])), worst_error(derivative, tensor(expected["dy"])));
  std::printf("[ fixture  ] activations %-15s worst error %.1e\n", name.c_str(), worst);
  return worst;
}

TEST(Activations, MatchTheFixtureFromMinus800To800) {
  const Json fixture = read_fixture("activations");
  // One rounding; the derivatives are made from the values.
  EXPECT_LT(activation_error<Logistic>(fixture, "sigmoid"), 1e-15);
  EXPECT_LT(activation_error<Tanh>(fixture, "tanh"), 1e-15);
  EXPECT_LT(activation_error<Relu>(fixture, "relu"), 1e-15);
}

TEST(Activations, SoftmaxMatchesTheFixtureAtItsExtremes) {
  const Json fixture = read_fixture("activations");
  for (const Json& one : fixture["softmax"]) {
    const auto values = one["x"].get<std::vector<double>>();
    const Vector<double> x =
        Eigen::Map<const Vector<double>>(values.data(), static_cast<Index>(values.size()));
    EXPECT_LT(worst_error(softmax(x), tensor(one["softmax"])), 1e-15);
  }
}

TEST(Activations, FloatStaysWithinAFewRoundingsOverTheWholeRange) {
  Vector<float> x = Vector<float>::LinSpaced(2001, -20, 20), tanh = x, sigma = x;
  Tanh::apply(tanh);
  Logistic::apply(sigma);
  const Vector<double> exact = x.cast<double>();
  // Eigen's rational approximation: a few units in the last place of 1.
  EXPECT_LT(worst_error(tanh, exact.array().tanh().matrix().eval()), 5e-7);
  EXPECT_LT(worst_error(sigma, (1 / (1 + (-exact.array()).exp())).matrix().eval()), 5e-7);
}

TEST(Finite, TellsByTheBits) {
  constexpr float infinity = std::numeric_limits<float>::infinity(),
                  nan = std::numeric_limits<float>::quiet_NaN();
  EXPECT_TRUE(is_finite(0.0f) && is_finite(std::numeric_limits<float>::max()) && is_finite(-1e-45f));
  EXPECT_FALSE(is_finite(infinity) || is_finite(-infinity) || is_finite(nan) || is_finite(-nan));
  EXPECT_TRUE(is_nan(nan) && is_nan(-nan));
  EXPECT_FALSE(is_nan(infinity) || is_nan(0.f));
  EXPECT_TRUE(is_finite(1e308) && !is_finite(1e308 * 10) && is_nan(not_a_number<double>) && !is_nan(1.0));
  const double values[] = {1, 2, std::numeric_limits<double>::infinity()};
  EXPECT_TRUE(all_finite(values, 2));
  EXPECT_FALSE(all_finite(values, 3));
}

TEST(Random, IsTheSameOnEveryCompiler) {
  // The first numbers of SplitMix64 from seed 1234567, as its authors' reference prints them.
  Random random(1234567);
  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(Random, HasTheMomentsItSays) {
  Random random(1);
  constexpr double draws = 100000;
  double sum = 0, squares = 0, uniform = 0;
  std::array<int, 3> counts{};
  for (int i = 0; i < draws; ++i) {
    const double z = random.normal();
    sum += z;
    squares += z * z;
    uniform += random.uniform();
    ++counts[random.below(3)];
  }
  // Five standard errors.
  EXPECT_NEAR(sum / draws, 0, 5 / std::sqrt(draws));
  EXPECT_NEAR(squares / draws, 1, 5 * std::sqrt(2.0 / draws));
  EXPECT_NEAR(uniform / draws, 0.5, 5 * std::sqrt(1.0 / 12 / draws));
  for (const int count : counts) {
    EXPECT_NEAR(count, draws / 3.0, 5 * std::sqrt(draws * 2.0 / 9));
  }
}

TEST(Storage, LiesOnCacheLinesInsideTheObjectOrOnTheHeap) {
  struct Two {
    char before;
    Storage<float, 5> fixed{5};
    Storage<double, Dynamic> sized{7};
  } two{};
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(two.fixed.data()) % alignment, 0u);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(two.sized.data()) % alignment, 0u);
  two.fixed.data()[4] = 3;
  two.sized.data()[6] = 4;
  const Two copy = two;
  two.fixed.data()[4] = 0;
  two.sized.data()[6] = 0;
  EXPECT_EQ(copy.fixed.data()[4], 3);
  EXPECT_EQ(copy.sized.data()[6], 4);
}

TEST(Slots, FallIntoRunsThatCoverThemOnce) {
  for (int ring = 1; ring <= 5; ++ring) {
    for (int first = 0; first < ring; ++first) {
      for (int count = 1; count <= ring; ++count) {
        std::vector<int> visits(static_cast<std::size_t>(ring), 0);
        Slots{first, count, ring}.for_each_run([&](int from, int length) {
          for (int slot = from; slot < from + length; ++slot) {
            ++visits[static_cast<std::size_t>(slot)];
          }
        });
        for (int slot = 0; slot < ring; ++slot) {
          EXPECT_EQ(visits[static_cast<std::size_t>(slot)], (slot - first + ring) % ring < count ? 1 : 0);
        }
      }
    }
  }
}

}  // namespace eddy::testing
