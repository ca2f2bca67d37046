#pragma once

#include "specification.hpp"

#include <eddy/loss.hpp>

namespace eddy::properties {

/// The loss of that kind; compiled once.
template <class Scalar>
Scalar evaluate_any(const LossSetting& setting, const VectorView<const Scalar>& prediction,
                    const VectorView<const Scalar>& target, const VectorView<const Scalar>& weight,
                    VectorView<Scalar> gradient);
/// Whether the library takes it.
void check_any(const LossSetting& setting, int outputs);

/// A loss whose kind is known at run time only, as a user's own.
struct AnyLoss {
  LossSetting setting;

  static constexpr bool takes_class_index = true;
  int target_size(int outputs) const { return targets_of(setting, outputs); }
  void check(int outputs) const { check_any(setting, outputs); }

  template <class Prediction, class Target, class Weight, class Gradient>
  auto evaluate(const Prediction& p, const Target& t, const Weight& w, Gradient&& g) const {
    using Scalar = typename Prediction::Scalar;
    return evaluate_any<Scalar>(setting, {p.data(), p.size()}, {t.data(), t.size()}, {w.data(), w.size()},
                                {g.data(), g.size()});
  }
};

}  // namespace eddy::properties
