// Takes a number of steps, or learns from a number of samples, with an LSTM of some size and 8 inputs:
//
//   instructions <step | partial_fit | scheduled> <8 | 32 | 128> <samples>
//
// where `scheduled` is partial_fit under a learning-rate schedule.
//
// check.sh counts the instructions of that.

#include <eddy/eddy.hpp>
#include <eddy/schedule.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

template <class Optimizer, int Hidden>
float run(bool learn, int samples) {
  static eddy::Lstm<float, 8, Hidden, 1, eddy::MeanSquaredError, Optimizer, eddy::TruncatedBptt<16>,
                    eddy::NoRehearsal>
      model;
  Eigen::Matrix<float, 8, 1> x = Eigen::Matrix<float, 8, 1>::LinSpaced(-1, 1);
  float sum = 0;
  for (int t = 0; t < samples; ++t) {
    x(t % 8) = -x(t % 8);
    sum += learn ? model.partial_fit(x, x(0)) : model.step(x)(0);
  }
  return sum;
}

template <class Optimizer>
float run(int hidden, bool learn, int samples) {
  return hidden == 8    ? run<Optimizer, 8>(learn, samples)
         : hidden == 32 ? run<Optimizer, 32>(learn, samples)
                        : run<Optimizer, 128>(learn, samples);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr,
                 "expected: instructions <step | partial_fit | scheduled> <8 | 32 | 128> <samples>\n");
    return EXIT_FAILURE;
  }
  const bool learn = std::strcmp(argv[1], "step") != 0;
  const int hidden = std::atoi(argv[2]), samples = std::atoi(argv[3]);
  using Scheduled = eddy::Scheduled<eddy::Adam, eddy::WarmUp<eddy::CosineDecay>>;
  const float sum = std::strcmp(argv[1], "scheduled") == 0 ? run<Scheduled>(hidden, learn, samples)
                                                           : run<eddy::Adam>(hidden, learn, samples);
  std::printf("%s: %g\n", eddy::describe(eddy::target()), static_cast<double>(sum));
  return EXIT_SUCCESS;
}
