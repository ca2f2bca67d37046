#pragma once

#include <eddy/core/denormal.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/kernels.hpp>
#include <eddy/core/setting_list.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <utility>

namespace eddy {

/// Memory as an array, of which an optimizer changes each value by itself.
template <class Scalar>
using ArrayView = Eigen::Map<Eigen::Array<Scalar, Dynamic, 1>>;

/// The same, to be read only.
template <class Scalar>
using ConstArrayView = Eigen::Map<const Eigen::Array<Scalar, Dynamic, 1>>;

/// An optimizer is a struct of settings, among them `learning_rate`, with
///
/// - `static constexpr int moments`: how many vectors of the parameters' shape it keeps, zero at first;
/// - `void update(w, g, m, step) const`: one update, element by element, of parameters w by their gradient g,
///   with moments m[0], m[1], …, all arrays of one length; `step` counts updates from 1.
///
/// It is called for one piece of the flat vector after the other, each small enough to stay in the first
/// cache. The values of g are no larger than `largest_gradient`, so that their squares are finite, and so is
/// a sum of four.
///
/// It may have `visit_settings(visit)`, which calls visit(name, value, range) for each of its settings: a
/// model checks them at construction, and before each update, because they may change while it learns. An
/// optimizer that has a kernel returns its numbers from `pass<Scalar>(step)`; `update` is then the reference
/// that the kernel is tested against.
template <class O>
concept Optimizer = requires(O optimizer, ArrayView<double> w, ConstArrayView<double> g,
                             std::array<ArrayView<double>, static_cast<std::size_t>(O::moments)> m,
                             std::int64_t step) {
  { optimizer.learning_rate } -> std::convertible_to<double>;
  optimizer.update(w, g, m, step);
};

/// What a learning rate may be: an update of finite weights by a finite gradient stays finite.
inline constexpr Range learning_rates = from_to(0, 1e6);

/// The largest absolute value of a gradient that an optimizer meets: half the root of the largest number.
template <class Scalar>
constexpr Scalar largest_gradient() {
  Scalar largest = 1;
  for (int doubled = 1; doubled < std::numeric_limits<Scalar>::max_exponent / 2; ++doubled) {
    largest *= 2;
  }
  return largest;
}

/// A positive setting as a scalar of less range: it becomes neither 0 nor infinite.
template <class Scalar>
Scalar positive(double value) {
  constexpr double least = static_cast<double>((std::numeric_limits<Scalar>::min)()),
                   most = static_cast<double>((std::numeric_limits<Scalar>::max)());
  return static_cast<Scalar>((std::min)((std::max)(value, least), most));
}

/// w ← w − η g.
struct Sgd {
  static constexpr const char* kind = "Sgd";
  double learning_rate = 1e-2;

  /// Throws if a setting is out of its range.
  void check() const { check_each(*this); }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    visit("learning_rate", learning_rate, learning_rates);
  }

  static constexpr int moments = 0;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments&, std::int64_t) const {
    using Scalar = typename Weights::Scalar;
    w -= static_cast<Scalar>(learning_rate) * g;
  }

  template <class Scalar>
  OptimizerPass<Scalar, OptimizerKernel::sgd> pass(std::int64_t) const {
    return {.rate = static_cast<Scalar>(learning_rate)};
  }
};

/// Heavy ball (Polyak 1964, doi:10.1016/0041-5553(64)90137-5): m ← μ m + g;  w ← w − η m.
struct Momentum {
  static constexpr const char* kind = "Momentum";
  double learning_rate = 1e-2;
  double momentum = 0.9;

  /// Throws if a setting is out of its range.
  void check() const { check_each(*this); }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    visit("learning_rate", learning_rate, learning_rates);
    visit("momentum", momentum, from_below(0, 1));
  }

  static constexpr int moments = 1;
  static constexpr bool stays_finite = true;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& m, std::int64_t) const {
    using Scalar = typename Weights::Scalar;
    m[0] = static_cast<Scalar>(momentum) * m[0] + g;
    w -= static_cast<Scalar>(learning_rate) * m[0];
  }
};

/// Nesterov's momentum in the form of Sutskever et al. 2013 that needs no look-ahead: m ← μ m + g;  w ← w − η
/// (g + μ m).
struct Nesterov {
  static constexpr const char* kind = "Nesterov";
  double learning_rate = 1e-2;
  double momentum = 0.9;

  /// Throws if a setting is out of its range.
  void check() const { check_each(*this); }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    visit("learning_rate", learning_rate, learning_rates);
    visit("momentum", momentum, from_below(0, 1));
  }

  static constexpr int moments = 1;
  static constexpr bool stays_finite = true;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& m, std::int64_t) const {
    using Scalar = typename Weights::Scalar;
    m[0] = static_cast<Scalar>(momentum) * m[0] + g;
    w -= static_cast<Scalar>(learning_rate) * (g + static_cast<Scalar>(momentum) * m[0]);
  }
};

/// RMSProp (Tieleman & Hinton 2012, lecture 6e): v ← ρ v + (1 − ρ) g²;  w ← w − η g / (√v + ε).
struct RmsProp {
  static constexpr const char* kind = "RmsProp";
  double learning_rate = 1e-3;
  double decay = 0.99;
  double epsilon = 1e-8;

  /// Throws if a setting is out of its range.
  void check() const { check_each(*this); }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    visit("learning_rate", learning_rate, learning_rates);
    visit("decay", decay, from_below(0, 1));
    visit("epsilon", epsilon, above(0));
  }

  static constexpr int moments = 1;
  static constexpr bool stays_finite = true;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& v, std::int64_t) const {
    using Scalar = typename Weights::Scalar;
    v[0] += static_cast<Scalar>(1 - decay) * (g.square() - v[0]);
    w -= static_cast<Scalar>(learning_rate) * g / (v[0].sqrt() + positive<Scalar>(epsilon));
  }
};

/// Adagrad (Duchi, Hazan & Singer 2011): v ← v + g²;  w ← w − η g / (√v + ε).
struct Adagrad {
  static constexpr const char* kind = "Adagrad";
  double learning_rate = 1e-2;
  double epsilon = 1e-10;

  /// Throws if a setting is out of its range.
  void check() const { check_each(*this); }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    visit("learning_rate", learning_rate, learning_rates);
    visit("epsilon", epsilon, above(0));
  }

  static constexpr int moments = 1;
  static constexpr bool stays_finite = true;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& v, std::int64_t) const {
    using Scalar = typename Weights::Scalar;
    constexpr Scalar half = (std::numeric_limits<Scalar>::max)() / 2;
    v[0] = (v[0].min)(half) + g.square();  // the sum stops growing before it overflows
    w -= static_cast<Scalar>(learning_rate) * g / (v[0].sqrt() + positive<Scalar>(epsilon));
  }
};

/// Adam (Kingma & Ba 2015, arXiv:1412.6980), ε outside the root:
///
///   m ← β₁ m + (1 − β₁) g    v ← β₂ v + (1 − β₂) g²    w ← w − η m̂ / (√v̂ + ε)
///   m̂ = m / (1 − β₁ᵗ)        v̂ = v / (1 − β₂ᵗ)
struct Adam {
  static constexpr const char* kind = "Adam";
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;

  /// Throws if a setting is out of its range.
  void check() const { check_each(*this); }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    visit("learning_rate", learning_rate, learning_rates);
    visit("beta1", beta1, from_below(0, 1));
    visit("beta2", beta2, from_below(0, 1));
    visit("epsilon", epsilon, above(0));
  }

  static constexpr int moments = 2;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& m, std::int64_t step) const {
    using Scalar = typename Weights::Scalar;
    const double root = std::sqrt(bias_correction(beta2, step));
    const Scalar rate = static_cast<Scalar>(learning_rate * root / bias_correction(beta1, step));
    m[0] += static_cast<Scalar>(1 - beta1) * (g - m[0]);
    m[1] += static_cast<Scalar>(1 - beta2) * (g.square() - m[1]);
    w -= rate * m[0] / (m[1].sqrt() + positive<Scalar>(epsilon * root));
  }

  template <class Scalar>
  OptimizerPass<Scalar, OptimizerKernel::adam> pass(std::int64_t step) const {
    const double root = std::sqrt(bias_correction(beta2, step));
    return {.rate = static_cast<Scalar>(learning_rate * root / bias_correction(beta1, step)),
            .gain1 = static_cast<Scalar>(1 - beta1),
            .gain2 = static_cast<Scalar>(1 - beta2),
            .epsilon = positive<Scalar>(epsilon * root)};
  }

 private:
  /// 1 − βᵗ; 1 once βᵗ has left a double's digits.
  static double bias_correction(double beta, std::int64_t step) {
    const double steps = static_cast<double>(step);
    return steps * (1 - beta) > 40 ? 1 : 1 - std::pow(beta, steps);
  }
};

/// Adam with decoupled weight decay (Loshchilov & Hutter 2019, arXiv:1711.05101): w ← (1 − η λ) w, then Adam.
struct AdamW {
  static constexpr const char* kind = "AdamW";
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-2;

  /// Throws if a setting is out of its range.
  void check() const { check_each(*this); }
  template <class Visit>
  void visit_settings(Visit&& visit) const {
    adam().visit_settings(visit);
    visit("weight_decay", weight_decay, at_least(0));
    visit("weight_decay times learning_rate", weight_decay * learning_rate, from_to(0, 1));
  }

  static constexpr int moments = 2;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& m, std::int64_t step) const {
    using Scalar = typename Weights::Scalar;
    w *= static_cast<Scalar>(1 - learning_rate * weight_decay);
    adam().update(w, g, m, step);
  }

  template <class Scalar>
  OptimizerPass<Scalar, OptimizerKernel::adam> pass(std::int64_t step) const {
    auto pass = adam().pass<Scalar>(step);
    pass.keep = static_cast<Scalar>(1 - learning_rate * weight_decay);
    return pass;
  }

 private:
  Adam adam() const { return {learning_rate, beta1, beta2, epsilon}; }
};

/// Whether the settings of an optimizer are in their ranges: they may have changed since it was constructed.
template <class O>
bool optimizer_is_in_range(const O& optimizer) noexcept {
  if constexpr (ListsSettings<O>) {
    if (!are_in_range(optimizer)) {
      return false;
    }
  }
  return is_in(learning_rates, static_cast<double>(optimizer.learning_rate));
}

/// Whether an optimizer may make the update number `step`, counted from 1: its settings are in their ranges,
/// and so is what a schedule makes of them.
template <class O>
bool may_update(const O& optimizer, std::int64_t step) noexcept {
  if (!optimizer_is_in_range(optimizer)) {
    return false;
  }
  if constexpr (requires { optimizer.at(step).learning_rate; }) {
    return may_update(optimizer.at(step), step);
  } else {
    return true;
  }
}

/// Refuses an optimizer of which a setting is out of its range, by `fail`.
template <class O>
void check_optimizer(const O& optimizer) {
  if constexpr (ListsSettings<O>) {
    check_each(optimizer);
  }
  check_settings(optimizer);
  check_setting("learning_rate", static_cast<double>(optimizer.learning_rate), learning_rates);
}

/// How a gradient is tamed before the optimizer sees it; 0 means not at all. First its global 2-norm is
/// brought down to `norm` (Pascanu, Mikolov & Bengio 2013, arXiv:1211.5063): g ← g min(1, norm / (‖g‖ +
/// 1e-6)); then each of its values into [−value, value].
struct Clipping {
  double norm = 0;   ///< the largest 2-norm of the whole gradient; 0 for none
  double value = 0;  ///< the largest size of any of its values; 0 for none

  /// What to multiply a gradient of such a norm by.
  double coefficient(double gradient_norm) const {
    return norm > 0 ? (std::min)(1.0, norm / (gradient_norm + 1e-6)) : 1.0;
  }
};

/// Whether an optimizer says that finite weights stay finite, whatever the gradient.
template <class O>
inline constexpr bool says_it_stays_finite = requires {
  requires O::stays_finite;
};

/// A piece of weights and moments as it was, to be put back.
template <class Scalar, int Vectors, Index Size>
class KeptPiece {
 public:
  /// Keeps `count` values of each vector, of which the first begins at w and the others at m, `stride` apart.
  KeptPiece(Scalar* w, Scalar* m, Index stride, Index count) : w_(w), m_(m), stride_(stride), count_(count) {
    for (int k = 0; k < Vectors; ++k) {
      std::copy_n(vector(k), count_, kept_.data() + k * Size);
    }
  }

  /// Puts all back unless all are finite; returns whether they are.
  bool put_back_unless_finite() {
    bool all = true;
    for (int k = 0; k < Vectors; ++k) {
      all = all && finite(vector(k), count_);
    }
    for (int k = 0; !all && k < Vectors; ++k) {
      std::copy_n(kept_.data() + k * Size, count_, vector(k));
    }
    return all;
  }

 private:
  Scalar* vector(int k) const { return k == 0 ? w_ : m_ + (k - 1) * stride_; }

  Scalar *w_, *m_;
  Index stride_, count_;
  std::array<Scalar, static_cast<std::size_t>(Vectors* Size)> kept_;
};

/// One update of those ranges of a flat vector that `for_each_range` calls its visitor with, each a begin and
/// a length; `moments` holds `Optimizer::moments` vectors of `stride` scalars each. Returns false if weights
/// or moments came out as infinite or NaN somewhere: there they are as before.
template <Optimizer O, class Scalar, class Ranges>
bool update_parameters(const O& optimizer, const Clipping& clipping, double gradient_norm, std::int64_t step,
                       Scalar* parameters, const Scalar* gradient, Scalar* moments, Index stride,
                       Ranges&& for_each_range) {
  flush_moments<O::moments>(step, moments, stride, for_each_range);
  const Scalar coefficient = static_cast<Scalar>(clipping.coefficient(gradient_norm));
  constexpr Scalar largest = largest_gradient<Scalar>();
  const Scalar limit = clipping.value > 0 ? (std::min)(positive<Scalar>(clipping.value), largest) : largest;
  bool all_stayed_finite = true;
  if constexpr (requires { optimizer.template pass<Scalar>(step); }) {
    auto pass = optimizer.template pass<Scalar>(step);
    pass.coefficient = coefficient;
    pass.limit = limit;
    on_target<Scalar>([&](auto kernels) {
      for_each_range([&](Index begin, Index length) {
        pass.w = parameters + begin;
        pass.g = gradient + begin;
        if constexpr (O::moments > 0) {  // else `moments` is null
          pass.m = moments + begin;
          pass.v = moments + stride + begin;
        }
        kernels.optimize(pass, static_cast<int>(length));
      });
    });
  } else {
    for_each_range([&](Index first, Index length) {
      constexpr bool checked = !says_it_stays_finite<O>;
      constexpr Index piece = checked ? 256 : 2048;
      for (Index begin = first; begin < first + length; begin += piece) {
        const Index count = (std::min)(piece, first + length - begin);
        ArrayView<Scalar> w(parameters + begin, count);
        const ConstArrayView<Scalar> g(gradient + begin, count);
        const auto update = [&]<std::size_t... M>(std::index_sequence<M...>) {
          std::array<ArrayView<Scalar>, sizeof...(M)> m{
              ArrayView<Scalar>(moments + static_cast<Index>(M) * stride + begin, count)...};
          optimizer.update(w, (((g * coefficient).min)(limit).max)(-limit), m, step);
        };
        constexpr auto each_moment = std::make_index_sequence<static_cast<std::size_t>(O::moments)>();
        if constexpr (checked) {
          KeptPiece<Scalar, 1 + O::moments, piece> before(
              w.data(), O::moments > 0 ? moments + begin : nullptr, stride, count);
          update(each_moment);
          all_stayed_finite &= before.put_back_unless_finite();
        } else {
          update(each_moment);
        }
      }
    });
  }
  return all_stayed_finite;
}

/// One update of a whole flat vector of `size` parameters.
template <Optimizer O, class Scalar>
bool update_parameters(const O& optimizer, const Clipping& clipping, double gradient_norm, std::int64_t step,
                       Index size, Scalar* parameters, const Scalar* gradient, Scalar* moments,
                       Index stride) {
  return update_parameters(optimizer, clipping, gradient_norm, step, parameters, gradient, moments, stride,
                           [&](auto&& visit) { visit(Index{0}, size); });
}

}  // namespace eddy
