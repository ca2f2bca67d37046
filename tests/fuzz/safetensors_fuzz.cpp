// Any bytes: an error, and nothing has changed; or a load after which the model runs, and what is saved loads
// to the same weights. By shapes and by names, of PyTorch and of Keras, the whole file or a part of it.

#include <eddy/io/safetensors.hpp>
#include <eddy/models.hpp>

#include <cstdlib>

namespace {

template <class Model>
void load(std::span<const std::byte> file, const eddy::SafetensorsOptions& options) {
  static Model model, copy;
  const auto before = eddy::Vector<typename Model::Scalar>(model.parameters());
  try {
    eddy::load_safetensors(file, model, options);
  } catch (const std::runtime_error&) {
    if (model.parameters() != before) {
      std::abort();
    }
    return;
  }
  eddy::SafetensorsOptions own = options;
  own.names = {};
  eddy::load_safetensors(std::span<const std::byte>(eddy::to_safetensors(model, own)), copy, own);
  if (copy.parameters() != model.parameters()) {
    std::abort();
  }
  for (const float x : {0.5f, -1.0f}) {
    const eddy::Vector<float, 2> both = eddy::Vector<float, 2>::Constant(x);
    model.predict(both);
    model.step(both);
    model.partial_fit(both, x);
  }
  if (!model.parameters().allFinite()) {
    std::abort();
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using namespace eddy;
  using Simple = Lstm<float, 2, 2, 1>;
  using Deep = Online<Sequential<GruCell<float, 2, 2, GruReset::after>, GruCell<float, 2, 2, GruReset::after>,
                                 Dense<float, 2, 1>>>;
  const auto file = std::as_bytes(std::span(data, size));
  const auto keras = WeightConvention::keras;
  load<Simple>(file, {});
  load<Simple>(file, {.names = {"lstm", "linear"}, .extra = ExtraTensors::ignore});
  load<Simple>(file, {.convention = keras});
  load<Deep>(file, {});
  load<Deep>(file, {.convention = keras, .names = {"gru", "gru_1", "dense"}, .extra = ExtraTensors::ignore});
  return 0;
}
