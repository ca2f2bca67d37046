// Checkpoints of small objects that together have every kind of state.

#include "attack.hpp"
#include "subjects.hpp"

using namespace eddy::testing;
using All =
    Subjects<RehearsedLstm, StridedGru, AmortizedRnn, TextModel, BatchOfStreams, ScaledPipeline, SmallMixture,
             ShadowedModel, LeastSquaresHeads, WidthDetector, Detectors, Metrics, LateLabels, Plasticity>;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz<All>(data, size);
}

/// Before the fuzzer reads its options.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) { return write_corpus<All>(*argc, *argv); }
