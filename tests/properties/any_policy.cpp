// Losses and optimizers by their kinds: the one place where those of the library are compiled.

#include "any_loss.hpp"
#include "any_optimizer.hpp"
#include "settings.hpp"

#include <eddy/core/setting.hpp>

namespace eddy::properties {
namespace {

template <class Use>
auto with_loss(const LossSetting& setting, int outputs, Use&& use) {
  const auto made = [&](auto loss) {
    set(loss, setting, outputs);
    return use(loss);
  };
  switch (setting.kind) {
    case LossKind::squared:
      break;
    case LossKind::absolute:
      return made(MeanAbsoluteError{});
    case LossKind::huber:
      return made(HuberLoss{});
    case LossKind::pinball:
      return made(PinballLoss{});
    case LossKind::logistic:
      return made(LogisticLoss{});
    case LossKind::poisson:
      return made(PoissonLoss{});
    case LossKind::gaussian:
      return made(GaussianLoss{});
    case LossKind::softmax:
      return made(SoftmaxCrossEntropy{});
    case LossKind::quantiles:
      return made(TwoQuantiles{});
    case LossKind::tasks:
      return made(TwoTasks<>{});
  }
  return made(MeanSquaredError{});
}

template <class Use>
void with_schedule(ScheduleKind kind, Use&& use) {
  switch (kind) {
    case ScheduleKind::none:
    case ScheduleKind::constant:
      return use(ConstantRate{});
    case ScheduleKind::step:
      return use(StepDecay{});
    case ScheduleKind::exponential:
      return use(ExponentialDecay{});
    case ScheduleKind::cosine:
      return use(CosineDecay{});
    case ScheduleKind::root:
      return use(InverseSquareRoot{});
    case ScheduleKind::warm_up:
      return use(WarmUp<StepDecay>{});
  }
}

template <class Use>
void with_inner(const OptimizerSetting& setting, Use&& use) {
  switch (setting.kind) {
    case OptimizerKind::sgd:
      return use(Sgd{});
    case OptimizerKind::momentum:
      return use(Momentum{});
    case OptimizerKind::nesterov:
      return use(Nesterov{});
    case OptimizerKind::rms_prop:
      return use(RmsProp{});
    case OptimizerKind::adagrad:
      return use(Adagrad{});
    case OptimizerKind::adam:
      return use(Adam{});
    case OptimizerKind::adam_w:
      return use(AdamW{});
  }
}

/// Calls use(optimizer) with the optimizer of the library.
template <class Use>
void with_optimizer(const OptimizerSetting& setting, Use&& use) {
  with_inner(setting, [&](auto inner) {
    if (setting.schedule == ScheduleKind::none) {
      set(inner, setting);
      use(inner);
    } else {
      with_schedule(setting.schedule, [&](auto schedule) {
        Scheduled<decltype(inner), decltype(schedule)> scheduled;
        set(scheduled, setting);
        use(scheduled);
      });
    }
  });
}

}  // namespace

template <class Scalar>
Scalar evaluate_any(const LossSetting& setting, const VectorView<const Scalar>& prediction,
                    const VectorView<const Scalar>& target, const VectorView<const Scalar>& weight,
                    VectorView<Scalar> gradient) {
  return with_loss(setting, static_cast<int>(prediction.size()), [&](const auto& loss) {
    return static_cast<Scalar>(evaluate(loss, prediction, target, weight, gradient));
  });
}
template float evaluate_any(const LossSetting&, const VectorView<const float>&,
                            const VectorView<const float>&, const VectorView<const float>&,
                            VectorView<float>);
template double evaluate_any(const LossSetting&, const VectorView<const double>&,
                             const VectorView<const double>&, const VectorView<const double>&,
                             VectorView<double>);

void check_any(const LossSetting& setting, int outputs) {
  with_loss(setting, outputs, [&](const auto& loss) {
    if constexpr (requires { loss.check(outputs); }) {
      loss.check(outputs);
    }
    return 0;
  });
}

template <class Scalar>
void update_any(const OptimizerSetting& setting, ArrayView<Scalar>& w, const ConstArrayView<Scalar>& g,
                std::array<ArrayView<Scalar>, 2>& m, std::int64_t step) {
  with_optimizer(setting, [&](const auto& optimizer) { optimizer.update(w, g, m, step); });
}
template void update_any(const OptimizerSetting&, ArrayView<float>&, const ConstArrayView<float>&,
                         std::array<ArrayView<float>, 2>&, std::int64_t);
template void update_any(const OptimizerSetting&, ArrayView<double>&, const ConstArrayView<double>&,
                         std::array<ArrayView<double>, 2>&, std::int64_t);

void check_any(const OptimizerSetting& setting) {
  with_optimizer(setting, [](const auto& optimizer) { check_settings(optimizer); });
}

}  // namespace eddy::properties
