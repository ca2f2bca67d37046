#include "conformance/kernel_conformance.hpp"

namespace eddy::testing {

using DoubleKernels = ::testing::Types<
#if defined(__x86_64__)
    KernelsOf<avx512::Kernels, Target::avx512, double>, KernelsOf<avx2::Kernels, Target::avx2, double>,
#endif
    KernelsOf<baseline::Kernels, Target::baseline, double>,
    KernelsOf<portable::Kernels, Target::portable, double>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Double, KernelConformance, DoubleKernels);

}  // namespace eddy::testing
