// Four processes learn one model, each from its own part of a stream: mpirun -n 4 federated_mpi. What
// travels are weights, not samples. `--picture FILE` draws how well the models of the first process do.

#include "support/curves.hpp"
#include "support/ridership.hpp"

#include <eddy/distributed/mpi.hpp>
#include <eddy/models.hpp>

#include <cmath>
#include <cstdio>

using Model = eddy::Gru<float, 4, 16, 1>;

/// What is known today, scaled by hand: riders, temperature, the weekday as a point on a circle.
eddy::Vector<float, 4> features(const ridership::Day& day) {
  const float angle = 6.2831853f / 7 * static_cast<float>(day.weekday);
  return {day.riders / 10 - 1.5f, day.temperature / 40 - 1.25f, std::sin(angle), std::cos(angle)};
}

/// The mean absolute error of tomorrow's riders, in thousands, over days that nobody has learned from.
double error(Model model, const ridership::Day* day, int days) {
  double sum = 0;
  model.reset();
  for (int t = 0; t < days; ++t) {
    const float riders = 10 * (model.step(features(day[t]))(0) + 1.5f);
    sum += std::abs(static_cast<double>(riders - day[t + 1].riders)) / days;
  }
  return sum;
}

int main(int count, char** arguments) {
  MPI_Init(&count, &arguments);
  int rank = 0, processes = 1;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &processes);

  const auto days = ridership::read(EDDY_EXAMPLE_DATA "/chicago_ridership.csv");
  constexpr int held_out = 365, block = 7 * 13;  // a quarter of a year
  const int learned = static_cast<int>(days.size()) - held_out;
  if (learned < block * processes) {
    std::fprintf(stderr, "no data, or too many processes\n");
    MPI_Abort(MPI_COMM_WORLD, 1);
  }

  Model model, alone;
  eddy::MpiAveraging average(model, {.every = 10});
  const ridership::Day* const last_year = days.data() + learned;
  picture::Chart chart{.title = "Riders of a year that nobody has learned from",
                       .horizontal = "quarters of a year learned from by the first of four processes",
                       .vertical = "thousands off a day",
                       .curves = {{"averaged with the others", {error(model, last_year, held_out - 1)}},
                                  {"alone", {error(alone, last_year, held_out - 1)}}}};
  for (int t = 0; t + 1 < learned; ++t) {
    if (t / block % processes != rank) continue;  // a quarter for another process
    const auto x = features(days[static_cast<std::size_t>(t)]);
    const float y = features(days[static_cast<std::size_t>(t) + 1])(0);
    model.partial_fit(x, y);
    alone.partial_fit(x, y);
    average.learned(model);
    if (rank == 0 && (t + 1) % block == 0) {
      chart.curves[0].values.push_back(error(model, last_year, held_out - 1));
      chart.curves[1].values.push_back(error(alone, last_year, held_out - 1));
    }
  }
  average.finish(model);

  const double together = error(model, last_year, held_out - 1);
  double alone_on_average = error(alone, last_year, held_out - 1) / processes;
  MPI_Allreduce(MPI_IN_PLACE, &alone_on_average, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
  if (rank == 0) {
    std::printf(
        "%d processes: off by %.2f thousand riders a day when averaged, by %.2f when each learns alone\n",
        processes, together, alone_on_average);
  }
  const bool drawn = rank != 0 || picture::draw(count, arguments, chart);
  MPI_Finalize();
  return drawn && (processes == 1 || together < alone_on_average) ? 0 : 1;
}
