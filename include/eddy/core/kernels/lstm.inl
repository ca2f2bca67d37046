// One of the texts that core/kernels.hpp compiles for every target: the parts of an LSTM that are not plain
// products.

/// i, f, g, o from their sums, c = f ⊙ c_before + i ⊙ g and h = o ⊙ tanh(c), for the units of a pack.
template <class Scalar, int Lanes>
struct LstmUnits {
  using S = Simd<Scalar, Lanes>;
  using Pack = typename S::Pack;

  EDDY_INLINE static void activate(const LstmStep<Scalar>& step, Index u, Pack i, Pack f, Pack g, Pack o) {
    const Index hidden = step.hidden;
    i = S::logistic(i);
    f = S::logistic(f);
    g = S::tanh(g);
    o = S::logistic(o);
    const Pack before = S::load(step.c + u), c = f * before + i * g, tanh_c = S::tanh(c);
    S::store(step.gates + u, i);
    S::store(step.gates + hidden + u, f);
    S::store(step.gates + 2 * hidden + u, g);
    S::store(step.gates + 3 * hidden + u, o);
    S::store(step.c_before + u, before);
    S::store(step.tanh_c + u, tanh_c);
    S::store(step.c + u, c);
    S::store(step.h + u, o * tanh_c);
  }

  EDDY_INLINE static void at(const LstmStep<Scalar>& step, Index u) {
    const Scalar* const sums = step.gates + u;
    activate(step, u, S::load(sums), S::load(sums + step.hidden), S::load(sums + 2 * step.hidden),
             S::load(sums + 3 * step.hidden));
  }
};

/// W v and what follows it, for a pack of units and `Wide` streams: sums stay in registers, and while the
/// gates of one pack are worked out, the weights of the next are fetched. The rows of W that the gates of a
/// unit have lie `hidden` apart.
template <class Scalar, int Lanes, int Wide, int Parts>
EDDY_INLINE void lstm_tile(const Scalar* W, int columns, const LstmStep<Scalar>& step, Index u) {
  using S = Simd<Scalar, Lanes>;
  const Index hidden = step.hidden, stride = 4 * hidden;
  typename S::Pack sums[Parts][Wide][4] = {};
  const Scalar* weights = W + u;
  int column = 0;
  for (; column + Parts <= columns; column += Parts) {
    EDDY_UNROLL for (int part = 0; part < Parts; ++part) {
      EDDY_UNROLL for (int gate = 0; gate < 4; ++gate) {
        const typename S::Pack weight = S::load(weights + gate * hidden);
        EDDY_UNROLL for (int s = 0; s < Wide; ++s) {
          sums[part][s][gate] += weight * step.v[s * step.tape_stride + column + part];
        }
      }
      weights += stride;
    }
  }
  for (; column < columns; ++column, weights += stride) {
    EDDY_UNROLL for (int gate = 0; gate < 4; ++gate) {
      const typename S::Pack weight = S::load(weights + gate * hidden);
      EDDY_UNROLL for (int s = 0; s < Wide; ++s) {
        sums[0][s][gate] += weight * step.v[s * step.tape_stride + column];
      }
    }
  }
  EDDY_UNROLL for (int s = 0; s < Wide; ++s) {
    EDDY_UNROLL for (int part = 1; part < Parts; ++part) {
      EDDY_UNROLL for (int gate = 0; gate < 4; ++gate) { sums[0][s][gate] += sums[part][s][gate]; }
    }
    auto& sum = sums[0][s];
    LstmUnits<Scalar, Lanes>::activate(step.stream(s), u, sum[0], sum[1], sum[2], sum[3]);
  }
}

/// The same for all units and streams; the units fill whole packs.
template <class Scalar, int Lanes, class Streams>
EDDY_INLINE void lstm_tiles(const Scalar* W, int columns, const LstmStep<Scalar>& step, Streams streams) {
  constexpr int Wide = EDDY_REGISTERS == 32 ? 4 : 2;
  for (Index u = 0; u < step.hidden; u += Lanes) {
    int s = 0;
    if constexpr (several<Streams>) {
      for (; s + Wide <= streams; s += Wide) {
        lstm_tile<Scalar, Lanes, Wide, 1>(W, columns, step.stream(s), u);
      }
    }
    for (; s < streams; ++s) {
      lstm_tile<Scalar, Lanes, 1, 2>(W, columns, step.stream(s), u);
    }
  }
}

/// The errors of the sums from those of h and c:
///
///   dc += dh ⊙ o (1 − tanh²c)   δ_i = dc ⊙ g i (1 − i)   δ_f = dc ⊙ c_before f (1 − f)
///   δ_g = dc ⊙ i (1 − g²)       δ_o = dh ⊙ tanh(c) o (1 − o)   then dc = dc ⊙ f
template <class Scalar, int Lanes>
struct LstmErrors {
  EDDY_INLINE static void at(const LstmStep<Scalar>& step, Index u) {
    using S = Simd<Scalar, Lanes>;
    using Pack = typename S::Pack;
    const Index hidden = step.hidden;
    const Scalar one = 1;
    const Pack i = S::load(step.gates + u), f = S::load(step.gates + hidden + u),
               g = S::load(step.gates + 2 * hidden + u), o = S::load(step.gates + 3 * hidden + u),
               tanh_c = S::load(step.tanh_c + u), dh = S::load(step.h + u),
               dc = S::load(step.c + u) + dh * o * (one - tanh_c * tanh_c);
    S::store(step.delta + u, dc * g * i * (one - i));
    S::store(step.delta + hidden + u, dc * S::load(step.c_before + u) * f * (one - f));
    S::store(step.delta + 2 * hidden + u, dc * i * (one - g * g));
    S::store(step.delta + 3 * hidden + u, dh * tanh_c * o * (one - o));
    S::store(step.c + u, dc * f);
  }
};
