// What a consumer of eddy::safetensors must be able to build: weights that are saved come back.
#include <eddy/io/safetensors.hpp>
#include <eddy/models.hpp>

#include <sstream>

int main() {
  eddy::Lstm<float, 3, 4, 2> saved({.seed = 1}), loaded({.seed = 2});
  std::stringstream file;
  eddy::save_safetensors(file, saved);
  eddy::load_safetensors(file, loaded);
  return saved.parameters() == loaded.parameters() ? 0 : 1;
}
