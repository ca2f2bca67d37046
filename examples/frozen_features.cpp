// Three ways to join deep networks and learning as one goes, on the riders of a station of the Chicago "L"
// one day ahead: a network whose parameters learn; one that has learned and now rests, under a head that
// learns at once; and one that learns slowly under such a head. All read raw values and predict riders.
// `--picture FILE` draws how far off each is in the second half.

#include "support/curves.hpp"
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

/// Knows nothing but the riders of the same weekday a week ago.
struct Naive {
  eddy::Vector<float, 1> step(const eddy::Vector<float, Known>& x) const { return x.tail<1>(); }
  void partial_fit(float) {}
};

/// Walks through some days with any learner; returns how far off it was, in thousands of riders a day, and
/// draws a curve of that, over a year each.
template <class Model>
float walk(Model& model, const std::vector<ridership::Day>& days, std::size_t from, std::size_t to,
           picture::Curve* curve = nullptr) {
  float off = 0;
  eddy::Rolling<eddy::Mae, 365> recent;
  for (std::size_t today = from; today < to; ++today) {
    const auto predicted = static_cast<float>(model.step(known(days, today))(0));
    const float truth = days[today + 1].riders;
    off += std::abs(predicted - truth);
    recent.add(truth, predicted);
    if (curve != nullptr) {
      curve->values.push_back(today < from + 365 ? eddy::not_a_number<double> : recent.value());
    }
    model.partial_fit(truth);
  }
  return off / static_cast<float>(to - from);
}

int main(int count, char** words) {
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

  picture::Chart chart{.title = "Riders of a station tomorrow",
                       .horizontal = "day of the second half",
                       .vertical = "thousands off, mean of a year",
                       .curves = {{"a week ago", {}},
                                  {"a network", {}},
                                  {"its features at rest", {}},
                                  {"random features", {}},
                                  {"slow features", {}}}};
  picture::Curve* curve = chart.curves.data();
  const auto second_half = [&](auto&& model) { return walk(model, days, middle, last, curve++); };
  const float naive = second_half(Naive{}), learning = second_half(network), off = second_half(frozen),
              echoing = second_half(random), joined = second_half(joint);
  std::printf("thousands of riders off, the last %zu days:\n", last - middle);
  std::printf("  the same weekday a week ago         %.3f\n", static_cast<double>(naive));
  std::printf("  a network that learns               %.3f\n", static_cast<double>(learning));
  std::printf("  its features at rest under a head   %.3f\n", static_cast<double>(off));
  std::printf("  random features under a head        %.3f\n", static_cast<double>(echoing));
  std::printf("  features that learn under a head    %.3f\n", static_cast<double>(joined));
  return picture::draw(count, words, chart) && off < naive ? 0 : 1;
}
