#pragma once

#include <eddy/io/safetensors.hpp>
#include <eddy/online.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace eddy::testing {

inline std::string safetensors_fixture(const std::string& name) {
  return std::string(EDDY_FIXTURES) + "/safetensors/" + name;
}

/// Loads the weights of a fixture of tests/fixtures/safetensors.py, and compares what the model makes of a
/// series of 3 inputs with what PyTorch or NumPy made of it.
template <class Network>
void expect_same_outputs(const std::string& name, double tolerance, const SafetensorsOptions& options = {}) {
  using Scalar = typename Network::Scalar;
  std::ifstream text(safetensors_fixture(name + ".json"));
  const nlohmann::json fixture = nlohmann::json::parse(text);
  const auto x = fixture["x"].get<std::vector<std::vector<double>>>();
  const auto y = fixture["y"].get<std::vector<std::vector<double>>>();
  Online<Network> model;
  load_safetensors(std::filesystem::path(safetensors_fixture(name + ".safetensors")), model, options);
  ASSERT_EQ(x.size(), 12u);
  for (std::size_t t = 0; t < x.size(); ++t) {
    const Vector<Scalar, 2> output =
        model.step(Eigen::Map<const Vector<double, 3>>(x[t].data()).template cast<Scalar>());
    EXPECT_NEAR(static_cast<double>(output(0)), y[t][0], tolerance) << name << ", step " << t;
    EXPECT_NEAR(static_cast<double>(output(1)), y[t][1], tolerance) << name << ", step " << t;
  }
}

}  // namespace eddy::testing
