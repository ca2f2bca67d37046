// Small models through streams that go on for long, or are nothing but trouble: weights, moments, state and
// predictions stay finite and free of denormal numbers, every label is accounted for, time is right, and the
// state is one that can be saved and gone on from, bit for bit.

#include "long.hpp"

#include <eddy/eddy.hpp>
#include <eddy/io/checkpoint.hpp>

#include <array>
#include <cmath>
#include <cstring>
#include <limits>
#include <memory>
#include <sstream>

namespace eddy::testing {
namespace {

/// What comes at a step: n of `all`.
struct Source {
  const char* name;
  float (*x)(std::int64_t n, std::int64_t all, Random& random);
  float (*y)(std::int64_t n, std::int64_t all, Random& random);
  bool is_learned;  ///< whether a good model has a small error at the end
  bool leaves_denormals =
      false;  ///< in moments: its gradients are such, or updates stop before they are flushed
};

float noise(std::int64_t, std::int64_t, Random& random) { return static_cast<float>(random.normal()); }
float activity_then_zeros(std::int64_t n, std::int64_t, Random& random) {
  return n < 10000 ? static_cast<float>(random.normal()) : 0.0f;
}
float growing(std::int64_t n, std::int64_t all, Random& random) {
  const double exponent = -30 + 60 * static_cast<double>(n) / static_cast<double>(all);
  return static_cast<float>(random.uniform(1) * std::pow(10, exponent));
}
float denormal(std::int64_t, std::int64_t, Random& random) {
  return static_cast<float>(random.uniform(1e-38));
}
float every_other_nan(std::int64_t n, std::int64_t, Random& random) {
  return n % 2 == 0 ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(random.normal());
}
float one(std::int64_t, std::int64_t, Random&) { return 1; }
float sometimes_nan(std::int64_t n, std::int64_t, Random&) {
  return n % 3 == 0 ? std::numeric_limits<float>::quiet_NaN() : 0.5f;
}

constexpr std::array sources{
    Source{"constant input", one, one, true},
    Source{"noise", noise, noise, false},
    Source{"zeros after activity", activity_then_zeros, activity_then_zeros, true},
    Source{"targets from 1e-30 to 1e30", noise, growing, false, true},
    Source{"denormal numbers", denormal, denormal, true, true},
    Source{"NaN every other time", every_other_nan, sometimes_nan, false},
};

/// How many numbers are denormal, and how many not finite.
struct Oddities {
  std::int64_t denormal = 0, not_finite = 0;

  template <class Values>
  void count(const Values& values) {
    for (Index i = 0; i < values.size(); ++i) {
      const float value = values.data()[i];
      denormal += value != 0 && std::abs(value) < (std::numeric_limits<float>::min)();
      not_finite += !is_finite(value);
    }
  }
};

/// Whether a copy made by a checkpoint goes on as the model does, bit for bit.
template <class Model>
bool goes_on_alike(Model& model) {
  std::stringstream file;
  save(file, model);
  const auto copy = std::make_unique<Model>();
  load(file, *copy);
  Random random(3);
  bool alike = true;
  for (int n = 0; n < 100; ++n) {
    const float x = noise(n, 0, random), y = noise(n, 0, random);
    const float ours = model.partial_fit(x, y), theirs = copy->partial_fit(x, y);
    alike = alike && std::memcmp(&ours, &theirs, sizeof(ours)) == 0;
  }
  return alike && model.parameters() == copy->parameters() && model.moments() == copy->moments();
}

template <class Model>
void run(const char* name, const Source& source) {
  const std::int64_t all = samples(10000000);
  const auto model = std::make_unique<Model>();
  Random random(17);
  bool predictions_right = true;
  double late_error = 0;
  const double begin = seconds();
  const std::int64_t allocations = heap_allocations();
  for (std::int64_t n = 0; n < all; ++n) {
    const float x = source.x(n, all, random), y = source.y(n, all, random);
    model->partial_fit(x, y);
    const float prediction = model->prediction()(0);
    predictions_right &= is_finite(prediction) == is_finite(x);
    if (is_finite(prediction) && is_finite(y) && n >= all - 1000) {
      late_error += std::abs(static_cast<double>(prediction) - y) / 1000;
    }
  }
  const bool nothing_allocated = heap_allocations() == allocations;
  const double microseconds = (seconds() - begin) / static_cast<double>(all) * 1e6;
  Oddities in_weights, in_others;
  in_weights.count(model->parameters());
  in_others.count(model->moments());
  in_others.count(model->state());
  const auto& update = model->last_update();
  const bool right = in_weights.not_finite == 0 && in_others.not_finite == 0 &&
                     (in_others.denormal == 0 || source.leaves_denormals) && predictions_right &&
                     nothing_allocated && model->time() == all && update.updates + update.skipped == all &&
                     (!source.is_learned || late_error < 0.02) && state_is_valid(*model) &&
                     goes_on_alike(*model);
  check(std::string(source.name) + ", " + name,
        digits(microseconds, "%.2f us, error ") + digits(late_error, "%.2g, ") +
            digits(static_cast<double>(update.skipped), "%.0f skipped"),
        right);
}

}  // namespace

void run_streams() {
  using Credit = TruncatedBptt<4>;
  for (const Source& source : sources) {
    run<Lstm<float, 1, 8, 1, MeanSquaredError, Adam, Credit, RecentRehearsal<100>>>("Lstm, Adam", source);
    run<Lstm<float, 1, 8, 1, MeanSquaredError, Sgd, Credit, NoRehearsal>>("Lstm, Sgd", source);
    run<Gru<float, 1, 8, 1, MeanSquaredError, Adam, Credit, NoRehearsal>>("Gru, Adam", source);
    run<Gru<float, 1, 8, 1, MeanSquaredError, Sgd, Credit, NoRehearsal>>("Gru, Sgd", source);
    run<Rnn<float, 1, 8, 1, MeanSquaredError, Adam, Credit, NoRehearsal>>("Rnn, Adam", source);
    run<Rnn<float, 1, 8, 1, MeanSquaredError, Sgd, Credit, NoRehearsal>>("Rnn, Sgd", source);
  }
}

}  // namespace eddy::testing
