#pragma once

#include <eddy/core/denormal.hpp>
#include <eddy/core/kernels.hpp>

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
/// cache. An optimizer that the kernels know names it as `kernel`, with its numbers in `pass`; `update` is
/// then the reference that the kernel is tested against.
template <class O>
concept Optimizer = requires(O optimizer, ArrayView<double> w, ConstArrayView<double> g,
                             std::array<ArrayView<double>, static_cast<std::size_t>(O::moments)> m,
                             std::int64_t step) {
  { optimizer.learning_rate } -> std::convertible_to<double>;
  optimizer.update(w, g, m, step);
};

/// w ← w − η g.
struct Sgd {
  double learning_rate = 1e-2;

  static constexpr int moments = 0;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments&, std::int64_t) const {
    using Scalar = typename Weights::Scalar;
    w -= static_cast<Scalar>(learning_rate) * g;
  }

  static constexpr OptimizerKernel kernel = OptimizerKernel::sgd;
  template <class Scalar>
  OptimizerPass<Scalar> pass(std::int64_t) const {
    return {.rate = static_cast<Scalar>(learning_rate)};
  }
};

/// Heavy ball (Polyak 1964, doi:10.1016/0041-5553(64)90137-5): m ← μ m + g;  w ← w − η m.
struct Momentum {
  double learning_rate = 1e-2;
  double momentum = 0.9;

  static constexpr int moments = 1;
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
  double learning_rate = 1e-2;
  double momentum = 0.9;

  static constexpr int moments = 1;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& m, std::int64_t) const {
    using Scalar = typename Weights::Scalar;
    m[0] = static_cast<Scalar>(momentum) * m[0] + g;
    w -= static_cast<Scalar>(learning_rate) * (g + static_cast<Scalar>(momentum) * m[0]);
  }
};

/// RMSProp (Tieleman & Hinton 2012, lecture 6e): v ← ρ v + (1 − ρ) g²;  w ← w − η g / (√v + ε).
struct RmsProp {
  double learning_rate = 1e-3;
  double decay = 0.99;
  double epsilon = 1e-8;

  static constexpr int moments = 1;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& v, std::int64_t) const {
    using Scalar = typename Weights::Scalar;
    v[0] += static_cast<Scalar>(1 - decay) * (g.square() - v[0]);
    w -= static_cast<Scalar>(learning_rate) * g / (v[0].sqrt() + static_cast<Scalar>(epsilon));
  }
};

/// Adagrad (Duchi, Hazan & Singer 2011): v ← v + g²;  w ← w − η g / (√v + ε).
struct Adagrad {
  double learning_rate = 1e-2;
  double epsilon = 1e-10;

  static constexpr int moments = 1;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& v, std::int64_t) const {
    using Scalar = typename Weights::Scalar;
    v[0] += g.square();
    w -= static_cast<Scalar>(learning_rate) * g / (v[0].sqrt() + static_cast<Scalar>(epsilon));
  }
};

/// Adam (Kingma & Ba 2015, arXiv:1412.6980), ε outside the root:
///
///   m ← β₁ m + (1 − β₁) g    v ← β₂ v + (1 − β₂) g²    w ← w − η m̂ / (√v̂ + ε)
///   m̂ = m / (1 − β₁ᵗ)        v̂ = v / (1 − β₂ᵗ)
struct Adam {
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;

  static constexpr int moments = 2;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& m, std::int64_t step) const {
    using Scalar = typename Weights::Scalar;
    const double root = std::sqrt(bias_correction(beta2, step));
    const Scalar rate = static_cast<Scalar>(learning_rate * root / bias_correction(beta1, step));
    m[0] += static_cast<Scalar>(1 - beta1) * (g - m[0]);
    m[1] += static_cast<Scalar>(1 - beta2) * (g.square() - m[1]);
    w -= rate * m[0] / (m[1].sqrt() + static_cast<Scalar>(epsilon * root));
  }

  static constexpr OptimizerKernel kernel = OptimizerKernel::adam;
  template <class Scalar>
  OptimizerPass<Scalar> pass(std::int64_t step) const {
    const double root = std::sqrt(bias_correction(beta2, step));
    return {.rate = static_cast<Scalar>(learning_rate * root / bias_correction(beta1, step)),
            .gain1 = static_cast<Scalar>(1 - beta1),
            .gain2 = static_cast<Scalar>(1 - beta2),
            .epsilon = static_cast<Scalar>(epsilon * root)};
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
  double learning_rate = 1e-3;
  double beta1 = 0.9;
  double beta2 = 0.999;
  double epsilon = 1e-8;
  double weight_decay = 1e-2;

  static constexpr int moments = 2;
  template <class Weights, class Gradient, class Moments>
  void update(Weights& w, const Gradient& g, Moments& m, std::int64_t step) const {
    using Scalar = typename Weights::Scalar;
    w *= static_cast<Scalar>(1 - learning_rate * weight_decay);
    Adam{learning_rate, beta1, beta2, epsilon}.update(w, g, m, step);
  }

  static constexpr OptimizerKernel kernel = OptimizerKernel::adam;
  template <class Scalar>
  OptimizerPass<Scalar> pass(std::int64_t step) const {
    auto pass = Adam{learning_rate, beta1, beta2, epsilon}.pass<Scalar>(step);
    pass.keep = static_cast<Scalar>(1 - learning_rate * weight_decay);
    return pass;
  }
};

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

/// One update of those ranges of a flat vector that `for_each_range` calls its visitor with, each a begin and
/// a length; `moments` holds `Optimizer::moments` vectors of `stride` scalars each.
template <Optimizer O, class Scalar, class Ranges>
void update_parameters(const O& optimizer, const Clipping& clipping, double gradient_norm, std::int64_t step,
                       Scalar* parameters, const Scalar* gradient, Scalar* moments, Index stride,
                       Ranges&& for_each_range) {
  flush_moments<O::moments>(step, moments, stride, for_each_range);
  const Scalar coefficient = static_cast<Scalar>(clipping.coefficient(gradient_norm));
  const Scalar limit =
      clipping.value > 0 ? static_cast<Scalar>(clipping.value) : (std::numeric_limits<Scalar>::max)();
  if constexpr (requires { O::kernel; }) {
    OptimizerPass<Scalar> pass = optimizer.template pass<Scalar>(step);
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
        kernels.template optimize<O::kernel>(pass, static_cast<int>(length));
      });
    });
  } else {
    for_each_range([&](Index first, Index length) {
      constexpr Index piece = 2048;
      for (Index begin = first; begin < first + length; begin += piece) {
        const Index count = (std::min)(piece, first + length - begin);
        ArrayView<Scalar> w(parameters + begin, count);
        const ConstArrayView<Scalar> g(gradient + begin, count);
        [&]<std::size_t... M>(std::index_sequence<M...>) {
          std::array<ArrayView<Scalar>, sizeof...(M)> m{
              ArrayView<Scalar>(moments + static_cast<Index>(M) * stride + begin, count)...};
          optimizer.update(w, (((g * coefficient).min)(limit).max)(-limit), m, step);
        }
        (std::make_index_sequence<static_cast<std::size_t>(O::moments)>());
      }
    });
  }
}

/// One update of a whole flat vector of `size` parameters.
template <Optimizer O, class Scalar>
void update_parameters(const O& optimizer, const Clipping& clipping, double gradient_norm, std::int64_t step,
                       Index size, Scalar* parameters, const Scalar* gradient, Scalar* moments,
                       Index stride) {
  update_parameters(optimizer, clipping, gradient_norm, step, parameters, gradient, moments, stride,
                    [&](auto&& visit) { visit(Index{0}, size); });
}

}  // namespace eddy
