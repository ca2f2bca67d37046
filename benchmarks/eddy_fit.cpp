// partial_fit() of eddy, one stream, sizes at run time.

#include "eddy_model.hpp"

namespace {

using namespace bench;

template <class Cell, class Optimizer, class Rehearsal>
Runner<typename Cell::Scalar> run(const Case& c, const Weights<typename Cell::Scalar>& weights) {
  using T = typename Cell::Scalar;
  using Model = eddy::RecurrentModel<Cell, eddy::Dynamic, eddy::MeanSquaredError, Optimizer,
                                     eddy::TruncatedBptt<eddy::Dynamic, eddy::Dynamic>, Rehearsal>;
  const typename Model::Options options{.optimizer = {.learning_rate = learning_rate(c.rule)},
                                        .credit = {.window = c.window, .stride = c.stride}};
  auto model = model_with<Model>(weights, c.inputs, c.hidden, 1, options);
  return [model](const Samples<T>& samples, T* predictions) {
    if (samples.reset) {
      model->reset();
    }
    for (int k = 0; k < samples.count; ++k) {
      model->partial_fit(input<Model>(samples, k), samples.y[k]);
      predictions[k] = model->prediction()(0);
    }
  };
}

template <class T>
Runner<T> fit(const Case& c, const Weights<T>& weights) {
  if (c.verb != Verb::fit || c.streams > 0) {
    return {};
  }
  return with_cell<T, eddy::Dynamic, eddy::Dynamic>(c.cell, [&]<class Cell>() -> Runner<T> {
    if (c.rehearsal) {
      return run<Cell, eddy::Adam, eddy::DefaultRehearsal>(c, weights);
    }
    return c.rule == Rule::adam ? run<Cell, eddy::Adam, eddy::NoRehearsal>(c, weights)
                                : run<Cell, eddy::Sgd, eddy::NoRehearsal>(c, weights);
  });
}

const Entry entry(
    {.id = "eddy", .title = "eddy", .rank = 0, .with_float = fit<float>, .with_double = fit<double>});

}  // namespace
