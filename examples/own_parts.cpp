// A loss and an optimizer of one's own: a struct of ten lines each, used like those of the library.

#include "support/curves.hpp"

#include <eddy/eddy.hpp>

#include <cmath>
#include <cstdio>

/// log cosh(p − y): squared near 0, absolute far away. A loss of each output by itself has a value and a
/// derivative; means, weights and masks come with the model.
struct LogCosh {
  template <class Scalar>
  Scalar value(Scalar p, Scalar y) const {
    return std::log(std::cosh(p - y));
  }
  template <class Scalar>
  Scalar derivative(Scalar p, Scalar y) const {
    return std::tanh(p - y);
  }
};

/// Steps by the sign of a running mean of the gradient. An optimizer says how many vectors it keeps, and
/// updates parameters w from their gradient g, element by element.
struct SignMomentum {
  double learning_rate = 1e-3;
  double momentum = 0.9;

  static constexpr int moments = 1;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& m, std::int64_t /*step*/) const {
    using Scalar = typename Weights::Scalar;
    m[0] += static_cast<Scalar>(1 - momentum) * (g - m[0]);
    w -= static_cast<Scalar>(learning_rate) * m[0].sign();
  }
};

int main(int count, char** words) {
  eddy::Gru<float, 1, 16, 1, LogCosh, SignMomentum> model;
  double early = 0, late = 0;
  picture::Chart chart{"A wave, and what is predicted of it with a loss and an optimizer of one's own",
                       "sample",
                       "",
                       {{"truth", {}}, {"prediction", {}}}};
  constexpr int samples = 5000, scored = 500;
  for (int t = 0; t < samples; ++t) {
    const float now = std::sin(0.3f * static_cast<float>(t)),
                next = std::sin(0.3f * static_cast<float>(t + 1));
    const float loss = model.partial_fit(now, next);
    early += t < scored ? static_cast<double>(loss) / scored : 0;
    late += t >= samples - scored ? static_cast<double>(loss) / scored : 0;
    if (t < 300) chart.add({next, model.prediction()(0)});
  }
  std::printf("mean loss of the first %d samples %.5f, of the last %.5f\n", scored, early, late);
  return picture::draw(count, words, chart) && late < 0.1 * early ? 0 : 1;
}
