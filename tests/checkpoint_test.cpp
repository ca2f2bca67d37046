#include "conformance/online_support.hpp"
#include "support/state.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <fstream>

namespace eddy::testing {
namespace {

using Small = Lstm<float, 1, 2, 1, MeanSquaredError, Adam, TruncatedBptt<3>, RecentRehearsal<2>>;

/// A stateful class with a number of each kind, as a user may write one.
struct Mixed {
  enum class Colour : std::uint8_t { red, green };

  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("flag", self.flag);
    visit("count", self.count);
    visit("values", self.values);
    visit("time", self.time);
    visit("colour", self.colour);
    visit("pairs", self.pairs);
  }
  bool state_is_valid() const { return count < 1000; }

  struct Pair {
    std::int16_t first;
    double second;
  };

  bool flag = true;
  int count = -2;
  std::array<float, 2> values = {1, -2};
  std::int64_t time = 0x0102030405060708;
  Colour colour = Colour::green;
  std::array<Pair, 2> pairs = {{{3, 1}, {4, 0.5}}};
};

TEST(Checksum, IsTheCrc32OfZlib) {
  Checksum checksum;
  EXPECT_EQ(checksum.value(), 0u);
  checksum.add("1234", 4);
  checksum.add("56789", 5);
  EXPECT_EQ(checksum.value(), 0xcbf43926u);  // the check value of the polynomial, as any list of CRCs has it
}

/// Byte for byte what the format says, on machines of any byte order.
TEST(Checkpoint, IsWrittenAsItsFormatSays) {
  const std::string schema =
      "0.pairs is elements<2>\n\n"
      "0.flag bool[1]\n0.count i32[1]\n0.values f32[2]\n0.time i64[1]\n0.colour u8[1]\n"
      "0.pairs[2].0 i16[1]\n0.pairs[2].1 f64[1]\n";
  std::string expected(
      "\x89"
      "eddy\r\n\x1a"
      "\x02\0\0\0",
      12);
  expected += static_cast<char>(schema.size());
  expected += std::string(
                  "\0\0\0"
                  "\x2a\0\0\0\0\0\0\0",
                  11) +
              schema;
  expected += std::string(
      "\x01"
      "\xfe\xff\xff\xff"
      "\0\0\x80\x3f"
      "\0\0\0\xc0"
      "\x08\x07\x06\x05\x04\x03\x02\x01"
      "\x01",
      22);
  expected += std::string(
      "\x03\0"
      "\0\0\0\0\0\0\xf0\x3f"
      "\x04\0"
      "\0\0\0\0\0\0\xe0\x3f",
      20);
  Checksum checksum;
  checksum.add(expected.data(), expected.size());
  for (int shift = 0; shift < 32; shift += 8) {
    expected += static_cast<char>(checksum.value() >> shift & 0xffu);
  }
  const std::string bytes = saved(Mixed{});
  ASSERT_EQ(bytes, expected);
  Mixed loaded{.flag = false, .count = 0, .values = {}, .time = 0, .colour = Mixed::Colour::red, .pairs = {}};
  EXPECT_EQ(try_load_from(bytes, loaded), "");
  EXPECT_EQ(saved(loaded), bytes);
}

TEST(Checkpoint, StatesThatCannotBeAreRefused) {
  Mixed odd{.count = 1000}, whole, own;
  own.time = 5;
  const std::string before = saved(whole, own);
  EXPECT_EQ(try_load_from(saved(Mixed{.count = 7}, odd), whole, own),
            "it holds a state that cannot have come about");
  EXPECT_EQ(saved(whole, own), before);  // the first of them, too
}

template <class Model>
class CheckpointOf : public ::testing::Test {};

/// A model, and how it learns: what `OnlineConformance` does not have.
struct Amortized {
  Gru<float, 2, 3, 1, MeanSquaredError, Adam, AmortizedBptt<4>, NoRehearsal> model;
  void learn(int t) {
    model.partial_fit(Vector<float, 2>(std::sin(0.1f * float(t)), 1), std::sin(0.1f * float(t + 1)));
  }
};
struct Text {
  Online<Sequential<Embedding<float, 7, 3>, LstmCell<float, 3, 4>, Dense<float, 4, 7>>, SoftmaxCrossEntropy,
         Adam, TruncatedBptt<4, 3>>
      model;
  void learn(int t) { model.partial_fit(t * t % 7, (t + 1) * (t + 1) % 7); }
};
struct PartlyFrozen {
  Gru<double> model{2, 4, 1};
  bool frozen = false;
  void learn(int t) {
    if (t == 20) {
      model.freeze<0>();
    } else if (t == 40) {
      model.reset();
    }
    model.partial_fit(Vector<double, 2>(std::sin(t), 1), std::sin(t + 1));
  }
};
struct Following {
  Rnn<double, 1, 3, 1, MeanSquaredError, Scheduled<Nesterov, CosineDecay>> model{
      {.optimizer = {.optimizer = {}, .schedule = {.period = 50}}}};
  OnDrift<PageHinkley, InTurn<ResetMoments, RaiseLearningRate>> on_drift{
      PageHinkley({.threshold = 1}), InTurn(ResetMoments{}, RaiseLearningRate({.samples = 20}))};
  void learn(int t) { on_drift.update(model, model.partial_fit(std::sin(t), t < 30 ? 0.1 : 3.0)); }
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("model", self.model);
    visit("on_drift", self.on_drift);
  }
};
struct Piped {
  Pipeline<Chain<Imputer<float>, StandardScaler<float>, Lags<float>>, Lstm<float>,
           Chain<Difference<float>, RobustScaler<float>>>
      model{Chain(Imputer<float>(2), StandardScaler<float>(2), Lags<float>(2, 3)), Lstm<float>(6, 4, 1),
            Chain(Difference<float>(1), RobustScaler<float>(1))};
  void learn(int t) {
    model.step(Vector<float, 2>(std::sin(float(t)), t % 5 ? 3.0f : not_a_number<float>));
    model.partial_fit(at(model.time() - 2), std::sin(float(t)));
  }
};
struct Mixing {
  Mixture<EchoState<float>, Lstm<float>, LinearHead<float>> model{
      EchoState<float>(1, 8, 1), Lstm<float>(1, 3, 1), LinearHead<float>(1, 1)};
  void learn(int t) { model.partial_fit(std::sin(float(t)), std::sin(float(t + 1))); }
};
struct Shadowing {
  Shadowed<Rnn<float, 1, 3, 1>> model{Rnn<float, 1, 3, 1>(), {.least = 5, .most = 1000}};
  void learn(int t) {
    if (t == 20) {
      model.begin_shadow();
    }
    model.partial_fit(std::sin(float(t)), (t < 20 ? 1.0f : -1.0f) * std::sin(float(t)));
  }
};
struct Recommended {
  Forecaster<float> model{1, {.horizon = 2, .season = 7}};
  void learn(int t) {
    model.observe(std::sin(0.9f * float(t)));
    model.step(float(t % 7));
  }
};
struct Joint {
  JointHead<GruCell<float, 1, 4>, 1> model;
  void learn(int t) { model.partial_fit(std::sin(float(t)), std::sin(float(t + 1))); }
};
struct InLockStep {
  Lstm<float, 1, 3, 1, MeanSquaredError, Adam, TruncatedBptt<4, 2>> model;
  decltype(model)::Batch batch = model.make_batch(3);
  void learn(int t) {
    Matrix<float> x = Matrix<float>::Constant(1, 3, std::sin(float(t))), y = -x;
    x(t % 3) = t % 4 == 0 ? not_a_number<float> : 1;
    model.partial_fit(batch, x, y);
  }
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("model", self.model);
    visit("batch", self.batch);
  }
};

template <class Learning>
auto& with_state(Learning& learning) {
  if constexpr (HasState<Learning>) {
    return learning;
  } else {
    return learning.model;
  }
}

using AllLearning = ::testing::Types<Amortized, Text, PartlyFrozen, Following, Piped, Mixing, Shadowing,
                                     Recommended, Joint, InLockStep>;
TYPED_TEST_SUITE(CheckpointOf, AllLearning);

/// Whatever is kept of the two is the same after each sample; stopped at every step, in the middle of
/// whatever was going on.
TYPED_TEST(CheckpointOf, GoingOnEqualsNeverStopping) {
  constexpr int last = 60;
  TypeParam whole, resumed;
  for (int t = 0; t < last; ++t) {
    const std::string bytes = saved(with_state(whole));
    ASSERT_EQ(try_load_from(bytes, with_state(resumed)), "");
    ASSERT_EQ(saved(with_state(resumed)), bytes);
    whole.learn(t);
    resumed.learn(t);
    ASSERT_EQ(saved(with_state(whole)), saved(with_state(resumed))) << "step " << t;
  }
  // Whatever is missing must be missed by one that knows nothing else, at each phase of a stride.
  for (int stop = last; stop < last + 6; ++stop) {
    TypeParam going = whole, fresh;
    ASSERT_EQ(try_load_from(saved(with_state(whole)), with_state(fresh)), "");
    for (int t = stop; t < stop + 20; ++t) {
      going.learn(t);
      fresh.learn(t);
      ASSERT_EQ(saved(with_state(going)), saved(with_state(fresh)))
          << "stopped at " << stop << ", step " << t;
    }
    whole.learn(stop);
  }
}

/// An object that has learned, its bytes, and another that must stay as it is.
class DamagedCheckpoint : public ::testing::Test {
 protected:
  DamagedCheckpoint() {
    for (int t = 0; t < 9; ++t) {
      model_.partial_fit(std::sin(float(t)), std::sin(float(t + 1)));
      other_.partial_fit(1.0f, -1.0f);
    }
    bytes_ = saved(model_);
    before_ = saved(other_);
  }

  /// Whether the bytes are refused, with a reason and without any change.
  ::testing::AssertionResult refused(const std::string& bytes) {
    const std::string reason = try_load_from(bytes, other_);
    if (reason.empty()) {
      return ::testing::AssertionFailure() << "it was loaded";
    }
    if (saved(other_) != before_) {
      return ::testing::AssertionFailure() << "the model has changed: " << reason;
    }
    return ::testing::AssertionSuccess() << reason;
  }

  Small model_, other_{{.seed = 5}};
  std::string bytes_, before_;
};

TEST_F(DamagedCheckpoint, EveryLengthButTheRightOneIsRefused) {
  for (std::size_t length = 0; length < bytes_.size(); ++length) {
    ASSERT_TRUE(refused(bytes_.substr(0, length))) << length;
  }
  ASSERT_EQ(try_load_from(bytes_, other_), "");
  EXPECT_EQ(saved(other_), bytes_);
}

TEST_F(DamagedCheckpoint, EveryFlippedByteIsFound) {
  for (std::size_t i = 0; i < bytes_.size(); ++i) {
    for (const int flip : {0xff, 1 << (i % 8)}) {
      std::string damaged = bytes_;
      damaged[i] = static_cast<char>(damaged[i] ^ flip);
      ASSERT_TRUE(refused(damaged)) << "byte " << i;
    }
  }
}

TEST_F(DamagedCheckpoint, SaysWhatIsWrong) {
  EXPECT_EQ(try_load_from("", other_), "it is cut off, or empty: it ends after 0 bytes");
  EXPECT_EQ(try_load_from(bytes_.substr(0, 100), other_), "it is cut off, or empty: it ends after 100 bytes");
  EXPECT_EQ(try_load_from("time,value\n1,2\n", other_),
            "it is no checkpoint of eddy: it does not begin as one");
  std::string newer = bytes_;
  newer[8] = 3;
  EXPECT_EQ(try_load_from(newer, other_), "it is of version 3, expected 1 to 2");
  newer[8] = 0;
  EXPECT_EQ(try_load_from(newer, other_), "it is of version 0, expected 1 to 2");
  newer = bytes_;
  newer.back() = static_cast<char>(newer.back() + 1);
  EXPECT_EQ(try_load_from(newer, other_), "it is damaged: its checksum is wrong");
}

TEST_F(DamagedCheckpoint, NamesWhereAnotherModelDiffers) {
  Lstm<float, 1, 3, 1, MeanSquaredError, Adam, TruncatedBptt<3>, RecentRehearsal<2>> larger;
  EXPECT_EQ(try_load_from(bytes_, larger),
            "it is of other objects: it has \"0.trainer.parameters.0.weight_ih "
            "f32[8]\", expected \"0.trainer.parameters.0.weight_ih f32[12]\"");
  Lstm<double, 1, 2, 1, MeanSquaredError, Adam, TruncatedBptt<3>, RecentRehearsal<2>> precise;
  EXPECT_EQ(try_load_from(bytes_, precise),
            "it is of other objects: it has \"0.trainer.parameters.0.weight_ih "
            "f32[8]\", expected \"0.trainer.parameters.0.weight_ih f64[8]\"");
  int number = 0;
  EXPECT_EQ(try_load_from(bytes_, other_, number), "it is of fewer objects: it ends before \"1 i32[1]\"");
  EXPECT_EQ(try_load_from(saved(model_, number), other_),
            "it is of more objects: it goes on with \"1 i32[1]\"");
  EXPECT_EQ(saved(other_), before_);
}

TEST_F(DamagedCheckpoint, WhateverItsHeaderClaimsIsReadToItsEndOnly) {
  for (const unsigned claim : {12u, 16u}) {  // the length of the schema, of the payload
    std::string bomb = bytes_;
    for (std::size_t i = claim; i < claim + 4; ++i) {
      bomb[i] = '\xff';
    }
    EXPECT_TRUE(refused(bomb));
  }
}

TEST(Checkpoint, SeveralFollowOneAnotherOnAStream) {
  Small first({.seed = 1}), second({.seed = 2}), a({.seed = 3}), b({.seed = 4});
  std::stringstream stream;
  save(stream, first);
  save(stream, second);
  stream << "the rest";
  load(stream, a);
  load(stream, b);
  EXPECT_EQ(saved(a), saved(first));
  EXPECT_EQ(saved(b), saved(second));
  std::string word;
  stream >> word;
  EXPECT_EQ(word, "the");
}

TEST(Checkpoint, AStreamThatTakesNothingIsReported) {
  std::ofstream full("/dev/full");
  if (!full) {
    GTEST_SKIP() << "this system has no /dev/full";
  }
  full.rdbuf()->pubsetbuf(nullptr, 0);
  EXPECT_THROW(save(full, Small()), std::runtime_error);
}

TEST(Checkpoint, SettingsOfTheOptimizerAreStateAndOthersAreTheProgrammes) {
  Lstm<float> model(2, 3, 1, {.clip_norm = 1}),
      other(2, 3, 1, {.optimizer = {.learning_rate = 0.5}, .clip_norm = 2});
  model.optimizer().learning_rate = 0.25;
  model.optimizer().beta1 = 0.5;
  copy_state(model, other);
  EXPECT_EQ(other.options().optimizer.learning_rate, 0.25);
  EXPECT_EQ(other.options().optimizer.beta1, 0.5);
  EXPECT_EQ(other.options().clip_norm, 2);
}

}  // namespace
}  // namespace eddy::testing
