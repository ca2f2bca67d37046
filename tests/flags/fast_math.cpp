// The kernels of one target under -ffast-math, which rearranges sums. ./dev matrix goes through all of them.

#include "conformance/kernel_conformance.hpp"

namespace eddy::testing {

#if defined(__x86_64__)
using FastMathKernels = ::testing::Types<KernelsOf<avx2::Kernels, Target::avx2, double>>;
#else
using FastMathKernels = ::testing::Types<KernelsOf<baseline::Kernels, Target::baseline, double>>;
#endif
INSTANTIATE_TYPED_TEST_SUITE_P(FastMath, KernelConformance, FastMathKernels);

}  // namespace eddy::testing
