// One of the texts that core/kernels.hpp compiles for every target: passes over vectors.

/// Whether no exponent of x is that of infinity, and of what is not a number.
template <class Scalar, int Lanes>
EDDY_SHARED bool are_finite(const Scalar* x, Index size) {
  if constexpr (EDDY_VECTOR_EXTENSIONS) {
    using Bits = std::conditional_t<sizeof(Scalar) == 4, std::int32_t, std::int64_t>;
    using S = Simd<Bits, Lanes>;
    constexpr Bits exponent = std::bit_cast<Bits>(std::numeric_limits<Scalar>::infinity());
    typename S::Pack found{};
    Index k = 0;
    while (k < size && size >= Lanes) {
      typename S::Pack bits;
      std::memcpy(&bits, x + k, sizeof(bits));
      found |= (bits & exponent) == exponent;
      k += Lanes;
      k = k < size && k + Lanes > size ? size - Lanes : k;  // the last pack may see some once more
    }
    if (S::sum(found) != 0) {
      return false;
    }
    return std::all_of(x + k, x + size, is_finite<Scalar>);
  } else {
    return std::all_of(x, x + size, is_finite<Scalar>);
  }
}

/// y += x.
template <class Scalar, int Lanes>
struct Add {
  EDDY_INLINE static void at(const Pass<Scalar>& pass, Index u) {
    using S = Simd<Scalar, Lanes>;
    S::store(pass.y + u, S::load(pass.y + u) + S::load(pass.x + u));
  }
};

/// y = x ⊙ φ'(a) by φ(a), which lies at `by`.
template <Elementwise Phi>
struct Slope {
  template <class Scalar, int Lanes>
  struct Times {
    EDDY_INLINE static void at(const Pass<Scalar>& pass, Index u) {
      using S = Simd<Scalar, Lanes>;
      S::store(pass.y + u, S::load(pass.x + u) * S::template slope<Phi>(S::load(pass.by + u)));
    }
  };
};

/// The gradient after clipping.
template <class Scalar, int Lanes, OptimizerKernel Kernel>
EDDY_INLINE typename Simd<Scalar, Lanes>::Pack clipped(const OptimizerPass<Scalar, Kernel>& pass, Index u) {
  using S = Simd<Scalar, Lanes>;
  return S::at_least(S::at_most(S::load(pass.g + u) * pass.coefficient, S::all(pass.limit)),
                     S::all(-pass.limit));
}

/// w ← w − η g.
template <class Scalar, int Lanes>
struct SgdUpdate {
  EDDY_INLINE static void at(const OptimizerPass<Scalar, OptimizerKernel::sgd>& pass, Index u) {
    using S = Simd<Scalar, Lanes>;
    S::store(pass.w + u, S::load(pass.w + u) - clipped<Scalar, Lanes>(pass, u) * pass.rate);
  }
};

/// m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  w ← κ w − η m / (√v + ε); η and ε hold the corrections.
template <class Scalar, int Lanes>
struct AdamUpdate {
  EDDY_INLINE static void at(const OptimizerPass<Scalar, OptimizerKernel::adam>& pass, Index u) {
    using S = Simd<Scalar, Lanes>;
    using Pack = typename S::Pack;
    const Pack g = clipped<Scalar, Lanes>(pass, u);
    Pack m = S::load(pass.m + u), v = S::load(pass.v + u);
    m += (g - m) * pass.gain1;
    v += (g * g - v) * pass.gain2;
    S::store(pass.m + u, m);
    S::store(pass.v + u, v);
    S::store(pass.w + u, S::load(pass.w + u) * pass.keep - m * pass.rate / (S::sqrt(v) + pass.epsilon));
  }
};
