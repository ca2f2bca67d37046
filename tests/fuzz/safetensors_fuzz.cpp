// Any bytes: an error, and nothing has changed; or a load after which what is saved loads to the same
// weights.

#include <eddy/io/safetensors.hpp>
#include <eddy/models.hpp>

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  static eddy::Lstm<float, 2, 2, 1> model, copy;
  const eddy::Vector<float> before = model.parameters();
  try {
    eddy::load_safetensors(std::as_bytes(std::span(data, size)), model);
  } catch (const std::runtime_error&) {
    if (model.parameters() != before) {
      std::abort();
    }
    return 0;
  }
  eddy::load_safetensors(std::span<const std::byte>(eddy::to_safetensors(model)), copy);
  if (copy.parameters() != model.parameters()) {
    std::abort();
  }
  return 0;
}
