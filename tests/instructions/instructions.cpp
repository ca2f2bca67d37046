// Takes a number of steps, or learns from a number of samples, with an LSTM of some size and 8 inputs:
//
//   instructions <step | partial_fit> <8 | 32 | 128> <samples>
//
// check.sh counts the instructions of that.

#include <eddy/eddy.hpp>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace {

template <int Hidden>
float run(bool learn, int samples) {
  static eddy::Lstm<float, 8, Hidden, 1, eddy::MeanSquaredError, eddy::Adam, eddy::TruncatedBptt<16>,
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

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fprintf(stderr, "expected: instructions <step | partial_fit> <8 | 32 | 128> <samples>\n");
    return EXIT_FAILURE;
  }
  const bool learn = std::strcmp(argv[1], "partial_fit") == 0;
  const int hidden = std::atoi(argv[2]), samples = std::atoi(argv[3]);
  const float sum = hidden == 8    ? run<8>(learn, samples)
                    : hidden == 32 ? run<32>(learn, samples)
                                   : run<128>(learn, samples);
  std::printf("%s: %g\n", eddy::describe(eddy::target()), static_cast<double>(sum));
  return EXIT_SUCCESS;
}
