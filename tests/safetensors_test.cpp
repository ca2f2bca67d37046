#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/io/safetensors.hpp>
#include <eddy/layers/residual.hpp>
#include <eddy/models.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <sstream>
#include <string>

namespace eddy::testing {

using Bytes = std::vector<std::byte>;

/// A file with this header and so many bytes of values.
Bytes file_of(const std::string& header, std::size_t values) {
  Bytes file(8 + header.size() + values);
  to_little_endian(std::uint64_t{header.size()}, file.data());
  std::memcpy(file.data() + 8, header.data(), header.size());
  return file;
}

/// What loading says of these bytes; "" if nothing. Nothing may have changed then.
template <class Model>
std::string error_of(const Bytes& file, Model& model, const SafetensorsOptions& options = {}) {
  const Vector<typename Model::Scalar> before = model.parameters();
  try {
    load_safetensors(std::span<const std::byte>(file), model, options);
  } catch (const std::exception& error) {
    EXPECT_EQ(model.parameters(), before);
    return error.what();
  }
  return "";
}

using Small = Online<Dense<double, 1, 1>>;

std::string error_of(const std::string& header, std::size_t values) {
  Small model;
  return error_of(file_of(header, values), model);
}

TEST(Safetensors, WeightsComeBackBitForBit) {
  using Network = Sequential<LstmCell<float, 3, 5>, Residual<LstmCell<float, 5, 5>>,
                             GruCell<float, 5, 4, GruReset::after>, RnnCell<float, 4, 3>, Dense<float, 3, 2>>;
  for (const WeightConvention convention : {WeightConvention::pytorch, WeightConvention::keras}) {
    const SafetensorsOptions options{.convention = convention, .names = {"a", "b", "c", "d", "e"}};
    Online<Network> saved({.seed = 3}), loaded({.seed = 4});
    saved.parameters().setRandom();
    std::stringstream file;
    save_safetensors(file, saved, options);
    load_safetensors(file, loaded, options);
    EXPECT_EQ(saved.parameters(), loaded.parameters());
  }
}

TEST(Safetensors, EveryTensorThatIsWrongIsNamed) {
  Lstm<float, 3, 4, 2> saved;
  Lstm<float, 2, 4, 2> other;
  const std::string error =
      error_of(to_safetensors(saved, {.names = {"rnn", "fc"}}), other, {.names = {"rnn", "head"}});
  for (const char* part : {"wrong shape: \"rnn.weight_ih_l0\" is [16, 3], expected [16, 2]",
                           "missing: \"head.weight\" [2, 4]", "missing: \"head.bias\" [2]",
                           "not of the model: \"fc.weight\" [2, 4]", "not of the model: \"fc.bias\" [2]"}) {
    EXPECT_NE(error.find(part), std::string::npos) << part << " in " << error;
  }
}

TEST(Safetensors, ModulesThatCouldBeEitherMustBeNamed) {
  Online<Sequential<Dense<double, 2, 2>, Dense<double, 2, 2>>> model;
  const Bytes file = to_safetensors(model, {.names = {"a", "b"}});
  EXPECT_NE(error_of(file, model).find("\"a\", \"b\""), std::string::npos);
  EXPECT_EQ(error_of(file, model, {.names = {"b", "a"}}), "");
}

TEST(Safetensors, BombsAreRefused) {
  const std::string good =
      R"({"weight":{"dtype":"F64","shape":[1,1],"data_offsets":[0,8]},"bias":{"dtype":"F64","shape":[1],"data_offsets":[8,16]}})";
  EXPECT_EQ(error_of(good, 16), "");
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string header = good;
    header.replace(header.find(from), from.size(), to);
    return error_of(header, 16);
  };
  const auto expect = [](const std::string& error, const char* part) {
    EXPECT_NE(error.find(part), std::string::npos) << part << " in " << error;
  };
  expect(error_of(good, 15), "range");
  expect(error_of(good, 17), "no tensor has the values from byte 16");
  expect(with("[8,16]", "[4,12]"), "overlap at byte 4");
  expect(with("[8,16]", "[8,18446744073709551615]"), "range");
  expect(with("[8,16]", "[16,8]"), "range");
  expect(with("[8,16]", "[8.0,16]"), "a fraction");
  expect(with("[8,16]", "[-8,16]"), "a negative number");
  expect(with("[8,16]", "[[8],16]"), "a list");
  expect(with("[1,1]", "[4294967296,4294967296]"), "shape");
  expect(with("[1,1]", "[18446744073709551615,18446744073709551615,0]"), "shape");
  expect(with("\"F64\"", "\"I64\""), "the dtype \"I64\"");
  expect(with("bias", "weight"), "\"weight\" stands there twice");
  expect(with("\"shape\":[1]", "\"shape\":[1],\"shape\":[1]"), "field \"shape\" twice");
  expect(with("\"dtype\":\"F64\",", ""), "lacks");
  expect(error_of("[" + std::string(100000, '['), 0), "begin with {");
  expect(error_of("{\"a\":" + std::string(100000, '['), 0), "a list");
  Bytes claim = file_of(good, 16);
  to_little_endian(std::numeric_limits<std::uint64_t>::max(), claim.data());
  Small model;
  expect(error_of(claim, model), "claims 18446744073709551615 bytes");
}

TEST(Safetensors, ADamagedFileIsAnErrorOrAnExactLoad) {
  Small saved, model;
  saved.parameters() << 1.5, -2.25;
  const Bytes file = to_safetensors(saved);
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_NE(error_of(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)), model), "");
  }
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (int bit = 0; bit < 8; ++bit) {
      Bytes damaged = file;
      damaged[i] ^= static_cast<std::byte>(1 << bit);
      if (error_of(damaged, model).empty()) {
        // Then the damage is in a value (or in white space), and the rest is as it was.
        const bool in_values = i >= file.size() - 16;
        for (int value = 0; value < 2; ++value) {
          const double stored = from_little_endian<double>(damaged.data() + file.size() - 16 + 8 * value);
          EXPECT_EQ(model.parameters()(value), in_values ? stored : saved.parameters()(value));
        }
      }
    }
  }
}

TEST(Safetensors, HalfPrecisionIsRead) {
  EXPECT_EQ(from_half(0x3c00), 1);
  EXPECT_EQ(from_half(0xc000), -2);
  EXPECT_EQ(from_half(0x7bff), 65504);
  EXPECT_EQ(from_half(0x0001), std::ldexp(1.0, -24));
  EXPECT_EQ(from_half(0xfc00), -std::numeric_limits<double>::infinity());
  Bytes file = file_of(
      R"({"weight":{"dtype":"BF16","shape":[1,1],"data_offsets":[0,2]},"bias":{"dtype":"F16","shape":[1],"data_offsets":[2,4]}})",
      4);
  to_little_endian(std::uint16_t{0xbfc0}, file.data() + file.size() - 4);
  to_little_endian(std::uint16_t{0x3800}, file.data() + file.size() - 2);
  Small model;
  EXPECT_EQ(error_of(file, model), "");
  EXPECT_EQ(model.parameters(), (Vector<double, 2>(-1.5, 0.5)));
}

// Keras's equations, in its layout and order, from the values of the file.
TEST(Safetensors, KerasLstmAndGruFollowKerasEquations) {
  constexpr int I = 2, H = 3;
  const auto values = [](std::size_t count, double phase) {
    std::vector<double> v(count);
    for (std::size_t i = 0; i < count; ++i) {
      v[i] = std::sin(1.7 * static_cast<double>(i) + phase);
    }
    return v;
  };
  const auto sigma = [](double x) { return 1 / (1 + std::exp(-x)); };
  const double x[I] = {0.3, -0.8};
  const SafetensorsOptions options{.convention = WeightConvention::keras, .names = {"cell"}};
  {
    const auto k = values(I * 4 * H, 1), r = values(H * 4 * H, 2), b = values(4 * H, 3);
    Online<LstmCell<double, I, H>> model;
    ASSERT_EQ(error_of(write_safetensors({{"cell/kernel", {I, 4 * H}, k},
                                          {"cell/recurrent_kernel", {H, 4 * H}, r},
                                          {"cell/bias", {4 * H}, b}},
                                         Dtype::f64, {}),
                       model, options),
              "");
    double h[H] = {}, c[H] = {};
    for (int t = 0; t < 4; ++t) {
      double a[4 * H];
      for (std::size_t g = 0; g < 4 * H; ++g) {
        a[g] = b[g];
        for (std::size_t i = 0; i < I; ++i) a[g] += x[i] * k[i * 4 * H + g];
        for (std::size_t i = 0; i < H; ++i) a[g] += h[i] * r[i * 4 * H + g];
      }
      const Vector<double, H> output = model.step(Vector<double, I>(x[0], x[1]));
      for (int u = 0; u < H; ++u) {
        c[u] = sigma(a[H + u]) * c[u] + sigma(a[u]) * std::tanh(a[2 * H + u]);
        h[u] = sigma(a[3 * H + u]) * std::tanh(c[u]);
        EXPECT_NEAR(output(u), h[u], 1e-12);
      }
    }
  }
  {
    const auto k = values(I * 3 * H, 4), r = values(H * 3 * H, 5), b = values(2 * 3 * H, 6);
    Online<GruCell<double, I, H, GruReset::after>> model;
    ASSERT_EQ(error_of(write_safetensors({{"cell/kernel", {I, 3 * H}, k},
                                          {"cell/recurrent_kernel", {H, 3 * H}, r},
                                          {"cell/bias", {2, 3 * H}, b}},
                                         Dtype::f64, {}),
                       model, options),
              "");
    double h[H] = {};
    for (int t = 0; t < 4; ++t) {
      double a[3 * H], s[3 * H];
      for (std::size_t g = 0; g < 3 * H; ++g) {
        a[g] = b[g];
        s[g] = b[3 * H + g];
        for (std::size_t i = 0; i < I; ++i) a[g] += x[i] * k[i * 3 * H + g];
        for (std::size_t i = 0; i < H; ++i) s[g] += h[i] * r[i * 3 * H + g];
      }
      const Vector<double, H> output = model.step(Vector<double, I>(x[0], x[1]));
      for (int u = 0; u < H; ++u) {
        const double z = sigma(a[u] + s[u]), reset = sigma(a[H + u] + s[H + u]);
        h[u] = z * h[u] + (1 - z) * std::tanh(a[2 * H + u] + reset * s[2 * H + u]);
        EXPECT_NEAR(output(u), h[u], 1e-12);
      }
    }
  }
}

}  // namespace eddy::testing
