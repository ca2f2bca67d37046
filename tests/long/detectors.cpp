// The memory of detectors and monitors after many samples: what they had at construction, and no more.

#include "long.hpp"

#include <eddy/eddy.hpp>

#include <memory>

namespace eddy::testing {
namespace {

/// A stream whose mean rises by 1 after each tenth of it, so that there is something to find.
double sample(std::int64_t n, std::int64_t all, Random& random) {
  return static_cast<double>(10 * n / all) + 0.2 * random.normal();
}

/// Feeds a monitor by take(monitor, value), which returns whether it found anything.
template <class Monitor, class Take>
void check_memory(const char* name, std::unique_ptr<Monitor> monitor, bool finds, Take&& take) {
  const std::int64_t all = samples(10000000);
  const std::int64_t bytes = heap_bytes(), allocations = heap_allocations();
  Random random(23);
  int found = 0;
  for (std::int64_t n = 0; n < all; ++n) {
    found += take(*monitor, sample(n, all, random));
  }
  const std::int64_t grown = heap_bytes() - bytes, asked = heap_allocations() - allocations;
  check(name,
        std::to_string(sizeof(Monitor)) + " bytes, grown by " + std::to_string(grown) +
            (finds ? ", found " + std::to_string(found) : ""),
        grown == 0 && asked == 0 && (!finds || (found >= 9 && found <= 40)));
}

}  // namespace

void run_detectors() {
  const auto update = [](auto& detector, double value) { return detector.update(value); };
  check_memory("Adwin", std::make_unique<Adwin>(), true, update);
  check_memory("PageHinkley", std::make_unique<PageHinkley>(), true, update);
  check_memory("Kswin", std::make_unique<Kswin<>>(), false, update);
  // Ddm is for right and wrong: the error rate rises from 5% to 50%, in tenths.
  check_memory("Ddm", std::make_unique<Ddm>(), false,
               [random = Random(3)](auto& detector, double value) mutable {
                 return detector.update(random.uniform() < 0.05 + 0.05 * value ? 1.0 : 0.0);
               });
  check_memory("QuantileTracker", std::make_unique<QuantileTracker>(), false,
               [](auto& tracker, double value) {
                 tracker.add(value);
                 return false;
               });
  check_memory("Rolling<Mae>", std::make_unique<Rolling<Mae, 1000>>(), false, [](auto& metric, double value) {
    metric.add(value, 0.0);
    return false;
  });
}

}  // namespace eddy::testing
