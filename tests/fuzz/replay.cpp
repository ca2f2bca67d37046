// Runs inputs of a fuzz target once, without the fuzzer: replay <files and folders…>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

int inputs = 0;

void replay(const std::filesystem::path& path) {
  if (std::filesystem::is_directory(path)) {
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      replay(entry.path());
    }
    return;
  }
  std::ifstream in(path, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  const std::vector<std::uint8_t> exact(bytes.begin(), bytes.end());  // so that sanitizers see its end
  std::fprintf(stderr, "%s\n", path.string().c_str());  // the last line names the one that fails
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
  ++inputs;
}

}  // namespace

int main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    replay(argv[i]);
  }
  std::printf("%d inputs\n", inputs);
  return inputs > 0 ? 0 : 1;
}
