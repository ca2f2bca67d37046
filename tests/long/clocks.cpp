// Time beyond 2³¹ and 2³² steps: what keeps time is set shortly before, as a checkpoint could, and learns on.
// It must do, bit for bit, what one does whose time is small.

#include "long.hpp"

#include <eddy/eddy.hpp>
#include <eddy/io/state.hpp>

#include <cstring>
#include <memory>
#include <vector>

namespace eddy::testing {
namespace {

/// Adds to the counters of these names in a state.
struct Ahead {
  static constexpr bool shapes_only = false;
  std::int64_t by = 0;
  std::vector<std::string> names;
  int set = 0;

  template <class Number>
  void operator()(const std::string& path, Number* data, std::size_t count) {
    if constexpr (std::is_same_v<Number, std::int64_t>) {
      const std::string name = path.substr(path.rfind('.') + 1);
      for (const std::string& counter : names) {
        if (name == counter && count == 1) {
          *data += by;
          ++set;
        }
      }
    }
  }
};

template <class Learner>
int set_ahead(Learner& learner, std::int64_t by, std::vector<std::string> names) {
  Ahead ahead{by, std::move(names)};
  visit_numbers("", learner, ahead);
  return ahead.set;
}

bool same(float a, float b) { return std::memcmp(&a, &b, sizeof(a)) == 0; }

/// The steps around each boundary, 1024 before and 3072 after it.
constexpr std::int64_t before = 1024, steps = 4096;
constexpr std::int64_t boundaries[] = {std::int64_t{1} << 31, std::int64_t{1} << 32};
const std::vector<std::string> clocks{"before", "time"};

/// Learns at once and two steps late, resets once; true while the two agree.
template <class Learner>
bool agree(Learner& small, Learner& large, std::int64_t by) {
  Random random(29);
  bool agreed = true;
  for (std::int64_t n = 1; n <= steps; ++n) {
    const float x = static_cast<float>(random.normal()), y = static_cast<float>(random.normal());
    if (n % 4 == 0) {
      agreed &= same(small.step(x)(0), large.step(x)(0));
      agreed &= same(small.partial_fit(at(n - 2), y), large.partial_fit(at(by + n - 2), y));
    } else {
      agreed &= same(small.partial_fit(x, y), large.partial_fit(x, y));
    }
    agreed &= same(small.predict(x)(0), large.predict(x)(0)) && large.time() == by + n;
    if (n == steps / 2) {
      small.reset();
      large.reset();
    }
  }
  return agreed && state_is_valid(large);
}

template <class Make>
void check_clock(const std::string& name, Make&& make) {
  for (const std::int64_t boundary : boundaries) {
    const std::int64_t by = boundary - before;
    auto small = make(), large = make();
    const int set = set_ahead(*large, by, clocks);
    check(name + (boundary == boundaries[0] ? ", across 2^31 steps" : ", across 2^32 steps"),
          std::to_string(set) + " counters", set > 0 && agree(*small, *large, by));
  }
}

/// The same for the steps since the latest reset, and for the windows that were seen.
void check_since_reset() {
  using Model = Lstm<float, 1, 8, 1, MeanSquaredError, Adam, TruncatedBptt<4>, RecentRehearsal<64>>;
  for (const std::int64_t boundary : boundaries) {
    const std::int64_t by = boundary - before;
    auto small = std::make_unique<Model>();
    Random random(31);
    for (int n = 0; n < 1000; ++n) {
      small->partial_fit(static_cast<float>(random.normal()), 0.0f);
    }
    auto large = std::make_unique<Model>(*small);
    const int set = set_ahead(*large, by, {"steps", "last_sweep", "seen"});
    bool agreed = true;
    for (std::int64_t n = 0; n < steps; ++n) {
      const float x = static_cast<float>(random.normal());
      agreed &= same(small->partial_fit(x, x), large->partial_fit(x, x));
    }
    check(std::string("Lstm, steps since a reset and rehearsed windows") +
              (boundary == boundaries[0] ? ", 2^31" : ", 2^32"),
          std::to_string(set) + " counters", set >= 3 && agreed && state_is_valid(*large));
  }
}

void check_batch() {
  using Model = Gru<float, 1, 8, 1, MeanSquaredError, Adam, TruncatedBptt<4>, NoRehearsal>;
  for (const std::int64_t boundary : boundaries) {
    const std::int64_t by = boundary - before;
    Model small, large;
    auto few = small.make_batch(3), many = large.make_batch(3);
    const int set = set_ahead(many, by, clocks);
    Random random(37);
    bool agreed = true;
    for (std::int64_t n = 1; n <= steps; ++n) {
      Matrix<float> x(1, 3), y(1, 3);
      for (int s = 0; s < 3; ++s) {
        x(0, s) = static_cast<float>(random.normal());
        y(0, s) = static_cast<float>(random.normal());
      }
      agreed &= same(small.partial_fit(few, x, y), large.partial_fit(many, x, y));
      agreed &= same(small.partial_fit(few, at(few.time() - 2), y),
                     large.partial_fit(many, at(many.time() - 2), y));
      agreed &= many.time() == by + n;
    }
    check(std::string("Gru, a batch of 3") +
              (boundary == boundaries[0] ? ", across 2^31 steps" : ", across 2^32 steps"),
          std::to_string(set) + " counters",
          set > 0 && agreed && small.parameters() == large.parameters() && state_is_valid(many));
  }
}

}  // namespace

void run_clocks() {
  using Model = Lstm<float, 1, 8, 1, MeanSquaredError, Adam, TruncatedBptt<4>, RecentRehearsal<64>>;
  using Flat = Gru<float, 1, 8, 1, MeanSquaredError, Adam, AmortizedBptt<4, 2>, NoRehearsal>;
  using Scaler = StandardScaler<float, 1>;
  check_clock("Lstm with rehearsal", [] { return std::make_unique<Model>(); });
  check_clock("Gru, AmortizedBptt", [] { return std::make_unique<Flat>(); });
  check_clock("Pipeline of Difference and Lstm",
              [] { return std::make_unique<Pipeline<Scaler, Model, Difference<float, 1>>>(); });
  check_clock("RecursiveLeastSquares", [] { return std::make_unique<RecursiveLeastSquares<float, 1, 1>>(); });
  check_clock("EchoState", [] { return std::make_unique<EchoState<float, 1, 16, 1>>(); });
  check_clock("Mixture of two", [] {
    using Two = Mixture<Model, RecursiveLeastSquares<float, 1, 1>>;
    return std::make_unique<Two>(Model(), RecursiveLeastSquares<float, 1, 1>());
  });
  check_clock("Forecaster",
              [] { return std::make_unique<Forecaster<float>>(1, ForecasterOptions{.season = 12}); });
  check_batch();
  check_since_reset();
}

}  // namespace eddy::testing
