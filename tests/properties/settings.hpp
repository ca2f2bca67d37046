#pragma once

#include "specification.hpp"

#include <eddy/loss.hpp>
#include <eddy/optimizer.hpp>
#include <eddy/quantile_loss.hpp>
#include <eddy/schedule.hpp>
#include <eddy/tasks.hpp>

namespace eddy::properties {

using TwoQuantiles = QuantileLoss<2>;
template <int First = Dynamic, int Second = Dynamic>
using TwoTasks = Tasks<Task<MeanSquaredError, First>, Task<SoftmaxCrossEntropy, Second>>;

// The settings of each loss and optimizer of the library, from drawn ones.

inline void set(MeanSquaredError&, const LossSetting&, int) {}
inline void set(MeanAbsoluteError&, const LossSetting&, int) {}
inline void set(PoissonLoss&, const LossSetting&, int) {}
inline void set(HuberLoss& loss, const LossSetting& s, int) { loss.delta = s.number; }
inline void set(PinballLoss& loss, const LossSetting& s, int) { loss.quantile = s.number; }
inline void set(LogisticLoss& loss, const LossSetting& s, int) { loss.positive_weight = s.number; }
inline void set(GaussianLoss& loss, const LossSetting& s, int) { loss.minimum_variance = s.number; }
inline void set(SoftmaxCrossEntropy& loss, const LossSetting& s, int) { loss.label_smoothing = s.number; }
inline void set(TwoQuantiles& loss, const LossSetting& s, int) {
  loss.quantiles = {s.number / 2, (1 + s.number) / 2};
}
template <int First, int Second>
void set(TwoTasks<First, Second>& loss, const LossSetting& s, int outputs) {
  std::get<0>(loss.tasks).outputs = 1;
  std::get<1>(loss.tasks).outputs = outputs - 1;
  std::get<1>(loss.tasks).weight = s.number;
}

inline void set(Sgd& o, const OptimizerSetting& s) { o.learning_rate = s.learning_rate; }
inline void set(Momentum& o, const OptimizerSetting& s) {
  o.learning_rate = s.learning_rate;
  o.momentum = s.momentum;
}
inline void set(Nesterov& o, const OptimizerSetting& s) {
  o.learning_rate = s.learning_rate;
  o.momentum = s.momentum;
}
inline void set(RmsProp& o, const OptimizerSetting& s) {
  o.learning_rate = s.learning_rate;
  o.decay = s.momentum;
  o.epsilon = s.epsilon;
}
inline void set(Adagrad& o, const OptimizerSetting& s) {
  o.learning_rate = s.learning_rate;
  o.epsilon = s.epsilon;
}
inline void set(Adam& o, const OptimizerSetting& s) {
  o.learning_rate = s.learning_rate;
  o.beta1 = s.momentum;
  o.beta2 = s.beta2;
  o.epsilon = s.epsilon;
}
inline void set(AdamW& o, const OptimizerSetting& s) {
  o.learning_rate = s.learning_rate;
  o.beta1 = s.momentum;
  o.beta2 = s.beta2;
  o.epsilon = s.epsilon;
  o.weight_decay = s.weight_decay;
}

inline void set(ConstantRate&, const OptimizerSetting&) {}
inline void set(StepDecay& s, const OptimizerSetting& o) { s = {o.factor, o.period}; }
inline void set(ExponentialDecay& s, const OptimizerSetting& o) { s = {o.factor, o.period}; }
inline void set(CosineDecay& s, const OptimizerSetting& o) { s = {o.period, o.factor}; }
inline void set(InverseSquareRoot& s, const OptimizerSetting& o) { s.period = o.period; }
inline void set(WarmUp<StepDecay>& s, const OptimizerSetting& o) {
  s.period = o.period;
  set(s.then, o);
}
template <class Inner, class Schedule>
void set(Scheduled<Inner, Schedule>& o, const OptimizerSetting& s) {
  set(o.optimizer, s);
  set(o.schedule, s);
  o.learning_rate = 1;
}

}  // namespace eddy::properties
