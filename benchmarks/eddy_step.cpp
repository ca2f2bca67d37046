// step() and predict() of eddy, one stream: sizes at run time, and fixed by the type. Compiled a second time
// with -march=native, to see what default flags cost.

#include "eddy_model.hpp"

namespace {

using namespace bench;

template <class Model, class T>
Runner<T> run(Verb verb, std::shared_ptr<Model> model) {
  if (verb == Verb::predict) {
    return [model](const Samples<T>& samples, T* predictions) {
      for (int k = 0; k < samples.count; ++k) {
        predictions[k] = model->predict(input<Model>(samples, k))(0);
      }
    };
  }
  return [model](const Samples<T>& samples, T* predictions) {
    for (int k = 0; k < samples.count; ++k) {
      predictions[k] = model->step(input<Model>(samples, k))(0);
    }
  };
}

template <class T>
Runner<T> sized(const Case& c, const Weights<T>& weights) {
  if (c.verb == Verb::fit || c.streams > 0) {
    return {};
  }
  return with_cell<T, eddy::Dynamic, eddy::Dynamic>(c.cell, [&]<class Cell>() -> Runner<T> {
    return run<eddy::RecurrentModel<Cell>, T>(
        c.verb, model_with<eddy::RecurrentModel<Cell>>(weights, c.inputs, c.hidden, 1));
  });
}

template <class T, int Hidden>
Runner<T> fixed_to(const Case& c, const Weights<T>& weights) {
  if (c.hidden != Hidden) {
    return {};
  }
  return with_cell<T, 8, Hidden>(c.cell, [&]<class Cell>() -> Runner<T> {
    return run<eddy::RecurrentModel<Cell, 1>, T>(c.verb, model_with<eddy::RecurrentModel<Cell, 1>>(weights));
  });
}

Runner<float> fixed(const Case& c, const Weights<float>& weights) {
  if (c.verb == Verb::fit || c.streams > 0 || c.inputs != 8) {
    return {};
  }
  for (const auto& make :
       {fixed_to<float, 8>, fixed_to<float, 16>, fixed_to<float, 32>, fixed_to<float, 64>}) {
    if (auto runner = make(c, weights)) {
      return runner;
    }
  }
  return {};
}

#ifdef EDDY_BENCH_NATIVE
const Entry native_entry({.id = "eddy-native",
                          .title = "eddy, -march=native",
                          .rank = 2,
                          .with_float = sized<float>,
                          .with_double = sized<double>});
const Entry native_fixed_entry({.id = "eddy-fixed-native",
                                .title = "eddy, sizes by the type, -march=native",
                                .rank = 3,
                                .with_float = fixed});
#else
const Entry entry(
    {.id = "eddy", .title = "eddy", .rank = 0, .with_float = sized<float>, .with_double = sized<double>});
const Entry fixed_entry(
    {.id = "eddy-fixed", .title = "eddy, sizes by the type", .rank = 1, .with_float = fixed});
#endif

}  // namespace
