#pragma once

#include "specification.hpp"

#include <eddy/optimizer.hpp>

namespace eddy::properties {

/// The update of the optimizer of that kind; compiled once.
template <class Scalar>
void update_any(const OptimizerSetting& setting, ArrayView<Scalar>& w, const ConstArrayView<Scalar>& g,
                std::array<ArrayView<Scalar>, 2>& m, std::int64_t step);
/// Whether the library takes it.
void check_any(const OptimizerSetting& setting);

/// An optimizer whose kind is known at run time only, as a user's own. It has no kernel.
struct AnyOptimizer {
  double learning_rate = 0.01;
  OptimizerSetting setting = {};

  static constexpr int moments = 2;
  void check() const { check_any(now()); }

  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& m, std::int64_t step) const {
    using Scalar = typename Weights::Scalar;
    const Eigen::Array<Scalar, Dynamic, 1> gradient = g;
    update_any<Scalar>(now(), w, {gradient.data(), gradient.size()}, m, step);
  }

  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("learning_rate", self.learning_rate);
    visit("momentum", self.setting.momentum);
    visit("epsilon", self.setting.epsilon);
  }

 private:
  OptimizerSetting now() const {
    OptimizerSetting own = setting;
    own.learning_rate = learning_rate;
    return own;
  }
};

inline void set(AnyOptimizer& optimizer, const OptimizerSetting& setting) {
  optimizer.learning_rate = setting.learning_rate;
  optimizer.setting = setting;
}

}  // namespace eddy::properties
