#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/io/safetensors.hpp>
#include <eddy/layers/embedding.hpp>
#include <eddy/layers/frozen.hpp>
#include <eddy/layers/residual.hpp>
#include <eddy/layers/skip.hpp>
#include <eddy/models.hpp>

#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <iterator>
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
  for (const char* part :
       {"wrong shape: \"rnn.weight_ih_l0\" is [16, 3], expected [16, 2]", "missing: \"head.weight\" [2, 4]",
        "missing: \"head.bias\" [2]", "not of the model: \"fc.weight\" F32 [2, 4]",
        "not of the model: \"fc.bias\" F32 [2]"}) {
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
  expect(with("\"F64\"", "\"F65\""), "the dtype \"F65\"");
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

// Every truncation is an error, and every byte is changed to each of 8 others and to its opposite: an error,
// or the weights that the damaged values say.
TEST(Safetensors, ADamagedFileIsAnErrorOrAnExactLoad) {
  using Model = Online<Sequential<GruCell<float, 1, 2, GruReset::after>, Dense<float, 2, 1>>>;
  Model saved, model;
  saved.parameters().setRandom();
  const SafetensorsOptions options{.names = {"rnn", "fc"}};
  const Bytes file = to_safetensors(saved, options);
  const std::size_t begin = 8 + static_cast<std::size_t>(from_little_endian<std::uint64_t>(file.data()));
  ASSERT_EQ(file.size(), begin + 4 * (6 + 12 + 6 + 6 + 2 + 1));
  for (std::size_t size = 0; size < file.size(); ++size) {
    EXPECT_NE(error_of(Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(size)), model, options),
              "");
  }
  int loads = 0;
  for (std::size_t i = 0; i < file.size(); ++i) {
    for (const int mask : {1, 2, 4, 8, 16, 32, 64, 128, 255}) {
      Bytes damaged = file;
      damaged[i] ^= static_cast<std::byte>(mask);
      if (!error_of(damaged, model, options).empty()) {
        continue;
      }
      ++loads;
      ASSERT_TRUE(i >= begin || file[i] == std::byte{' '}) << "byte " << i << " of the header, mask " << mask;
      // What the model has is what these values are saved from, but for the two biases that are added.
      const Safetensors says = parse_safetensors(damaged),
                        has = parse_safetensors(to_safetensors(model, options));
      for (const auto& [name, tensor] : says.tensors) {
        for (std::size_t n = 0; n < tensor.size(); ++n) {
          const bool added = n < 4 && name.starts_with("rnn.bias");
          if (added) {
            const double sum = says.tensors.at("rnn.bias_ih_l0")[n] + says.tensors.at("rnn.bias_hh_l0")[n];
            EXPECT_EQ(has.tensors.at("rnn.bias_ih_l0")[n], static_cast<double>(static_cast<float>(sum)));
          } else {
            EXPECT_EQ(has.tensors.at(name)[n], tensor[n]) << name << " " << n << ", byte " << i;
          }
        }
      }
    }
  }
  EXPECT_GT(loads, 4 * (6 + 12 + 6 + 6 + 2 + 1) * 5) << "most changes of a value load";
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

// Layers around others, and those without a tensor of their own; named one by one, and found by their shapes.
TEST(Safetensors, LayersInsideOthersAreExchanged) {
  using Network =
      Sequential<Embedding<float, 6, 3>, Sequential<Skip<LstmCell<float, 3, 4>>, Frozen<Dense<float, 7, 5>>>,
                 Residual<GruCell<float, 5, 5, GruReset::after>>, Dense<float, 5, 2>>;
  Online<Network> saved({.seed = 3}), loaded({.seed = 4}), found({.seed = 5});
  saved.parameters().setRandom();
  const SafetensorsOptions options{.names = {"symbols", "lstm", "mixed", "gru", "head"}};
  const Bytes file = to_safetensors(saved, options);
  const Safetensors parsed = parse_safetensors(file);
  EXPECT_EQ(parsed.tensors.size(), 1u + 4 + 2 + 4 + 2);
  EXPECT_EQ(parsed.tensors.at("symbols.weight").shape, (std::vector<std::uint64_t>{6, 3}));
  EXPECT_EQ(parsed.tensors.at("mixed.weight").shape, (std::vector<std::uint64_t>{5, 7}));
  EXPECT_EQ(error_of(file, loaded, options), "");
  EXPECT_EQ(error_of(file, found), "");
  EXPECT_EQ(saved.parameters(), loaded.parameters());
  EXPECT_EQ(saved.parameters(), found.parameters());
}

TEST(Safetensors, BiasesAreAllThereOrNone) {
  const std::vector<TensorToStore> weights = {{"weight_ih_l0", {8, 1}, std::vector<double>(8, 0.5)},
                                              {"weight_hh_l0", {8, 2}, std::vector<double>(16, -0.5)}};
  Online<LstmCell<double, 1, 2>> model;
  model.parameters().setOnes();
  EXPECT_EQ(error_of(write_safetensors(weights, Dtype::f64, {}), model, {.names = {""}}), "");
  EXPECT_EQ(model.parameters().tail(8), (Vector<double, 8>::Zero()));
  EXPECT_EQ(model.parameters().head(8), (Vector<double, 8>::Constant(0.5)));

  std::vector<TensorToStore> one = weights;
  one.push_back({"bias_ih_l0", {8}, std::vector<double>(8, 1)});
  EXPECT_NE(error_of(write_safetensors(one, Dtype::f64, {}), model).find("missing: \"bias_hh_l0\" [8]"),
            std::string::npos);
}

TEST(Safetensors, OtherTypesAreNamedAndAnExtraTensorMayBeIgnored) {
  const auto header = [](const std::string& weight, const std::string& more) {
    return R"({"weight":{"dtype":")" + weight +
           R"(","shape":[1,1],"data_offsets":[0,8]},"bias":{"dtype":"F64","shape":[1],"data_offsets":[8,16]},)"
           R"("more":)" +
           more + "}";
  };
  struct Type {
    const char* name;
    std::size_t bytes;  // of 4 values
  };
  for (const auto& [name, bytes] :
       {Type{"I64", 32}, Type{"U64", 32}, Type{"C64", 32}, Type{"I32", 16}, Type{"U32", 16}, Type{"I16", 8},
        Type{"U16", 8}, Type{"BF16", 8}, Type{"I8", 4}, Type{"U8", 4}, Type{"BOOL", 4}, Type{"F8_E4M3", 4},
        Type{"F8_E5M2", 4}, Type{"F8_E8M0", 4}, Type{"F6_E2M3", 3}, Type{"F6_E3M2", 3}, Type{"F4", 2}}) {
    const auto more = [type = std::string(name)](std::size_t size) {
      return R"({"dtype":")" + type + R"(","shape":[2,2],"data_offsets":[16,)" + std::to_string(16 + size) +
             "]}";
    };
    Small model;
    EXPECT_EQ(
        error_of(file_of(header("F64", more(bytes)), 16 + bytes), model, {.extra = ExtraTensors::ignore}),
        "");
    EXPECT_NE(
        error_of(header("F64", more(bytes)), 16 + bytes).find("\"more\" " + std::string(name) + " [2, 2]"),
        std::string::npos);
    EXPECT_NE(error_of(header("F64", more(bytes + 1)), 17 + bytes).find("shape"), std::string::npos) << name;
  }
  const std::string error =
      error_of(header("I64", R"({"dtype":"U8","shape":[],"data_offsets":[16,17]})"), 17);
  EXPECT_NE(error.find("wrong dtype: \"weight\" is I64, expected F64"), std::string::npos) << error;
  EXPECT_NE(error.find("not of the model: \"more\" U8 []"), std::string::npos) << error;
  EXPECT_NE(error_of(header("F64", R"({"dtype":"F128","shape":[],"data_offsets":[16,32]})"), 32)
                .find("the dtype \"F128\", which the format does not know"),
            std::string::npos);
}

TEST(Safetensors, NamesThatAreNotUtf8AreRefused) {
  Small model;
  for (const SafetensorsOptions& options :
       {SafetensorsOptions{.names = {"a\xff"}}, SafetensorsOptions{.names = {"a\xc3"}},
        SafetensorsOptions{.metadata = {{"a\xff", ""}}}, SafetensorsOptions{.metadata = {{"", "a\xff"}}}}) {
    try {
      to_safetensors(model, options);
      FAIL() << "not refused";
    } catch (const std::invalid_argument& error) {
      EXPECT_NE(std::string(error.what()).find("is not UTF-8"), std::string::npos) << error.what();
    }
  }
  model.parameters() << 2, 3;
  Small loaded;
  const SafetensorsOptions options{.names = {"Gewöhnung \"\\\n"}};
  EXPECT_EQ(error_of(to_safetensors(model, options), loaded, options), "");
  EXPECT_EQ(loaded.parameters(), model.parameters());
  EXPECT_NE(error_of("{\"a\xff\":{}}", 0).find("no JSON"), std::string::npos);
  EXPECT_THROW(write_safetensors({{"__metadata__", {1}, {0}}}, Dtype::f64, {}), std::invalid_argument);
}

TEST(Safetensors, AFileIsReplacedAsAWholeOrNotAtAll) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "eddy_safetensors_files";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  const std::filesystem::path path = folder / "model.safetensors";
  Small saved, loaded;
  saved.parameters() << 2, 3;
  save_safetensors(path, saved);
  load_safetensors(path, loaded);
  EXPECT_EQ(loaded.parameters(), saved.parameters());

  // A model with an unwritable name never comes as far as the file.
  saved.parameters() << 4, 5;
  EXPECT_THROW(save_safetensors(path, saved, {.names = {"\xff"}}), std::invalid_argument);
  saved.parameters() << 2, 3;
  loaded.parameters().setZero();
  load_safetensors(path, loaded);
  EXPECT_EQ(loaded.parameters(), saved.parameters());

  saved.parameters() << 6, 7;
  save_safetensors(path, saved);
  load_safetensors(path, loaded);
  EXPECT_EQ(loaded.parameters(), saved.parameters());
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder), {}), 1) << "nothing is left beside it";

  EXPECT_THROW(load_safetensors(folder / "none.safetensors", loaded), std::runtime_error);
  EXPECT_THROW(load_safetensors(folder, loaded), std::runtime_error);
  EXPECT_EQ(loaded.parameters(), saved.parameters());
  std::filesystem::remove_all(folder);
}

}  // namespace eddy::testing
