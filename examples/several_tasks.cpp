// One network, two tasks with a loss each, whose labels come at different times: how many riders a station of
// the Chicago "L" will have tomorrow, which is published a week late, and whether it will be warmer than
// today, which everybody knows tomorrow. `--picture FILE` draws how far off the riders are.

#include "support/curves.hpp"
#include "support/ridership.hpp"

#include <eddy/eddy.hpp>

#include <cmath>
#include <cstdio>
#include <vector>

using eddy::at, eddy::task;
using Loss = eddy::Tasks<eddy::Task<eddy::MeanSquaredError, 1>, eddy::Task<eddy::SoftmaxCrossEntropy, 2>>;
using Model = eddy::Gru<float, 7, 24, 3, Loss>;

constexpr int late = 7;  // days until the riders of a day are published

/// Thousands of riders, scaled by hand: a usual weekday is 0.
float scaled(const ridership::Day& day) { return (day.riders - 17) / 6; }

/// The class of a day.
int warmer(const ridership::Day& day, const ridership::Day& than) {
  return day.temperature > than.temperature ? 1 : 0;
}

int main(int count, char** words) {
  const std::vector<ridership::Day> days = ridership::read(EDDY_EXAMPLE_DATA "/chicago_ridership.csv");
  const auto day = [&](int t) -> const ridership::Day& { return days[static_cast<std::size_t>(t)]; };
  const int last = static_cast<int>(days.size()) - 2;

  Model model({.loss = {.tasks = {{.weight = 1}, {.weight = 0.2}}}});
  double off = 0, naive_off = 0;
  eddy::Rolling<eddy::Mae, 365> recent, naive_recent;
  picture::Chart chart{.title = "Riders of a station tomorrow, known a week late",
                       .horizontal = "day",
                       .vertical = "thousands off, mean of a year",
                       .curves = {{"network of two tasks", {}}, {"the newest of the same weekday", {}}}};
  int right = 0, naive_right = 0, scored = 0;
  for (int t = 2 * late; t <= last; ++t) {
    // The labels that come in today: whether it is warmer, for the prediction of yesterday; the riders of a
    // week ago, for the prediction of eight days ago.
    if (model.time() > late) {
      model.partial_fit(at(model.time()), task<1>(warmer(day(t), day(t - 1))));
      model.partial_fit(at(model.time() - late), task<0>(scaled(day(t - late))));
    }

    // What is known today: the weekday, the weather, the newest riders, and those of tomorrow's weekday.
    const float angle = 6.2831853f / 7 * static_cast<float>(day(t).weekday);
    eddy::Vector<float, 7> x;
    x << std::sin(angle), std::cos(angle), day(t).temperature / 20 - 2.5f, day(t).humidity / 20 - 3.4f,
        day(t).rain, scaled(day(t - late)), scaled(day(t + 1 - 2 * late));
    const auto y = model.step(x);

    const float guess = 6 * model.options().loss.outputs_of<0>(y)(0) + 17;
    recent.add(day(t + 1).riders, guess);
    naive_recent.add(day(t + 1).riders, day(t + 1 - 2 * late).riders);
    const bool full = t > 2 * late + 365;
    chart.curves[0].values.push_back(full ? recent.value() : eddy::not_a_number<double>);
    chart.curves[1].values.push_back(full ? naive_recent.value() : eddy::not_a_number<double>);
    if (t > last - 3650) {  // the last ten years
      const ridership::Day& tomorrow = day(t + 1);
      const auto& tasks = model.options().loss;
      const auto change = tasks.outputs_of<1>(y);
      off += std::abs(6 * (tasks.outputs_of<0>(y)(0) - scaled(tomorrow)));
      naive_off += std::abs(6 * (scaled(day(t + 1 - 2 * late)) - scaled(tomorrow)));
      right += (change(1) > change(0)) == warmer(tomorrow, day(t));
      naive_right += warmer(day(t), day(t - 1)) == warmer(tomorrow, day(t));
      ++scored;
    }
  }
  std::printf("riders: off by %.2f thousand a day, the newest of the same weekday by %.2f\n", off / scored,
              naive_off / scored);
  std::printf("warmer or colder: right on %.1f%% of days, \"as today\" on %.1f%%\n", 100.0 * right / scored,
              100.0 * naive_right / scored);
  const bool drawn = picture::draw(count, words, chart);
  return drawn && off < naive_off && right > naive_right ? 0 : 1;
}
