// Files of every version of the format are read: those in fixtures/checkpoints were written by the releases
// that had it, with values that are noted here.

#include "support/state.hpp"

#include <eddy/models.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

namespace eddy::testing {
namespace {

std::filesystem::path fixture(const std::string& name) {
  return std::filesystem::path(EDDY_FIXTURES) / "checkpoints" / name;
}

/// A user's class, of each kind of number.
struct Own {
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("seen", self.seen);
    visit("sums", self.sums);
    visit("pairs", self.pairs);
    visit("random", self.random);
  }
  struct Pair {
    std::int16_t first;
    double second;
  };
  std::int64_t seen = 0;
  std::array<float, 3> sums = {};
  std::array<Pair, 2> pairs = {};
  Random random{1};
};

TEST(CheckpointVersions, TheFirstIsReadIntoAnObjectOfAUser) {
  Own own;
  ASSERT_EQ(try_load(fixture("own_v1.eddy"), own), "");
  EXPECT_EQ(own.seen, 7);
  EXPECT_EQ(own.sums, (std::array<float, 3>{1, -2, 0.5f}));
  EXPECT_EQ(own.pairs[1].first, 4);
  EXPECT_EQ(own.pairs[1].second, 0.5);
  EXPECT_EQ(own.random.next(), Random(5).next());
}

using OldGru = Gru<float, 1, 2, 1, MeanSquaredError, Adam, TruncatedBptt<3>, RecentRehearsal<2>>;

/// It was written after 9 samples. Single precision may round otherwise on another machine.
TEST(CheckpointVersions, TheFirstIsReadIntoAModelThatGoesOn) {
  OldGru model;
  ASSERT_EQ(try_load(fixture("gru_v1.eddy"), model), "");
  EXPECT_EQ(model.time(), 9);
  EXPECT_EQ(model.last_update().updates, 9);
  EXPECT_EQ(model.parameters()(0), 0.182822555f);
  EXPECT_EQ(model.parameters()(26), 0.00830065552f);
  EXPECT_NEAR(model.partial_fit(0.25f, 0.5f), 0.207849249f, 1e-6f);
  EXPECT_NEAR(model.step(0.25f)(0), -0.013119448f, 1e-6f);

  Rnn<double, 1, 1, 1, MeanSquaredError, Sgd, TruncatedBptt<2>, NoRehearsal> plain;
  ASSERT_EQ(try_load(fixture("rnn_v1.eddy"), plain), "");
  EXPECT_EQ(plain.parameters()(4), 0.070246820864343501);
  EXPECT_NEAR(plain.step(0.25)(0), 0.1451350232269619, 1e-12);
}

TEST(CheckpointVersions, WhatWasReadFromTheFirstIsWrittenAsTheSecond) {
  OldGru model, again;
  load(fixture("gru_v1.eddy"), model);
  const std::string bytes = saved(model);
  EXPECT_EQ(bytes[8], 2);
  ASSERT_EQ(try_load_from(bytes, again), "");
  EXPECT_EQ(saved(again), bytes);
}

/// The first did not say what a network is: only its numbers are compared.
TEST(CheckpointVersions, TheFirstIsRefusedByOtherNumbersAndTakenByOtherKinds) {
  Gru<float, 1, 3, 1, MeanSquaredError, Adam, TruncatedBptt<3>, RecentRehearsal<2>> larger;
  EXPECT_EQ(try_load(fixture("gru_v1.eddy"), larger),
            "it is of other objects: it has \"0.trainer.parameters.0.weight_ih f32[6]\", expected "
            "\"0.trainer.parameters.0.weight_ih f32[9]\"");
  Gru<float, 1, 2, 1, HuberLoss, Adam, TruncatedBptt<3>, RecentRehearsal<2>> other_loss;
  EXPECT_EQ(try_load(fixture("gru_v1.eddy"), other_loss), "");
}

TEST(CheckpointVersions, AFileThatClaimsTheFirstDoesNotHideItsKinds) {
  std::string bytes = saved(Own());
  bytes[8] = 1;
  Checksum checksum;
  checksum.add(bytes.data(), bytes.size() - 4);
  to_little_endian(checksum.value(), reinterpret_cast<std::byte*>(bytes.data()) + bytes.size() - 4);
  Own own;
  EXPECT_NE(try_load_from(bytes, own), "");
}

TEST(CheckpointVersions, ASchemaWithoutTheEndOfItsKindsIsDamaged) {
  std::string bytes;
  {
    std::ifstream in(fixture("own_v1.eddy"), std::ios::binary);
    bytes.assign(std::istreambuf_iterator<char>(in), {});
  }
  bytes[8] = 2;
  Checksum checksum;
  checksum.add(bytes.data(), bytes.size() - 4);
  to_little_endian(checksum.value(), reinterpret_cast<std::byte*>(bytes.data()) + bytes.size() - 4);
  Own own;
  EXPECT_EQ(try_load_from(bytes, own), "it is damaged: its schema has no empty line after the kinds");
}

}  // namespace
}  // namespace eddy::testing
