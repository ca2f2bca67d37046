// One of the texts that core/kernels.hpp compiles for every target: passes over vectors.

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
template <class Scalar, int Lanes>
EDDY_INLINE typename Simd<Scalar, Lanes>::Pack clipped(const OptimizerPass<Scalar>& pass, Index u) {
  using S = Simd<Scalar, Lanes>;
  return S::at_least(S::at_most(S::load(pass.g + u) * pass.coefficient, S::all(pass.limit)),
                     S::all(-pass.limit));
}

/// w ← w − η g.
template <class Scalar, int Lanes>
struct SgdUpdate {
  EDDY_INLINE static void at(const OptimizerPass<Scalar>& pass, Index u) {
    using S = Simd<Scalar, Lanes>;
    S::store(pass.w + u, S::load(pass.w + u) - clipped<Scalar, Lanes>(pass, u) * pass.rate);
  }
};

/// m ← β₁ m + (1 − β₁) g,  v ← β₂ v + (1 − β₂) g²,  w ← κ w − η m / (√v + ε); η and ε hold the corrections.
template <class Scalar, int Lanes>
struct AdamUpdate {
  EDDY_INLINE static void at(const OptimizerPass<Scalar>& pass, Index u) {
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
