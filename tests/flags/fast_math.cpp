// The kernels that every machine has under -ffast-math, which rearranges sums. ./dev matrix goes through all.

#include "conformance/kernel_conformance.hpp"

namespace eddy::testing {

using FastMathKernels = ::testing::Types<KernelsOf<baseline::Kernels, Target::baseline, double>>;
INSTANTIATE_TYPED_TEST_SUITE_P(FastMath, KernelConformance, FastMathKernels);

}  // namespace eddy::testing
