// More of them, as translation units compile side by side.

#include "fixed.hpp"

namespace eddy::properties {
namespace {

using enum Kind;
constexpr Wrap plain = Wrap::none;
using None = NoRehearsal;

[[maybe_unused]] const bool listed = enlist({
    fixed<Gru<double, 2, 5, 1, HuberLoss, Sgd, TruncatedBptt<6, 3>, RecentRehearsal<5>>>(
        {{gru_before, plain, 2, 5}, {dense_identity, plain, 5, 1}}, {LossKind::huber, 0.7},
        {OptimizerKind::sgd}, {RehearsalKind::recent, 5}),
    fixed<Rnn<float, 2, 17, 2, GaussianLoss, RmsProp, TruncatedBptt<3, 3>, None>>(
        {{rnn_tanh, plain, 2, 17}, {dense_identity, plain, 17, 2}}, {LossKind::gaussian, 1e-2},
        {OptimizerKind::rms_prop}),
    fixed<Lstm<double, 2, 9, 4, TwoTasks<1, 3>, Adam, TruncatedBptt<4>, None>>(
        {{lstm, plain, 2, 9}, {dense_identity, plain, 9, 4}}, {LossKind::tasks, 0.5}, {OptimizerKind::adam}),
    fixed<Gru<double, 2, 6, 1, MeanSquaredError, Adam, AmortizedBptt<8>, None>>(
        {{gru_before, plain, 2, 6}, {dense_identity, plain, 6, 1}}, {LossKind::squared},
        {OptimizerKind::adam}),
    fixed<Online<Sequential<Skip<RnnCell<double, 2, 6, Relu>>, Dense<double, 8, 4>>, TwoQuantiles, Nesterov,
                 TruncatedBptt<7, 2>, RecentRehearsal<3>>>(
        {{rnn_relu, Wrap::skip, 2, 6}, {dense_identity, plain, 8, 4}}, {LossKind::quantiles, 0.4},
        {OptimizerKind::nesterov}, {RehearsalKind::recent, 3}),
    fixed<Online<Sequential<Embedding<double, 5, 3>, Dense<double, 3, 2>>, LogisticLoss, Adagrad,
                 TruncatedBptt<1>, RecentRehearsal<4>>>(
        {{embedding, plain, 5, 3}, {dense_identity, plain, 3, 2}}, {LossKind::logistic, 1.5},
        {OptimizerKind::adagrad}, {RehearsalKind::recent, 4}),
});

}  // namespace
}  // namespace eddy::properties
