#include "conformance/kernel_conformance.hpp"

namespace eddy::testing {

using FloatKernels = ::testing::Types<
#if defined(__x86_64__)
    KernelsOf<avx512::Kernels, Target::avx512, float>, KernelsOf<avx2::Kernels, Target::avx2, float>,
#endif
    KernelsOf<baseline::Kernels, Target::baseline, float>,
    KernelsOf<portable::Kernels, Target::portable, float>>;
INSTANTIATE_TYPED_TEST_SUITE_P(Float, KernelConformance, FloatKernels);

}  // namespace eddy::testing
