#include "support/state.hpp"

#include <eddy/core/random.hpp>
#include <eddy/streaming/ordered_window.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>
#include <vector>

template class eddy::OrderedWindow<5>;
template class eddy::OrderedWindow<>;

namespace eddy::testing {
namespace {

TEST(OrderedWindow, HasTheNewestNumbersInOrder) {
  OrderedWindow<> window(7), other(7);
  std::vector<double> all;
  Random random(1);
  for (int t = 0; t < 300; ++t) {
    all.push_back(static_cast<double>(random.below(10)));  // many are equal
    window.add(all.back());
    std::vector<double> newest(all.end() - (std::min)(t + 1, 7), all.end());
    std::sort(newest.begin(), newest.end());
    ASSERT_EQ(std::vector<double>(window.ordered().begin(), window.ordered().end()), newest);
    if (t == 150) {
      copy_state(window, other);
    } else if (t > 150) {
      other.add(all.back());
      ASSERT_EQ(other[3], window[3]);
    }
  }
  window.reset();
  EXPECT_EQ(window.size(), 0);
  EXPECT_THROW(OrderedWindow<>(0), std::invalid_argument);
  EXPECT_THROW(OrderedWindow<5>(6), std::invalid_argument);
}

}  // namespace
}  // namespace eddy::testing
