// Checkpoints of what is composed: containers, layers around layers, an own class.

#include "attack.hpp"
#include "composed_subjects.hpp"

using namespace eddy::testing;
using All = Subjects<Containers, AllLayers, Counters>;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return fuzz<All>(data, size);
}

/// Before the fuzzer reads its options.
extern "C" int LLVMFuzzerInitialize(int* argc, char*** argv) { return write_corpus<All>(*argc, *argv); }
