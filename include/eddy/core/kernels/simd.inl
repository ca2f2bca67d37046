// One of the texts that core/kernels.hpp compiles for every target: numbers side by side in a register.

// With -ffast-math compilers may take the limit where a is not a number, and weights that are not numbers
// would go unseen. So there the instructions are ours, and mean what the plain text means elsewhere.
#if !EDDY_VECTOR_EXTENSIONS || !__FINITE_MATH_ONLY__
#define EDDY_LIMIT(instruction, name)
#elif defined(__x86_64__)
#define EDDY_LIMIT(instruction, name)                                                         \
  if constexpr (Lanes == 1) {                                                                 \
    using Wider = Simd<Scalar, 16 / sizeof(Scalar)>;                                          \
    return all(Wider::get(Wider::name(Wider::all(get(a, 0)), Wider::all(get(limit, 0))), 0)); \
  } else if constexpr (sizeof(EDDY_VEX) == 1 && std::is_same_v<Scalar, float>) {              \
    __asm__(instruction "ps {%1, %0|%0, %1}" : "+x"(limit) : "x"(a));                         \
    return limit;                                                                             \
  } else if constexpr (sizeof(EDDY_VEX) == 1) {                                               \
    __asm__(instruction "pd {%1, %0|%0, %1}" : "+x"(limit) : "x"(a));                         \
    return limit;                                                                             \
  } else if constexpr (std::is_same_v<Scalar, float>) {                                       \
    __asm__("v" instruction "ps {%0, %1, %0|%0, %1, %0}" : "+v"(a) : "v"(limit));             \
    return a;                                                                                 \
  } else {                                                                                    \
    __asm__("v" instruction "pd {%0, %1, %0|%0, %1, %0}" : "+v"(a) : "v"(limit));             \
    return a;                                                                                 \
  }
#elif defined(__aarch64__)
#define EDDY_LIMIT(instruction, name)                                                         \
  if constexpr (Lanes == 1) {                                                                 \
    using Wider = Simd<Scalar, 16 / sizeof(Scalar)>;                                          \
    return all(Wider::get(Wider::name(Wider::all(get(a, 0)), Wider::all(get(limit, 0))), 0)); \
  } else if constexpr (std::is_same_v<Scalar, float>) {                                       \
    __asm__("f" instruction " %0.4s, %0.4s, %1.4s" : "+w"(a) : "w"(limit));                   \
    return a;                                                                                 \
  } else {                                                                                    \
    __asm__("f" instruction " %0.2d, %0.2d, %1.2d" : "+w"(a) : "w"(limit));                   \
    return a;                                                                                 \
  }
#else
#define EDDY_LIMIT(instruction, name)
#endif

/// `Lanes` numbers in one register, and their arithmetic; + − × ÷ are the compiler's own.
template <class Scalar, int Lanes>
struct Simd {
#if EDDY_VECTOR_EXTENSIONS
  typedef Scalar Pack __attribute__((vector_size(Lanes * sizeof(Scalar))));
#else
  static_assert(Lanes == 1);
  using Pack = Scalar;
#endif

  EDDY_INLINE static Pack load(const Scalar* memory) {
    Pack pack;
    std::memcpy(&pack, memory, sizeof(Pack));
    return pack;
  }
  EDDY_INLINE static void store(Scalar* memory, Pack pack) { std::memcpy(memory, &pack, sizeof(Pack)); }
  EDDY_INLINE static Pack all(Scalar value) { return Pack{} + value; }

  /// a where it is not beyond the limit; what is not a number stays so.
  EDDY_INLINE static Pack at_most(Pack a, Pack limit) {
    EDDY_LIMIT("min", at_most)
    return limit < a ? limit : a;
  }
  EDDY_INLINE static Pack at_least(Pack a, Pack limit) {
    EDDY_LIMIT("max", at_least)
    return limit > a ? limit : a;
  }

  EDDY_INLINE static Scalar sum(Pack a) {
    if constexpr (Lanes == 1) {
      return get(a, 0);
    } else {
      using Half = Simd<Scalar, Lanes / 2>;
      typename Half::Pack halves[2];
      std::memcpy(halves, &a, sizeof(Pack));
      return Half::sum(halves[0] + halves[1]);
    }
  }

  /// In assembly, because vector extensions have no square root.
  EDDY_INLINE static Pack sqrt(Pack x) {
#if EDDY_VECTOR_EXTENSIONS && (defined(__x86_64__) || defined(__aarch64__))
    if constexpr (Lanes > 1) {
      Pack root;
#if defined(__aarch64__)
      if constexpr (std::is_same_v<Scalar, float>) {
        __asm__("fsqrt %0.4s, %1.4s" : "=w"(root) : "w"(x));
      } else {
        __asm__("fsqrt %0.2d, %1.2d" : "=w"(root) : "w"(x));
      }
#else
      if constexpr (std::is_same_v<Scalar, float>) {
        __asm__(EDDY_VEX "sqrtps {%1, %0|%0, %1}" : "=v"(root) : "v"(x));
      } else {
        __asm__(EDDY_VEX "sqrtpd {%1, %0|%0, %1}" : "=v"(root) : "v"(x));
      }
#endif
      return root;
    }
#endif
    using std::sqrt;
    for (int lane = 0; lane < Lanes; ++lane) {
      set(x, lane, sqrt(get(x, lane)));
    }
    return x;
  }

  /// x, but what is computed from it is not rearranged together with what x was computed from, as
  /// `-ffast-math` and its parts allow.
  EDDY_INLINE static Pack in_order(Pack x) {
#if EDDY_VECTOR_EXTENSIONS && (defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__))
#if defined(__x86_64__)
#define EDDY_REGISTER "+v"
#elif defined(__aarch64__)
#define EDDY_REGISTER "+w"
#else
#define EDDY_REGISTER "+m"
#endif
    if constexpr (Lanes > 1) {
      __asm__("" : EDDY_REGISTER(x));
    } else {
      Scalar only = get(x, 0);
      __asm__("" : EDDY_REGISTER(only));
      set(x, 0, only);
    }
#undef EDDY_REGISTER
#endif
    return x;
  }

  EDDY_INLINE static Scalar get(const Pack& pack, int lane) {
#if EDDY_VECTOR_EXTENSIONS
    return pack[lane];
#else
    return lane == 0 ? pack : Scalar();
#endif
  }
  EDDY_INLINE static void set(Pack& pack, int lane, Scalar value) {
#if EDDY_VECTOR_EXTENSIONS
    pack[lane] = value;
#else
    pack = lane == 0 ? value : pack;
#endif
  }

  EDDY_INLINE static Pack tanh(Pack x) {
    if constexpr (std::is_same_v<Scalar, float>) {
      return rational_tanh(x);
    } else {
#if EDDY_VECTOR_EXTENSIONS
      return exact_tanh(x);
#else
      using std::tanh;
      return tanh(x);
#endif
    }
  }

  EDDY_INLINE static Pack logistic(Pack x) { return tanh(x * Scalar(0.5)) * Scalar(0.5) + Scalar(0.5); }

  template <Elementwise Phi>
  EDDY_INLINE static Pack activate(Pack a) {
    if constexpr (Phi == Elementwise::tanh) {
      return tanh(a);
    } else if constexpr (Phi == Elementwise::logistic) {
      return logistic(a);
    } else if constexpr (Phi == Elementwise::relu) {
      return at_least(a, Pack{});
    } else {
      return a;
    }
  }

  /// dφ/da by the output y = φ(a).
  template <Elementwise Phi>
  EDDY_INLINE static Pack slope(Pack y) {
    if constexpr (Phi == Elementwise::tanh) {
      return Scalar(1) - y * y;
    } else if constexpr (Phi == Elementwise::logistic) {
      return y * (Scalar(1) - y);
    } else if constexpr (Phi == Elementwise::relu) {
      return y > Pack{} ? all(1) : Pack{};
    } else {
      return all(1);
    }
  }

 private:
  /// x P(x²) / Q(x²) on [−9, 9], beyond which tanh is ±1 in float. P and Q are of degree 4 and minimise the
  /// largest relative error, which is 2.1e-8 (by Remez's exchange algorithm, in 40 digits); all coefficients
  /// are positive, so nothing cancels, and `-ffast-math` does no harm.
  EDDY_INLINE static Pack rational_tanh(Pack x) {
    x = at_least(at_most(x, all(9)), all(-9));
    const Pack z = x * x;
    Pack p = z * Scalar(1.33546351092e-8) + Scalar(2.06090613818e-5);
    Pack q = z * Scalar(7.77654695596e-7) + Scalar(3.28563265477e-4);
    p = p * z + Scalar(3.49558676302e-3);
    q = q * z + Scalar(2.58769768990e-2);
    p = p * z + Scalar(0.133810244538);
    q = q * z + Scalar(0.467143400442);
    p = p * z + Scalar(0.999999979449);
    q = q * z + Scalar(1);
    return x * p / q;
  }

#if EDDY_VECTOR_EXTENSIONS
  /// e / (e + 2) with e = e^(2x) − 1 = 2ⁿ (e^r − 1) + (2ⁿ − 1), 2x = n ln 2 + r: small where x is small,
  /// without cancellation. e^r − 1 by its series, |r| ≤ ln 2 / 2. In order, because 2ⁿ (e^r − 1 + 1) − 1,
  /// which g++ makes of it under `-ffast-math`, is nothing where x is small.
  EDDY_INLINE static Pack exact_tanh(Pack x) {
    using Int = typename Simd<std::int32_t, Lanes>::Pack;
    using Unsigned = typename Simd<std::uint32_t, Lanes>::Pack;
    using Bits = typename Simd<std::int64_t, Lanes>::Pack;
    constexpr std::uint32_t shift = 64;  // keeps what is rounded positive
    x = at_least(at_most(x, all(20)), all(-20)) * 2.0;
    const Int shifted = __builtin_convertvector(x * 1.4426950408889634 + (shift + 0.5), Int);
    // unsigned, because NaN gives the least of all
    const Int n = __builtin_convertvector(__builtin_convertvector(shifted, Unsigned) - shift, Int);
    const Pack steps = __builtin_convertvector(n, Pack);
    const Pack r = in_order(x - steps * 0x1.62e42feep-1) - steps * 0x1.a39ef35793c76p-33;
    Pack p = r * (1.0 / 6227020800) + 1.0 / 479001600;
    p = p * r + 1.0 / 39916800;
    p = p * r + 1.0 / 3628800;
    p = p * r + 1.0 / 362880;
    p = p * r + 1.0 / 40320;
    p = p * r + 1.0 / 5040;
    p = p * r + 1.0 / 720;
    p = p * r + 1.0 / 120;
    p = p * r + 1.0 / 24;
    p = p * r + 1.0 / 6;
    p = p * r + 0.5;
    p = p * (r * r) + r;
    const Bits exponent = (__builtin_convertvector(n, Bits) + 1023) << 52;
    Pack scale;
    std::memcpy(&scale, &exponent, sizeof(Pack));
    const Pack e = scale * p + in_order(scale - 1.0);
    return e / (e + 2.0);
  }
#endif
};

/// What follows when a pack no longer fits what is left of a vector. Few widths, because each is compiled.
template <int Lanes>
constexpr int narrower = Lanes > 4 ? 4 : 1;

/// Calls Operation<Scalar, Lanes>::at(arguments, u) for all units u, as many at a time as there are lanes.
template <template <class, int> class Operation, class Scalar, int Lanes, class Arguments>
EDDY_INLINE void for_each_unit(const Arguments& arguments, int units, int u = 0) {
  for (; u + Lanes <= units; u += Lanes) {
    Operation<Scalar, Lanes>::at(arguments, u);
  }
  if constexpr (Lanes > 1) {
    if (u < units) {
      for_each_unit<Operation, Scalar, (Lanes > 4 ? Lanes / 2 : 1)>(arguments, units, u);
    }
  }
}

#if EDDY_VECTOR_EXTENSIONS && defined(__has_builtin)
#if __has_builtin(__builtin_shufflevector)
#define EDDY_SHUFFLES 1
#endif
#endif

#if defined(EDDY_SHUFFLES)
/// Lanes whose number has the bit `Distance` from b, the others from a, plus their neighbours at that
/// distance.
template <class Scalar, int Lanes, int Distance, int... lane>
EDDY_INLINE typename Simd<Scalar, Lanes>::Pack fold(typename Simd<Scalar, Lanes>::Pack a,
                                                    typename Simd<Scalar, Lanes>::Pack b,
                                                    std::integer_sequence<int, lane...>) {
  return __builtin_shufflevector(a, b, (lane & Distance ? lane + Lanes : lane)...) +
         __builtin_shufflevector(a, b, ((lane ^ Distance) + (lane & Distance ? Lanes : 0))...);
}

template <class Scalar, int Lanes, int Distance>
EDDY_INLINE void fold_all(typename Simd<Scalar, Lanes>::Pack* packs) {
  if constexpr (Distance > 0) {
    EDDY_UNROLL for (int k = 0; k < Distance; ++k) {
      packs[k] = fold<Scalar, Lanes, Distance>(packs[k], packs[k + Distance],
                                               std::make_integer_sequence<int, Lanes>());
    }
    fold_all<Scalar, Lanes, Distance / 2>(packs);
  }
}
#endif

/// The sums of `Lanes` packs, as one pack. Works in place.
template <class Scalar, int Lanes>
EDDY_INLINE typename Simd<Scalar, Lanes>::Pack sums_of(typename Simd<Scalar, Lanes>::Pack* packs) {
#if defined(EDDY_SHUFFLES)
  fold_all<Scalar, Lanes, Lanes / 2>(packs);
  return packs[0];
#else
  Scalar sums[Lanes];
  for (int k = 0; k < Lanes; ++k) {
    sums[k] = Simd<Scalar, Lanes>::sum(packs[k]);
  }
  return Simd<Scalar, Lanes>::load(sums);
#endif
}
#undef EDDY_SHUFFLES
#undef EDDY_LIMIT
