// One of the texts that core/kernels.hpp compiles for every target: the parts of a GRU that are not products.

/// r ⊙ h, into [x; r ⊙ h; 1].
template <class Scalar, int Lanes>
struct GruReset {
  EDDY_INLINE static void at(const GruStep<Scalar>& step, Index u) {
    using S = Simd<Scalar, Lanes>;
    S::store(step.reset_h + u, S::load(step.gates + u) * S::load(step.h + u));
  }
};

/// h ← (1 − z) ⊙ h + z ⊙ n.
template <class Scalar, int Lanes>
struct GruBlend {
  EDDY_INLINE static void at(const GruStep<Scalar>& step, Index u) {
    using S = Simd<Scalar, Lanes>;
    const typename S::Pack z = S::load(step.gates + step.hidden + u),
                           n = S::load(step.gates + 2 * step.hidden + u), h = S::load(step.h + u);
    S::store(step.h + u, h + z * (n - h));
  }
};

/// The same behind a reset after the product: r, z = σ(W_x x + b + W_h h), n = tanh(W_xn x + b_n + r ⊙
/// (W_hn h + b_hn)).
template <class Scalar, int Lanes>
struct GruActivateAfter {
  EDDY_INLINE static void at(const GruStep<Scalar>& step, Index u) {
    using S = Simd<Scalar, Lanes>;
    using Pack = typename S::Pack;
    const Index z_at = step.hidden + u, n_at = 2 * step.hidden + u;
    const Pack r = S::logistic(S::load(step.gates + u) + S::load(step.from_h + u)),
               z = S::logistic(S::load(step.gates + z_at) + S::load(step.from_h + z_at)),
               recurrent_n = S::load(step.from_h + n_at) + S::load(step.recurrent_bias + u),
               n = S::tanh(S::load(step.gates + n_at) + r * recurrent_n), h = S::load(step.h + u);
    S::store(step.gates + u, r);
    S::store(step.gates + z_at, z);
    S::store(step.gates + n_at, n);
    S::store(step.from_h + n_at, recurrent_n);
    S::store(step.h + u, h + z * (n - h));
  }
};

/// δ_z = dh ⊙ (n − h) z (1 − z),  δ_n = dh ⊙ z (1 − n²),  then dh = dh ⊙ (1 − z).
template <class Scalar, int Lanes>
struct GruBlendErrors {
  EDDY_INLINE static void at(const GruStep<Scalar>& step, Index u) {
    using S = Simd<Scalar, Lanes>;
    using Pack = typename S::Pack;
    const Index z_at = step.hidden + u, n_at = 2 * step.hidden + u;
    const Scalar one = 1;
    const Pack z = S::load(step.gates + z_at), n = S::load(step.gates + n_at), dh = S::load(step.h + u);
    S::store(step.delta + z_at, dh * (n - S::load(step.h_before + u)) * z * (one - z));
    S::store(step.delta + n_at, dh * z * (one - n * n));
    S::store(step.h + u, dh * (one - z));
  }
};

/// With e = dL/d(r ⊙ h): δ_r = e ⊙ h r (1 − r),  dh += e ⊙ r.
template <class Scalar, int Lanes>
struct GruResetErrors {
  EDDY_INLINE static void at(const GruStep<Scalar>& step, Index u) {
    using S = Simd<Scalar, Lanes>;
    using Pack = typename S::Pack;
    const Pack r = S::load(step.gates + u), error = S::load(step.reset_error + u);
    S::store(step.delta + u, error * S::load(step.h_before + u) * r * (Scalar(1) - r));
    S::store(step.h + u, S::load(step.h + u) + error * r);
  }
};

/// Behind a reset after the product: δ_r = δ_n ⊙ (W_hn h + b_hn) r (1 − r); W_h h sees the same errors, that
/// of n through r.
template <class Scalar, int Lanes>
struct GruErrorsAfter {
  EDDY_INLINE static void at(const GruStep<Scalar>& step, Index u) {
    using S = Simd<Scalar, Lanes>;
    using Pack = typename S::Pack;
    GruBlendErrors<Scalar, Lanes>::at(step, u);
    const Index z_at = step.hidden + u, n_at = 2 * step.hidden + u;
    const Pack r = S::load(step.gates + u), delta_n = S::load(step.delta + n_at),
               delta_r = delta_n * S::load(step.from_h + n_at) * r * (Scalar(1) - r);
    S::store(step.delta + u, delta_r);
    S::store(step.delta_h + u, delta_r);
    S::store(step.delta_h + z_at, S::load(step.delta + z_at));
    S::store(step.delta_h + n_at, delta_n * r);
  }
};
