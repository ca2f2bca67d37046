#pragma once

#include <eddy/core/activation.hpp>
#include <eddy/core/columns.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/layer.hpp>
#include <eddy/core/target.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

// What a recurrent layer spends its time on: products, activations, and passes over vectors. Each kernel is
// one text in core/kernels, written on the vector extensions of GCC and Clang, and compiled once for every
// target: several instruction sets on x86-64, one of which is chosen at run time, so that no compiler flag is
// needed; whatever the machine has on others; plain C++ for other compilers and other scalars. Nothing is
// allocated at any size.
//
// Matrices are column-major and lie in memory as `parameters()` shows them, without padding. Each translation
// unit compiles the same text, whatever its own flags, so units with different flags go together.

namespace eddy {

/// One step of an LSTM, or of its sweep back: where its parts lie for the first stream, and how far from
/// stream to stream. On the way back h and c hold the errors of both.
template <class Scalar>
struct LstmStep {
  int hidden;
  Index tape_stride, state_stride;
  Scalar *gates, *delta, *c_before, *tanh_c;
  const Scalar* v;  ///< [x; h; 1]
  Scalar *h, *c;

  LstmStep stream(int s) const {
    const Index t = s * tape_stride, k = s * state_stride;
    return {hidden,       tape_stride, state_stride, gates + t, delta + t,
            c_before + t, tanh_c + t,  v + t,        h + k,     c + k};
  }
};

/// One step of a GRU, or of its sweep back, for one stream. On the way back h holds its error.
template <class Scalar>
struct GruStep {
  int hidden;
  Scalar *gates, *delta, *h;
  const Scalar* h_before = nullptr;
  Scalar *reset_h = nullptr, *reset_error = nullptr;  ///< reset before the product
  Scalar *from_h = nullptr, *delta_h = nullptr;       ///< reset after it
  const Scalar* recurrent_bias = nullptr;
};

/// A step of recursive least squares: S ← c S − d g, column by column from block `first` on, where g, zero at
/// first, gathers the columns before, each times its f. S is triangular, in blocks of columns; see
/// core/kernels/least_squares.inl.
template <class Scalar>
struct TriangleUpdate {
  Scalar* S;
  int first, blocks;
  const Scalar *f, *c, *d;
  Scalar* g;
};

/// A pass over vectors of one length.
template <class Scalar>
struct Pass {
  Scalar* y;
  const Scalar *x, *by;
};

/// Optimizers that the kernels know.
enum class OptimizerKernel { sgd, adam };

/// A pass of an optimizer over the flat vector: w, g and the moments m and v; the two numbers of clipping;
/// and the optimizer's own.
template <class Scalar, OptimizerKernel>
struct OptimizerPass {
  Scalar* w = nullptr;
  const Scalar* g = nullptr;
  Scalar *m = nullptr, *v = nullptr;
  Scalar coefficient = 1, limit = 0;
  Scalar rate = 0, gain1 = 0, gain2 = 0, epsilon = 0, keep = 1;
};

#if defined(__GNUC__)
#define EDDY_ALWAYS_INLINE inline __attribute__((always_inline))
#define EDDY_NEVER_INLINE inline __attribute__((noinline))
#define EDDY_UNROLL _Pragma("GCC unroll 64")

#if defined(__x86_64__)
namespace avx512 {
#define EDDY_VECTOR_EXTENSIONS 1
#define EDDY_BYTES 64
#define EDDY_REGISTERS 32
#define EDDY_VEX "v"
#define EDDY_KERNEL __attribute__((target("avx512f,avx2,fma")))
#include <eddy/core/kernels/all.inl>
}  // namespace avx512

namespace avx2 {
#define EDDY_VECTOR_EXTENSIONS 1
#define EDDY_BYTES 32
#define EDDY_REGISTERS 16
#define EDDY_VEX "v"
#define EDDY_KERNEL __attribute__((target("avx2,fma")))
#include <eddy/core/kernels/all.inl>
}  // namespace avx2
#endif

namespace baseline {
#if defined(__arm__) && !defined(__ARM_NEON)  // no vectors: packs would be taken apart in memory
#define EDDY_VECTOR_EXTENSIONS 0
#define EDDY_BYTES sizeof(Scalar)
#else
#define EDDY_VECTOR_EXTENSIONS 1
#define EDDY_BYTES 16
#endif
#if defined(__aarch64__)
#define EDDY_REGISTERS 32
#else
#define EDDY_REGISTERS 16
#endif
#define EDDY_VEX ""
#define EDDY_KERNEL
#include <eddy/core/kernels/all.inl>
}  // namespace baseline

#else
#define EDDY_ALWAYS_INLINE inline
#define EDDY_NEVER_INLINE inline
#define EDDY_UNROLL
#endif

namespace portable {
#define EDDY_VECTOR_EXTENSIONS 0
#define EDDY_BYTES sizeof(Scalar)
#define EDDY_REGISTERS 16
#define EDDY_VEX ""
#define EDDY_KERNEL
#include <eddy/core/kernels/all.inl>
}  // namespace portable

#undef EDDY_ALWAYS_INLINE
#undef EDDY_NEVER_INLINE
#undef EDDY_UNROLL

/// Returns call(kernels), with the kernels of the target in use.
template <class Scalar, class Call>
decltype(auto) on_target(Call&& call) {
#if defined(__GNUC__)
  if constexpr (!std::is_same_v<Scalar, float> && !std::is_same_v<Scalar, double>) {
    return call(portable::Kernels<Scalar>());
  } else {
    switch (target()) {
#if defined(__x86_64__)
      case Target::avx512:
        return call(avx512::Kernels<Scalar>());
      case Target::avx2:
        return call(avx2::Kernels<Scalar>());
#endif
      default:
        return call(baseline::Kernels<Scalar>());
    }
  }
#else
  return call(portable::Kernels<Scalar>());
#endif
}

/// y = W v, for each of the streams: the product of a step, for all gates at once.
template <Elementwise Phi = Elementwise::identity, class Scalar, class Streams = OneStream>
void product(const MatrixPart<const Scalar>& W, const Columns<const std::type_identity_t<Scalar>>& v,
             const Columns<std::type_identity_t<Scalar>>& y, Streams streams = {}) {
  on_target<Scalar>([&](auto kernels) { kernels.template product<Phi>(W, v, y, streams); });
}

/// y = φ(W v), for each of the streams.
template <Activation Phi, class Scalar, class Streams>
void activated_product(const MatrixPart<const Scalar>& W,
                       const Columns<const std::type_identity_t<Scalar>>& v,
                       const Columns<std::type_identity_t<Scalar>>& y, Streams streams) {
  if constexpr (requires { Phi::kernel; }) {
    product<Phi::kernel>(W, v, y, streams);
  } else {
    product(W, v, y, streams);
    for (int s = 0; s < streams; ++s) {
      Phi::apply(VectorView<Scalar>(y.column(s), W.rows));
    }
  }
}

/// δ = e ⊙ φ'(a), the error of a from the error e of y = φ(a), for each of the streams.
template <Activation Phi, class Scalar, class Streams>
void activation_backward(const Columns<const Scalar>& y, const Columns<const Scalar>& e,
                         const Columns<std::type_identity_t<Scalar>>& delta, int size, Streams streams) {
  for (int s = 0; s < streams; ++s) {
    if constexpr (requires { Phi::kernel; }) {
      on_target<Scalar>([&](auto kernels) {
        kernels.template times_slope<Phi::kernel>({delta.column(s), e.column(s), y.column(s)}, size);
      });
    } else {
      VectorView<Scalar> own(delta.column(s), size);
      own = VectorView<const Scalar>(e.column(s), size);
      Phi::backward(VectorView<const Scalar>(y.column(s), size), own);
    }
  }
}

/// e = Wᵀ δ (e += Wᵀ δ if `add`), for each of the streams: the backward product of a step.
template <class Scalar, class Streams = OneStream>
void transposed_product(const MatrixPart<const Scalar>& W,
                        const Columns<const std::type_identity_t<Scalar>>& delta,
                        const Columns<std::type_identity_t<Scalar>>& e, Streams streams = {},
                        bool add = false) {
  on_target<Scalar>([&](auto kernels) { kernels.transposed_product(W, delta, e, streams, add); });
}

/// dW = Σ_t δ_t v_tᵀ over the columns of a sweep (dW += … if `add`): ONE matrix product over the window, Δ
/// Vᵀ. `delta` and `v` are where the two begin in the tape's first column.
template <class Scalar>
void window_product(const Sweep<Scalar>& sweep, const Slots& slots, const Scalar* delta, const Scalar* v,
                    const MatrixPart<Scalar>& dW, bool add) {
  on_target<Scalar>([&](auto kernels) {
    slots.for_each_run([&](int first, int count) {
      const Index offset = first * sweep.stride;
      kernels.window_product(delta + offset, v + offset, sweep.stride, count, dW, add);
      add = true;
    });
  });
}

/// Whether every one of `size` values is finite: `all_finite`, for vectors of some length.
template <class Scalar>
bool finite(const Scalar* x, Index size) {
  return on_target<Scalar>([&](auto kernels) { return kernels.finite(x, size); });
}

/// ‖x‖².
template <class Scalar>
Scalar squared_norm(const Scalar* x, Index size) {
  return on_target<Scalar>([&](auto kernels) { return kernels.squared_norm(x, size); });
}

/// y += x, for each of the streams.
template <class Scalar>
void add_to(const Columns<Scalar>& y, const Columns<const std::type_identity_t<Scalar>>& x, int size,
            int streams = 1) {
  on_target<Scalar>([&](auto kernels) {
    for (int s = 0; s < streams; ++s) {
      kernels.add({y.column(s), x.column(s), nullptr}, size);
    }
  });
}

}  // namespace eddy
