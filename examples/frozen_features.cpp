// Three ways to join deep networks and learning as one goes, on the riders of a station of the Chicago "L"
// one day ahead: a network whose parameters learn; one that has learned and now rests, under a head that
// learns at once; and one that learns slowly under such a head. All read raw values and predict riders.

#include "support/ridership.hpp"

#include <eddy/eddy.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

constexpr int Known = 6, Units = 24;
using Scaler = eddy::StandardScaler<float, Known>;
using Riders = eddy::StandardScaler<float, 1>;
using Cell = eddy::GruCell<float, Known, Units>;
using Network = eddy::Gru<float, Known, Units, 1>;
using Head = eddy::RecursiveLeastSquares<float, Units + Known, 1>;
using Frozen = eddy::FeatureHead<eddy::Features<Cell>, Head>;
using Joint = eddy::JointHead<Cell, 1>;
using Random = eddy::EchoState<float, Known, Units, 1>;

/// What is known today: weekday, weather, riders, and those of tomorrow's weekday a week ago.
eddy::Vector<float, Known> known(const std::vector<ridership::Day>& days, std::size_t today) {
  const ridership::Day& day = days[today];
  const float angle = 6.2831853f / 7 * static_cast<float>(day.weekday);
  eddy::Vector<float, Known> x;
  x << std::sin(angle), std::cos(angle), day.temperature, day.rain, day.riders, days[today - 6].riders;
  return x;
}

/// Walks through some days with any learner; returns how far off it was, in thousands of riders a day.
template <class Model>
float walk(Model& model, const std::vector<ridership::Day>& days, std::size_t from, std::size_t to) {
  float off = 0;
  for (std::size_t today = from; today < to; ++today) {
    off += std::abs(model.step(known(days, today))(0) - days[today + 1].riders);
    model.partial_fit(days[today + 1].riders);
  }
  return off / static_cast<float>(to - from);
}

int main() {
  const std::vector<ridership::Day> days = ridership::read(EDDY_EXAMPLE_DATA "/chicago_ridership.csv");
  const std::size_t first = 6, middle = days.size() / 2, last = days.size() - 1;
  const Head head({.huber = 2});  // so that holidays do not spoil ordinary days

  // (1) All parameters learn, by truncated back-propagation.
  eddy::Pipeline network{Scaler(), Network(), Riders()};
  walk(network, days, first, middle);

  // (2) The features of that network rest from here on; a head over them and the input learns by least
  // squares.
  eddy::Pipeline frozen{Scaler(), Frozen(eddy::Features<Cell>(), head), Riders()};
  auto weights = frozen.model().extractor().parameters();
  weights = network.model().parameters().head(weights.size());
  walk(frozen, days, middle - 365, middle);  // the head needs a year

  // The cheapest: features that have never learned anything.
  eddy::Pipeline random{Scaler(), Random({.head = {.huber = 2}}), Riders()};
  walk(random, days, first, middle);

  // (3) Everything learns: scalers, features slowly, and the head over them fast.
  eddy::Pipeline joint{Scaler(), Joint({.head = {.huber = 2}}), Riders()};
  walk(joint, days, first, middle);

  const float naive = [&] {
    float off = 0;
    for (std::size_t today = middle; today < last; ++today) {
      off += std::abs(days[today - 6].riders - days[today + 1].riders);
    }
    return off / static_cast<float>(last - middle);
  }();
  std::printf("thousands of riders off, the last %zu days:\n", last - middle);
  std::printf("  the same weekday a week ago         %.3f\n", static_cast<double>(naive));
  std::printf("  a network that learns               %.3f\n",
              static_cast<double>(walk(network, days, middle, last)));
  const float off = walk(frozen, days, middle, last);
  std::printf("  its features at rest under a head   %.3f\n", static_cast<double>(off));
  std::printf("  random features under a head        %.3f\n",
              static_cast<double>(walk(random, days, middle, last)));
  std::printf("  features that learn under a head    %.3f\n",
              static_cast<double>(walk(joint, days, middle, last)));
  return off < naive ? 0 : 1;
}
