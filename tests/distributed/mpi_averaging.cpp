// Run by mpirun with four processes. Each checks what it has and reports; any failure fails the run.

#include <eddy/core/random.hpp>
#include <eddy/distributed/mpi.hpp>
#include <eddy/models.hpp>

#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <vector>

namespace eddy::testing {
namespace {

int failures = 0;

void expect(bool holds, const char* what) {
  if (!holds) {
    std::fprintf(stderr, "FAILED: %s\n", what);
    ++failures;
  }
}

/// Parameters without a network, to follow by hand.
struct Numbers {
  using Scalar = double;
  Vector<double> values, kept = Vector<double>::Zero(2);

  Eigen::Map<Vector<double>> parameters() { return {values.data(), values.size()}; }
  Eigen::Map<Vector<double>> moments() { return {kept.data(), kept.size()}; }
};

void averages_are_weighted_by_samples(int rank) {
  Numbers model{.values = Vector<double>::Constant(3, 1 + rank),
                .kept = Vector<double>::Constant(2, 2 + rank)};
  MpiAveraging average(model, {.every = 10, .moments = true});
  expect(model.values == Vector<double>::Ones(3), "all begin from the parameters of rank 0");
  expect(model.kept == Vector<double>::Constant(2, 2), "and from its moments");
  model.values.setConstant(1.0 + rank);
  model.kept.setConstant(2.0 * rank);
  // Samples 10, 20, 30, 40: (1·10 + 2·20 + 3·30 + 4·40) / 100 = 3, and (0 + 2·20 + 4·30 + 6·40) / 100 = 4.
  expect(!average.learned(model, 9), "no average before its time");
  expect(average.learned(model, 1 + 10 * rank), "an average when it is time");
  expect(model.values == Vector<double>::Constant(3, 3), "the mean is weighted by samples");
  expect(model.kept == Vector<double>::Constant(2, 4), "so is that of the moments");
  // What is left at the end counts: 1 and 3 samples of ranks 0 and 1, (1·5 + 3·9) / 4 = 8.
  model.values.setConstant(rank == 0 ? 5 : rank == 1 ? 9 : 1000);
  average.learned(model, rank == 0 ? 1 : rank == 1 ? 3 : 0);
  average.finish(model);
  average.finish(model);
  expect(model.values == Vector<double>::Constant(3, 8), "the rest of a stream counts in the last mean");
  bool refused = false;
  try {
    average.learned(model);
  } catch (const std::invalid_argument&) {
    refused = true;
  }
  expect(refused, "nobody learns on after the end");
}

void streams_may_end_early(int rank) {
  // Rank 2 has no sample at all, rank 3 ends after two rounds, the others learn for five.
  Numbers model{.values = Vector<double>::Zero(1)};
  MpiAveraging average(model, {.every = 4});
  const int rounds = rank == 2 ? 0 : rank == 3 ? 2 : 5;
  for (int round = 1; round <= rounds; ++round) {
    const double before = model.values(0);
    model.values(0) += rank + 1;
    average.learned(model, 4);
    // Rank 2 has weight 0 throughout: the mean grows by (1 + 2 + 4) / 3, then, without rank 3, by (1 + 2)
    // / 2.
    const double step = round <= 2 ? 7.0 / 3 : 1.5;
    expect(std::abs(model.values(0) - before - step) < 1e-12, "who has ended does not pull the mean");
    expect(average.running() == (round <= 2 ? 3 : 2), "who still learns is counted");
  }
  average.finish(model);
  expect(std::abs(model.values(0) - (2 * 7.0 / 3 + 3 * 1.5)) < 1e-12, "who has ended follows the others");
  expect(average.averages() == 5, "an average without samples is none");
}

void what_is_not_finite_has_no_part(int rank) {
  Numbers model{.values = Vector<double>::Zero(2)};
  MpiAveraging average(model, {.every = 1});
  model.values.setConstant(rank);
  if (rank == 3) {
    model.values(1) = not_a_number<double>;
  }
  average.learned(model);
  expect(model.values == Vector<double>::Constant(2, 1), "NaN has no part in the mean, and takes it");
  average.finish(model);
}

void differences_are_refused_by_all(int rank) {
  Numbers model{.values = Vector<double>::Zero(rank == 1 ? 3 : 2)}, same{.values = Vector<double>::Zero(2)};
  const auto refused = [](Numbers& numbers, MpiAveragingOptions options) {
    try {
      MpiAveraging average(numbers, options);
    } catch (const std::invalid_argument&) {
      return true;
    }
    return false;
  };
  expect(refused(model, {}), "models of other sizes are refused");
  expect(refused(same, {.every = rank}), "a round of no samples is refused");
  expect(refused(same, {.every = 1 + rank}), "rounds of other lengths are refused");
  expect(refused(same, {.moments = rank == 2}), "all average the moments, or none");
}

/// y_t = sin 2 x_t + ½ x_{t−1} plus noise. Each of four streams sees a part of the inputs.
class Stream {
 public:
  Stream(int part, std::uint64_t seed)
      : part_(part), random_(seed * 100 + static_cast<std::uint64_t>(part)) {}

  void next() {
    const float before = x;
    x = static_cast<float>(0.5 * (part_ - 1.5) + random_.uniform(1.0));
    clean = std::sin(2 * x) + 0.5f * before;
    y = clean + static_cast<float>(0.1 * random_.normal());
  }

  float x = 0, clean = 0, y = 0;

 private:
  int part_;
  Random random_;
};

using Model = Gru<float, 1, 16, 1, MeanSquaredError, Adam, TruncatedBptt<4>, NoRehearsal>;

/// The root of the mean squared error on new samples of all four streams, without their noise.
double error(const Model& model) {
  double sum = 0;
  constexpr int samples = 500;
  for (int part = 0; part < 4; ++part) {
    Stream stream(part, 1000);
    auto memory = model.make_stream();
    for (int t = 0; t < samples; ++t) {
      stream.next();
      const double e = static_cast<double>(model.step(memory, stream.x)(0) - stream.clean);
      sum += e * e / (4 * samples);
    }
  }
  return std::sqrt(sum);
}

/// The error of one process that learns from all streams in turn; the last of them may end early.
double error_of_one_process(Model model, const int (&lengths)[4], std::uint64_t seed) {
  std::vector<Model::Stream> memories(4, model.make_stream());
  std::vector<Stream> streams;
  for (int part = 0; part < 4; ++part) {
    streams.emplace_back(part, seed);
  }
  for (int t = 0; t < lengths[0]; ++t) {
    for (std::size_t part = 0; part < 4; ++part) {
      if (t < lengths[part]) {
        streams[part].next();
        model.partial_fit(memories[part], streams[part].x, streams[part].y);
      }
    }
  }
  return error(model);
}

/// Four processes with a stream each against one process with all of them, and against each by itself.
/// `of_one` and `of_alone` are how many times those errors that of the averaged model may be.
void averaging_reaches_one_process(int rank, const int (&lengths)[4], double of_one, double of_alone,
                                   std::uint64_t seed) {
  Model averaged({.optimizer = {.learning_rate = 3e-3}, .seed = seed}), alone = averaged;
  const double one = error_of_one_process(averaged, lengths, seed);
  Stream stream(rank, seed);
  MpiAveraging average(averaged, {.every = 50});
  for (int t = 0; t < lengths[rank]; ++t) {
    stream.next();
    averaged.partial_fit(stream.x, stream.y);
    alone.partial_fit(stream.x, stream.y);
    average.learned(averaged);
  }
  average.finish(averaged);

  Vector<float> of_rank_0 = averaged.parameters();
  MPI_Bcast(of_rank_0.data(), static_cast<int>(of_rank_0.size()), MPI_FLOAT, 0, MPI_COMM_WORLD);
  expect(of_rank_0 == averaged.parameters(), "all processes end with the same parameters");
  const double together = error(averaged), by_itself = error(alone);
  std::printf("rank %d, %d samples: averaged %.4f, by itself %.4f, one process with all %.4f\n", rank,
              lengths[rank], together, by_itself, one);
  expect(together < of_one * one, "averaging reaches one process that saw all");
  expect(together < of_alone * by_itself, "averaging is better than learning alone");
}

}  // namespace
}  // namespace eddy::testing

int main(int count, char** arguments) {
  using namespace eddy::testing;
  MPI_Init(&count, &arguments);
  int rank = 0, processes = 0;
  MPI_Comm_rank(MPI_COMM_WORLD, &rank);
  MPI_Comm_size(MPI_COMM_WORLD, &processes);
  expect(processes == 4, "run me with four processes");
  if (processes == 4) {
    averages_are_weighted_by_samples(rank);
    streams_may_end_early(rank);
    what_is_not_finite_has_no_part(rank);
    differences_are_refused_by_all(rank);
    const auto seed = static_cast<std::uint64_t>(count > 1 ? std::atoi(arguments[1]) : 1);
    // Seeds 1 to 5 had 1.09 to 1.26 times the error of one process, and at most 0.27 of any alone.
    averaging_reaches_one_process(rank, {10000, 10000, 10000, 10000}, 1.5, 0.5, seed);
    // The last stream ends after a tenth: 1.01 to 1.53 times, and at most 0.57.
    averaging_reaches_one_process(rank, {10000, 10000, 10000, 1000}, 2, 0.75, seed);
  }
  MPI_Finalize();
  return failures == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
