// Models whose types fix sizes, optimizers with kernels, sparse columns, class indices and tasks: a line
// each.

#include "fixed.hpp"

namespace eddy::properties {
namespace {

using enum Kind;
constexpr Wrap plain = Wrap::none;
using None = NoRehearsal;

OptimizerSetting decaying() {
  OptimizerSetting setting{OptimizerKind::adam};
  setting.schedule = ScheduleKind::cosine;
  return setting;
}

[[maybe_unused]] const bool listed = enlist({
    fixed<Lstm<float, 3, 8, 2, MeanSquaredError, Adam, TruncatedBptt<4>, None>>(
        {{lstm, plain, 3, 8}, {dense_identity, plain, 8, 2}}, {LossKind::squared}, {OptimizerKind::adam}),
    fixed<RecurrentModel<GruCell<double, 3, 4, GruReset::after>, 3, SoftmaxCrossEntropy, AdamW,
                         TruncatedBptt<5>, ReservoirRehearsal<4>>>(
        {{gru_after, plain, 3, 4}, {dense_identity, plain, 4, 3}}, {LossKind::softmax, 0.1},
        {OptimizerKind::adam_w}, {RehearsalKind::reservoir, 4}),
    fixed<Online<Sequential<Embedding<float, 6, 4>, LstmCell<float, 4, 5>, Dense<float, 5, 6>>,
                 SoftmaxCrossEntropy, Adam, TruncatedBptt<4, 2>, RecentRehearsal<3>>>(
        {{embedding, plain, 6, 4}, {lstm, plain, 4, 5}, {dense_identity, plain, 5, 6}},
        {LossKind::softmax, 0}, {OptimizerKind::adam}, {RehearsalKind::recent, 3}),
    fixed<Online<Sequential<GruCell<float, 2, 6>, Dense<float, 6, 2>>, MeanSquaredError,
                 Scheduled<Adam, CosineDecay>, TruncatedBptt<8, 2>, RecentRehearsal<6>>>(
        {{gru_before, plain, 2, 6}, {dense_identity, plain, 6, 2}}, {LossKind::squared}, decaying(),
        {RehearsalKind::recent, 6}),
    fixed<Online<LstmCell<double, 3, 8>, MeanAbsoluteError, Momentum, TruncatedBptt<4>, None>>(
        {{lstm, plain, 3, 8}}, {LossKind::absolute}, {OptimizerKind::momentum}),
    fixed<Online<
        Sequential<Frozen<LstmCell<double, 2, 8>>, Residual<Dense<double, 8, 8, Tanh>>, Dense<double, 8, 1>>,
        MeanSquaredError, Adam, TruncatedBptt<3>, ReservoirRehearsal<4>>>(
        {{lstm, Wrap::frozen, 2, 8}, {dense_tanh, Wrap::residual, 8, 8}, {dense_identity, plain, 8, 1}},
        {LossKind::squared}, {OptimizerKind::adam}, {RehearsalKind::reservoir, 4}),
});

}  // namespace
}  // namespace eddy::properties
