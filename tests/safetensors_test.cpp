#include <eddy/eddy.hpp>
#include <eddy/io/safetensors.hpp>

#include <gtest/gtest.h>

namespace eddy::testing {
TEST(Safetensors, WeightsComeBackBitForBit) {
  using Network = Sequential<LstmCell<float, 3, 5>, LstmCell<float, 5, 5>, GruCell<float, 5, 4, GruReset::after>, RnnCell<float, 4, 3>,
                             Dense<float, 3, 2>>;
  for (const WeightConvention convention : {WeightConvention::pytorch, WeightConvention::keras}) {
    Online<Network> saved({.seed = 3}), loaded({.seed = 4});
    saved.parameters().setRandom();
    load_safetensors(std::span<const std::byte>(to_safetensors(saved, {.convention = convention})), loaded,
                     {.convention = convention});
    EXPECT_EQ(saved.parameters(), loaded.parameters());
  }
}
}  // namespace eddy::testing
