// What a consumer of eddy::safetensors must be able to build.
#include <eddy/io/safetensors.hpp>

int main() {}
