#include "conformance/online_support.hpp"

#include <eddy/eddy.hpp>

#include <cstddef>
#include <stdexcept>
#include <string>
#include <utility>

// Sizes of which an int cannot hold the sum or the product, and memory that no machine has: each is refused
// with a sentence, before anything is allocated.

namespace eddy::testing {
namespace {

/// What a call throws; empty if it does not.
template <class Call>
std::string refusal(Call&& call) {
  try {
    call();
  } catch (const std::invalid_argument& error) {
    return error.what();
  }
  return "";
}

#define EXPECT_REFUSED(call, message) EXPECT_EQ(refusal([&] { call; }), std::string("eddy: ") + message)

template <std::size_t>
using AnyDense = Dense<float>;

/// A stack of layers of 100,010,000 parameters each.
template <std::size_t... N>
auto stack(std::index_sequence<N...>) {
  return Sequential<AnyDense<N>...>(AnyDense<N>(10000, 10000)...);
}

TEST(Sizes, TheParametersOfAllLayersFitAnInt) {
  EXPECT_EQ(stack(std::make_index_sequence<21>()).sizes().parameters, 2100210000);
  EXPECT_REFUSED(
      stack(std::make_index_sequence<22>()),
      "the number of parameters of all layers together is 2200220000, expected at most 2147483584");
  EXPECT_REFUSED(
      stack(std::make_index_sequence<43>()),
      "the number of parameters of all layers together is 4300430000, expected at most 2147483584");
}

TEST(Sizes, TheParametersOfNestedLayersFitAnInt) {
  const auto half = [] { return stack(std::make_index_sequence<11>()); };
  using Half = decltype(half());
  EXPECT_REFUSED(
      (Sequential<Half, Half>(half(), half())),
      "the number of parameters of all layers together is 2200220000, expected at most 2147483584");
}

TEST(Sizes, SumsAndProductsOfSizesFitAnInt) {
  EXPECT_EQ(add(2147483583, 1), largest_size);
  EXPECT_EQ(multiply(1073741792, 2), largest_size);
  EXPECT_EQ(padded<float>(largest_size), largest_size);
  EXPECT_EQ(add(Dynamic, 2147483647), Dynamic);
  EXPECT_EQ(multiply(2147483647, Dynamic), Dynamic);
  EXPECT_REFUSED(add(2147483583, 2), "a sum of sizes is 2147483585, expected at most 2147483584");
  EXPECT_REFUSED(multiply(65536, 65536), "a product of sizes is 4294967296, expected at most 2147483584");
}

TEST(Sizes, AnEmbeddingHasAtMostAsManyParametersAsAnIntCounts) {
  EXPECT_EQ(Embedding<float>(most_symbols, 128).sizes().parameters, 2147483520);
  EXPECT_REFUSED(Embedding<float>(most_symbols, 129),
                 "an embedding of 16777215 symbols in 129 values has more than 2147483584 parameters");
}

using Recurrent = Lstm<float, Dynamic, Dynamic, Dynamic, MeanSquaredError, Adam,
                       TruncatedBptt<Dynamic, Dynamic>, RecentRehearsal<Dynamic>>;
using Amortized =
    Lstm<float, Dynamic, Dynamic, Dynamic, MeanSquaredError, Adam, AmortizedBptt<Dynamic>, NoRehearsal>;

TEST(Sizes, WindowsAndCapacitiesAreBounded) {
  EXPECT_REFUSED(Recurrent(1, 1, 1, {.credit = {.window = 2147483647}}),
                 "the window is 2147483647, expected at most 1073741823");
  EXPECT_REFUSED(Recurrent(1, 1, 1, {.rehearsal = {.capacity = 2147483647}}),
                 "the capacity of rehearsal is 2147483647, expected at most 1073741823");
  EXPECT_REFUSED(Recurrent(1, 1, 1, {.rehearsal = {.replays = 2147483647}}),
                 "the number of replays is 2147483647, expected at most 1073741823");
  Amortized::Options options;
  options.credit.window = options.credit.stride = 2147483647;
  EXPECT_REFUSED(Amortized(1, 1, 1, options), "the window is 2147483647, expected at most 1073741823");
}

TEST(Sizes, MemoryThatNoMachineHasIsRefused) {
  EXPECT_REFUSED(
      Recurrent(10000, 1, 1, {.credit = {.window = 1000000}, .rehearsal = {.capacity = 1000}}),
      "memory for 1000 times 10000000004 values was asked for, expected at most 274877906944 values");
  using Plain =
      Lstm<double, Dynamic, Dynamic, Dynamic, MeanSquaredError, Sgd, TruncatedBptt<Dynamic>, NoRehearsal>;
  EXPECT_REFUSED(
      Plain(10000, 10, 1, {.credit = {.window = 1000000000}}),
      "memory for 1000000000 times 10144 values was asked for, expected at most 137438953472 values");
  EXPECT_REFUSED((Storage<float, Dynamic>(-1)),
                 "memory for -1 times 1 values was asked for, expected at most 274877906944 values");
  EXPECT_EQ((Storage<float, Dynamic>(0, 1000)).size(), 0);
}

TEST(Sizes, BatchesAreBounded) {
  using Model = Rnn<float, Dynamic, Dynamic, Dynamic, MeanSquaredError, Sgd, TruncatedBptt<16>, NoRehearsal>;
  const Model model(1, 1, 1);
  EXPECT_REFUSED(model.make_batch(0), "the number of streams is 0, expected at least 1");
  EXPECT_REFUSED(model.make_batch(2147483647),
                 "the number of streams is 2147483647, expected at most 1073741823");
  EXPECT_REFUSED(model.make_batch(200000000),
                 "the number of streams times the window is 3200000000, expected at most 2147483584");
}

TEST(Sizes, WhatStandsBesideAModelIsBounded) {
  EXPECT_REFUSED(Lags<float>(100000, 100000),
                 "the number of values of all lags is 10000000000, expected at most 10000000");
  EXPECT_REFUSED(Forecaster<float>(1, {.horizon = 2147483647}),
                 "horizon is 2147483647, expected at least 1 and at most 1000000");
  EXPECT_REFUSED(Rolling<Mae>(2147483647),
                 "the length of a rolling metric is 2147483647, expected at most 1073741823");
}

}  // namespace
}  // namespace eddy::testing
