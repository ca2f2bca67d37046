// Many streams with one set of weights: one by one, and in lock step, as the columns of a matrix.

#include "eddy_model.hpp"

namespace {

using namespace bench;

template <class T>
using Model = eddy::Lstm<T, eddy::Dynamic, eddy::Dynamic, eddy::Dynamic, eddy::MeanSquaredError, eddy::Adam,
                         eddy::TruncatedBptt<eddy::Dynamic, eddy::Dynamic>, eddy::NoRehearsal>;

template <class T>
std::shared_ptr<Model<T>> model_of(const Case& c, const Weights<T>& weights) {
  const typename Model<T>::Options options{.optimizer = {.learning_rate = learning_rate(Rule::adam)},
                                           .credit = {.window = c.window, .stride = c.stride}};
  return model_with<Model<T>>(weights, c.inputs, c.hidden, 1, options);
}

template <class T>
Runner<T> one_by_one(const Case& c, const Weights<T>& weights) {
  if (c.streams == 0 || c.cell != Cell::lstm || c.verb == Verb::predict) {
    return {};
  }
  auto model = model_of(c, weights);
  auto streams = std::make_shared<std::vector<typename Model<T>::Stream>>(static_cast<std::size_t>(c.streams),
                                                                          model->make_stream());
  return [model, streams, verb = c.verb](const Samples<T>& samples, T* predictions) {
    for (int k = 0; k < samples.count; ++k) {
      auto& stream = (*streams)[static_cast<std::size_t>(k) % streams->size()];
      if (verb == Verb::fit) {
        model->partial_fit(stream, input<Model<T>>(samples, k), samples.y[k]);
      } else {
        model->step(stream, input<Model<T>>(samples, k));
      }
      predictions[k] = stream.prediction()(0);
    }
  };
}

/// By `make_batch()`, as soon as models have it. A step alone can be compared with that of streams one by
/// one; an update cannot, since a batch learns once from all its streams.
template <class T, class M = Model<T>>
Runner<T> in_lock_step(const Case& c, const Weights<T>& weights) {
  if constexpr (requires(M & model) { model.make_batch(2); }) {
    if (c.streams == 0 || c.cell != Cell::lstm || c.verb == Verb::predict) {
      return {};
    }
    using Matrix = Eigen::Matrix<T, eddy::Dynamic, eddy::Dynamic>;
    const std::shared_ptr<M> model = model_of(c, weights);
    auto batch = std::make_shared<decltype(model->make_batch(2))>(model->make_batch(c.streams));
    return [model, batch, c](const Samples<T>& samples, T* predictions) {
      for (int k = 0; k < samples.count; k += c.streams) {
        const Eigen::Map<const Matrix> x(samples.x + k * samples.inputs, samples.inputs, c.streams);
        Eigen::Map<Matrix> prediction(predictions + k, 1, c.streams);
        if (c.verb == Verb::fit) {
          model->partial_fit(*batch, x, Eigen::Map<const Matrix>(samples.y + k, 1, c.streams));
          prediction.setZero();
        } else {
          prediction = model->step(*batch, x);
        }
      }
    };
  } else {
    return {};
  }
}

const Entry entry({.id = "eddy",
                   .title = "eddy, one by one",
                   .rank = 0,
                   .with_float = one_by_one<float>,
                   .with_double = one_by_one<double>});
const Entry lock_step_entry({.id = "eddy-lock-step",
                             .title = "eddy, in lock step",
                             .rank = 1,
                             .with_float = in_lock_step<float>,
                             .with_double = in_lock_step<double>,
                             .lock_step = true});

}  // namespace
