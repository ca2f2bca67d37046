#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/core/kernels.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/core/storage.hpp>

#include <algorithm>
#include <cmath>
#include <limits>

namespace eddy {

/// P, the inverse of the correlation R of a stream of vectors x, with exponential forgetting λ and a ridge ρ
/// that is not forgotten:
///
///   R_t ≈ Σ_i λ^(t−i) x_i x_iᵀ + ρ I
///
/// Kept as S, upper triangular with P = S Sᵀ, so that P is positive definite however numbers are rounded.
/// Carlson's update (1973, doi:10.2514/3.6907), column by column, with f = Sᵀx, α_0 = λ, g_0 = 0:
///
///   α_j = α_{j−1} + f_j²   S_j ← (√(α_{j−1} / α_j) S_j − f_j / √(α_{j−1} α_j) g_{j−1}) / √λ
///   g_j = g_{j−1} + f_j S_j (the old one);   the gain P x / (λ + xᵀP x) is g_n / α_n
///
/// What forgetting takes of ρ comes back coordinate by coordinate, as one more vector √(ρ/2) e_i when it is
/// the turn of i: often enough that P ≤ 2/ρ in every direction, for ever, whatever x does. That is what keeps
/// P from winding up where x does not vary. Throws if a setting is out of range. O(n²) a vector, and half of
/// the memory of a square matrix; where λ^n < ½, O(n²) for each of n log₂(1/λ) coordinates beside it.
template <class Scalar, int Size = Dynamic>
class InverseCorrelation {
  static constexpr int Line = padded<Scalar>(1);
  static constexpr Scalar faded =
      std::numeric_limits<Scalar>::epsilon() * std::numeric_limits<Scalar>::epsilon();

 public:
  /// Throws unless both settings are in range.
  InverseCorrelation(int size, double forgetting, double ridge)
      : size_(size),
        blocks_(padded<Scalar>(size) / Line),
        forgetting_(forgetting),
        ridge_(ridge),
        root_(triangle(size)),
        x_(blocks_ * Line),
        f_(blocks_ * Line),
        c_(blocks_ * Line),
        d_(blocks_ * Line),
        g_(blocks_ * Line) {
    check(forgetting, ridge);
    // Between two turns of a coordinate forgetting takes half.
    turns_a_step_ = size * -std::log2(forgetting);
    reset();
  }

  /// Throws unless both settings are in range.
  static void check(double forgetting, double ridge) {
    check_setting("forgetting", forgetting, above(0, 1));
    check_setting("ridge", ridge, from_to(1e-30, 1e30));
  }

  /// Begins anew: nothing was taken in.
  void reset() {
    std::fill_n(root_.data(), triangle(size_), Scalar(0));
    const Scalar deviation = static_cast<Scalar>(1 / std::sqrt(ridge_));
    for (int i = 0; i < size_; ++i) {
      root_.data()[place(i, i)] = deviation;
    }
    turns_ = 0;
    next_ = 0;
  }

  /// Takes x [size] in; false, with nothing changed, if xᵀP x is not finite.
  bool take(const Scalar* x) {
    std::copy_n(x, size_, x_.data());
    on_target<Scalar>(
        [&](auto kernels) { kernels.multiply_triangle(root_.data(), blocks_, x_.data(), f_.data()); });
    if (!is_finite(static_cast<Scalar>(squared_norm(f_.data(), size_)))) {
      return false;
    }
    update(0, forgetting_);
    turns_ += turns_a_step_;
    return true;
  }

  /// Gives the ridge back to one coordinate, if it is somebody's turn; returns which, or −1. It acts as an x
  /// of `weight()` at that coordinate, and 0 elsewhere.
  int take_ridge() {
    if (turns_ < 1) {
      return -1;
    }
    turns_ -= 1;
    const int coordinate = next_;
    next_ = next_ + 1 == size_ ? 0 : next_ + 1;
    std::fill_n(f_.data(), blocks_ * Line, Scalar(0));
    const Scalar own = root_.data()[place(coordinate, coordinate)];
    for (int column = coordinate; column < size_; ++column) {
      Scalar& value = root_.data()[place(coordinate, column)];
      // What has faded away would else become denormal, with which arithmetic takes a hundred times as long.
      if (std::abs(value) < own * faded && std::abs(value) < root_.data()[place(column, column)] * faded) {
        value = 0;
      }
      f_.data()[column] = weight() * value;
    }
    update(coordinate / Line, 1);
    return coordinate;
  }

  /// √(ρ/2): with what forgetting leaves, half, the ridge is whole again.
  Scalar weight() const { return static_cast<Scalar>(std::sqrt(ridge_ / 2)); }

  /// The gain of the vector last taken in, P x / (λ + xᵀP x), with P as it was before.
  VectorView<const Scalar> gain() const { return {g_.data(), size_}; }

  /// S as a matrix of its own, which is allocated.
  Matrix<Scalar> root() const {
    Matrix<Scalar> S = Matrix<Scalar>::Zero(size_, size_);
    for (int column = 0; column < size_; ++column) {
      for (int row = 0; row <= column; ++row) {
        S(row, column) = root_.data()[place(row, column)];
      }
    }
    return S;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("root", self.root_);
    visit("turns", self.turns_);
    visit("next", self.next_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return is_finite(turns_) && turns_ >= 0 && turns_ < 1 + turns_a_step_ && next_ >= 0 && next_ < size_;
  }

 private:
  static constexpr int triangle(int size) {
    if (size == Dynamic) {
      return Dynamic;
    }
    const int blocks = padded<Scalar>(size) / Line;
    return Line * Line * (blocks * (blocks + 1) / 2);
  }

  /// Where a value on or above the diagonal lies.
  static Index place(int row, int column) {
    const Index block = column / Line;
    return block * (block + 1) / 2 * Line * Line + column % Line * (block + 1) * Line + row;
  }

  /// Carlson's update by f, which is 0 before block `first`.
  void update(int first, double forgetting) {
    double alpha = forgetting, root = std::sqrt(alpha);
    const double grow = 1 / root;
    for (int j = first * Line; j < blocks_ * Line; ++j) {
      const double f = static_cast<double>(f_.data()[j]);
      alpha += f * f;
      const double next = std::sqrt(alpha);
      c_.data()[j] = static_cast<Scalar>(grow * (root / next));
      d_.data()[j] = static_cast<Scalar>(grow * (f / (root * next)));
      root = next;
    }
    std::fill_n(g_.data(), blocks_ * Line, Scalar(0));
    on_target<Scalar>([&](auto kernels) {
      kernels.update_triangle({root_.data(), first, blocks_, f_.data(), c_.data(), d_.data(), g_.data()});
    });
    VectorView<Scalar>(g_.data(), size_) *= static_cast<Scalar>(1 / alpha);
  }

  int size_, blocks_;
  double forgetting_, ridge_, turns_a_step_ = 0, turns_ = 0;
  int next_ = 0;
  Storage<Scalar, triangle(Size)> root_;
  Storage<Scalar, padded<Scalar>(Size)> x_, f_, c_, d_, g_;
};

}  // namespace eddy
