// Files of other formats that are taken for safetensors are named, with what makes safetensors of them.

#include "support/state.hpp"

#include <eddy/io/safetensors.hpp>
#include <eddy/models.hpp>

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace eddy::testing {
namespace {

using Model = Lstm<float, 3, 4, 2>;

std::string refusal(std::string_view bytes) {
  Model model;
  const Vector<float> before = model.parameters();
  try {
    load_safetensors(std::as_bytes(std::span(bytes)), model);
  } catch (const std::runtime_error& error) {
    EXPECT_EQ(model.parameters(), before);
    return error.what();
  }
  return "";
}

/// Text and zeros behind it, as if a file went on.
std::string padded(std::string beginning) {
  beginning.resize(200);
  return beginning;
}

::testing::AssertionResult says(const std::string& message, const std::string& first,
                                const std::string& second) {
  return message.starts_with("eddy: this is no safetensors file: " + first) &&
                 message.find(second) != std::string::npos
             ? ::testing::AssertionSuccess()
             : ::testing::AssertionFailure() << '"' << message << '"';
}

std::string zip(const std::string& name) { return padded("PK\x03\x04" + std::string(26, '\x14') + name); }

TEST(SafetensorsForeign, ArchivesAreNamedByWhatTheyHold) {
  EXPECT_TRUE(
      says(refusal(padded("PK\x03\x04")), "it is a zip archive, as .pt", "safetensors.torch.save_file("));
  EXPECT_TRUE(
      says(refusal(padded("PK\x05\x06")), "it is a zip archive, as .pt", "safetensors.torch.save_file("));
  EXPECT_TRUE(says(refusal(zip("model/data.pkl")), "it is a zip archive of PyTorch", "torch.load("));
  EXPECT_TRUE(says(refusal(zip("weight_ih_l0.npy")), "it is a zip archive of NumPy", "numpy.load("));
  EXPECT_TRUE(
      says(refusal(zip("metadata.json")), "it is a zip archive of Keras", "safetensors.numpy.save_file("));
  EXPECT_TRUE(says(refusal("PK\x03\x04"), "it is a zip archive", ""));
}

TEST(SafetensorsForeign, OtherFormatsOfModelsAreNamed) {
  EXPECT_TRUE(says(refusal(padded("\x89HDF\r\n\x1a\n")), "it is HDF5", "safetensors.numpy.save_file("));
  for (const char* const pickle : {"\x80\x02", "\x80\x03", "\x80\x04\x95", "\x80\x05"}) {
    EXPECT_TRUE(says(refusal(padded(pickle)), "it is a pickle", "safetensors.torch.save_file("));
  }
  EXPECT_TRUE(
      says(refusal(padded("\x93NUMPY\x01")), "it is an array of NumPy", "safetensors.numpy.save_file("));
  EXPECT_TRUE(says(refusal(padded("GGUF")), "it is GGUF", "safetensors"));
  EXPECT_TRUE(says(refusal(saved(Model())), "it is a checkpoint of eddy", "eddy::load"));
}

TEST(SafetensorsForeign, TextsAreNamed) {
  EXPECT_TRUE(says(refusal("{\"layers\": []}"), "it is JSON", "safetensors.torch.save_file"));
  EXPECT_TRUE(says(refusal(padded("{\"layers\": []}")), "it is JSON", "safetensors.torch.save_file"));
  EXPECT_TRUE(says(refusal("\n  [1, 2, 3, 4, 5]"), "it is JSON", ""));
  EXPECT_TRUE(says(refusal("\xef\xbb\xbf{\"layers\": []}"), "it is JSON", ""));
  EXPECT_TRUE(
      says(refusal("\xef\xbb\xbftime,value\n1,2\n"), "it is a text that begins with a byte order mark", ""));
  EXPECT_TRUE(says(refusal("{\"weight_map\": {\"rnn.bias\": \"model-1.safetensors\"}}"),
                   "it is JSON, the index of a model in several files", "load those that it lists"));
  EXPECT_TRUE(says(refusal("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n"),
                   "it is a pointer of Git LFS", "git lfs pull"));
  EXPECT_TRUE(says(refusal("<!DOCTYPE html><html>404</html>"), "it is a web page", "downloaded"));
}

TEST(SafetensorsForeign, CompressedFilesAreNamed) {
  EXPECT_TRUE(says(refusal(padded("\x1f\x8b\x08")), "it is compressed by gzip", "gunzip"));
  EXPECT_TRUE(says(refusal(padded("\x28\xb5\x2f\xfd")), "it is compressed by Zstandard", "unzstd"));
  EXPECT_TRUE(says(refusal(padded("BZh9")), "it is compressed by bzip2", "bunzip2"));
  EXPECT_TRUE(says(refusal(padded("\xfd\x37zXZ")), "it is compressed by xz", "unxz"));
}

TEST(SafetensorsForeign, WhatIsNoneOfThemSaysWhatIsWrong) {
  EXPECT_TRUE(says(refusal(""), "it is empty", ""));
  EXPECT_TRUE(says(refusal("abc"), "it has 3 bytes, expected at least 8", ""));
  EXPECT_TRUE(says(refusal(padded("time,value\n")), "its header claims ", "but only 192 follow"));
  EXPECT_TRUE(
      says(refusal(std::string("\x10\0\0\0\0\0\0\0{\"a\":", 13)), "its header claims 16 bytes", "only 5"));
  EXPECT_TRUE(says(refusal(std::string("\x02\0\0\0\0\0\0\0[]", 10)), "its header does not begin with {", ""));
}

/// The length of a header may have the bytes that another format begins with.
TEST(SafetensorsForeign, AWholeFileIsReadWhateverItsFirstBytesAre) {
  for (const std::string_view beginning : {"\x1f\x8b", "\x80\x02", "BZ"}) {
    std::string header =
        R"({"weight":{"dtype":"F32","shape":[1,1],"data_offsets":[0,4]},"bias":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}})";
    header.resize(static_cast<unsigned char>(beginning[0]) + 256u * static_cast<unsigned char>(beginning[1]),
                  ' ');
    std::string file(beginning);
    file.resize(8);
    file += header + std::string(8, '\0');
    Online<Dense<float, 1, 1>> model;
    load_safetensors(std::as_bytes(std::span(file)), model);
    EXPECT_EQ(model.parameters(), (Vector<float, 2>::Zero()));
  }
}

TEST(SafetensorsForeign, AFolderIsNoFile) {
  Model model;
  try {
    load_safetensors(std::filesystem::path(::testing::TempDir()), model);
    FAIL() << "not refused";
  } catch (const std::runtime_error& error) {
    EXPECT_NE(std::string(error.what()).find("it is a folder"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace eddy::testing
