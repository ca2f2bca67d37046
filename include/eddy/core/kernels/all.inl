// The kernels of one target. core/kernels.hpp includes this text once a target, each time in a namespace of
// its own and with these definitions, which end with it:
//
//   EDDY_VECTOR_EXTENSIONS  whether there are the vectors of GCC and Clang
//   EDDY_BYTES              the size of a register
//   EDDY_REGISTERS          how many registers there are
//   EDDY_VEX                what the names of vector instructions begin with, on x86-64
//   EDDY_KERNEL             what stands before a function for it to be compiled for the target

#define EDDY_INLINE EDDY_KERNEL EDDY_ALWAYS_INLINE  // in registers
#define EDDY_SHARED EDDY_KERNEL EDDY_NEVER_INLINE   // compiled once, however often it is called

#include <eddy/core/kernels/simd.inl>
// what the others are written in comes first
#include <eddy/core/kernels/gru.inl>
#include <eddy/core/kernels/lstm.inl>
#include <eddy/core/kernels/product.inl>
#include <eddy/core/kernels/vector.inl>
// and what is written in products
#include <eddy/core/kernels/least_squares.inl>

/// What layers and optimizers call, through `on_target`.
template <class Scalar>
struct Kernels {
  static constexpr int Lanes = static_cast<int>(EDDY_BYTES / sizeof(Scalar));

  template <Elementwise Phi, class Streams>
  EDDY_KERNEL static void product(const MatrixPart<const Scalar>& W, const Columns<const Scalar>& v,
                                  const Columns<Scalar>& y, Streams streams) {
    if (W.rows == 1 && W.stride == 1) {
      for (int s = 0; s < streams; ++s) {
        const Scalar sum = dot<Scalar, Lanes>(W.data, v.column(s), W.columns);
        using One = Simd<Scalar, 1>;
        One::store(y.column(s), One::template activate<Phi>(One::all(sum)));
      }
    } else {
      product_all<Scalar, Lanes, Phi>(W.data, W.stride, W.rows, W.columns, v, y, streams, false);
    }
  }

  template <class Streams>
  EDDY_KERNEL static void transposed_product(const MatrixPart<const Scalar>& W,
                                             const Columns<const Scalar>& delta, const Columns<Scalar>& e,
                                             Streams streams, bool add) {
    if (W.rows == 1 && W.stride == 1) {  // its transpose is a column
      product_all<Scalar, Lanes, Elementwise::identity>(W.data, 0, W.columns, 1, delta, e, streams, add);
    } else {
      transposed_product_rows<Scalar, Lanes>(W.data, W.stride, W.rows, W.columns, delta, e, streams, add);
    }
  }

  EDDY_KERNEL static void window_product(const Scalar* delta, const Scalar* v, Index stride, int steps,
                                         const MatrixPart<Scalar>& dW, bool add) {
    constexpr int piece = 128;  // so many columns of the tape stay in the caches
    for (int first = 0; first < steps; first += piece) {
      const int count = steps - first < piece ? steps - first : piece;
      const Scalar* const errors = delta + first * stride;
      const Scalar* const values = v + first * stride;
      if (dW.rows == 1 && dW.stride == 1) {  // its transpose is a column
        window_rows<Scalar, Lanes>(values, errors, stride, count, dW.data, 0, dW.columns, 1, add);
      } else {
        window_rows<Scalar, Lanes>(errors, values, stride, count, dW.data, dW.stride, dW.rows, dW.columns,
                                   add);
      }
      add = true;
    }
  }

  template <class Streams>
  EDDY_KERNEL static void lstm_forward(const MatrixPart<const Scalar>& W, const LstmStep<Scalar>& step,
                                       Streams streams) {
    // Gates that lie far apart from column to column are slow to fetch, and few registers hold few sums: then
    // all rows together, and the gates behind them.
    constexpr int farthest = EDDY_BYTES == 64 ? 4000 : EDDY_REGISTERS == 32 ? 2048 : 512;
    if (step.hidden % Lanes == 0 &&
        (several<Streams> || W.stride * static_cast<Index>(sizeof(Scalar)) <= farthest)) {
      lstm_tiles<Scalar, Lanes>(W.data, W.columns, step, streams);
      return;
    }
    product<Elementwise::identity>(W, {step.v, step.tape_stride}, {step.gates, step.tape_stride}, streams);
    for (int s = 0; s < streams; ++s) {
      for_each_unit<LstmUnits, Scalar, Lanes>(step.stream(s), step.hidden);
    }
  }
  EDDY_KERNEL static void lstm_backward(const LstmStep<Scalar>& step, int streams) {
    for (int s = 0; s < streams; ++s) {
      for_each_unit<LstmErrors, Scalar, Lanes>(step.stream(s), step.hidden);
    }
  }

  EDDY_KERNEL static void gru_reset(const GruStep<Scalar>& step) {
    for_each_unit<GruReset, Scalar, Lanes>(step, step.hidden);
  }
  EDDY_KERNEL static void gru_blend(const GruStep<Scalar>& step) {
    for_each_unit<GruBlend, Scalar, Lanes>(step, step.hidden);
  }
  EDDY_KERNEL static void gru_activate_after(const GruStep<Scalar>& step) {
    for_each_unit<GruActivateAfter, Scalar, Lanes>(step, step.hidden);
  }
  EDDY_KERNEL static void gru_blend_backward(const GruStep<Scalar>& step) {
    for_each_unit<GruBlendErrors, Scalar, Lanes>(step, step.hidden);
  }
  EDDY_KERNEL static void gru_reset_backward(const GruStep<Scalar>& step) {
    for_each_unit<GruResetErrors, Scalar, Lanes>(step, step.hidden);
  }
  EDDY_KERNEL static void gru_backward_after(const GruStep<Scalar>& step) {
    for_each_unit<GruErrorsAfter, Scalar, Lanes>(step, step.hidden);
  }

  EDDY_KERNEL static void multiply_triangle(const Scalar* S, int blocks, const Scalar* x, Scalar* f) {
    triangle_product<Scalar, Lanes>(S, blocks, x, f);
  }
  EDDY_KERNEL static void update_triangle(const TriangleUpdate<Scalar>& update) {
    triangle_update<Scalar, Lanes>(update);
  }

  EDDY_KERNEL static void add(const Pass<Scalar>& pass, int size) {
    for_each_unit<Add, Scalar, Lanes>(pass, size);
  }
  template <Elementwise Phi>
  EDDY_KERNEL static void times_slope(const Pass<Scalar>& pass, int size) {
    for_each_unit<Slope<Phi>::template Times, Scalar, Lanes>(pass, size);
  }

  EDDY_KERNEL static bool finite(const Scalar* x, Index size) { return are_finite<Scalar, Lanes>(x, size); }
  EDDY_KERNEL static Scalar squared_norm(const Scalar* x, Index size) {
    return dot<Scalar, Lanes>(x, x, size);
  }
  template <OptimizerKernel Optimizer>
  EDDY_KERNEL static void optimize(const OptimizerPass<Scalar, Optimizer>& pass, int size) {
    if constexpr (Optimizer == OptimizerKernel::sgd) {
      for_each_unit<SgdUpdate, Scalar, Lanes>(pass, size);
    } else {
      for_each_unit<AdamUpdate, Scalar, Lanes>(pass, size);
    }
  }
};

#undef EDDY_INLINE
#undef EDDY_SHARED
#undef EDDY_KERNEL
#undef EDDY_VEX
#undef EDDY_REGISTERS
#undef EDDY_BYTES
#undef EDDY_VECTOR_EXTENSIONS
