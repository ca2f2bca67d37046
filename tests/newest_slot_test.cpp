#include <eddy/core/newest_slot.hpp>

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

template class eddy::NewestSlot<1>;
template class eddy::NewestSlot<eddy::Dynamic>;

namespace eddy::testing {
namespace {

TEST(NewestSlot, TheWriterFindsASlotWhileReadersHoldAsManyAsTheyCan) {
  NewestSlot<3> slots(3);
  std::set<int> held;
  for (int reader = 0; reader < 3; ++reader) {
    held.insert(slots.take());
    slots.publish(slots.writable());
  }
  EXPECT_EQ(held.size(), 3u) << "each holds another publication";
  for (int publication = 0; publication < 100; ++publication) {
    const int slot = slots.writable();
    EXPECT_FALSE(held.contains(slot));
    EXPECT_FALSE(slots.is_newest(slot));
    slots.publish(slot);
    EXPECT_TRUE(slots.is_newest(slot));
  }
}

TEST(NewestSlot, ASlotIsWrittenAgainOnlyWhenAllReadersGaveItBack) {
  NewestSlot<2> slots(2);
  const int first = slots.take();
  EXPECT_EQ(slots.take(), first);
  const auto is_reused = [&] {
    for (int publication = 0; publication < 8; ++publication) {
      const int slot = slots.writable();
      if (slot == first) {
        return true;
      }
      slots.publish(slot);
    }
    return false;
  };
  EXPECT_FALSE(is_reused());
  slots.give_back(first);
  EXPECT_FALSE(is_reused());
  slots.give_back(first);
  EXPECT_TRUE(is_reused());
}

TEST(NewestSlot, VersionsCountPublications) {
  NewestSlot<Dynamic> slots(1);
  EXPECT_EQ(slots.version(slots.take()), 0);
  slots.give_back(0);
  EXPECT_EQ(slots.publish(slots.writable()), 1);
  EXPECT_EQ(slots.publish(slots.writable()), 2);
  EXPECT_EQ(slots.version(slots.take()), 2);
}

// More takes of one publication than 16 bits count, as by readers that come and go.
TEST(NewestSlot, CountersMayRunOver) {
  NewestSlot<2> slots(2);
  const int held = slots.take();
  for (int take = 0; take < 0x10000 + 1; ++take) {
    ASSERT_EQ(slots.take(), held) << "after " << take;
    slots.give_back(held);
  }
  for (int publication = 0; publication < 8; ++publication) {
    const int slot = slots.writable();
    ASSERT_NE(slot, held) << "one reader holds it still";
    slots.publish(slot);
  }
  slots.give_back(held);
  bool reused = false;
  for (int publication = 0; publication < 8; ++publication) {
    const int slot = slots.writable();
    reused |= slot == held;
    slots.publish(slot);
  }
  EXPECT_TRUE(reused);
}

TEST(NewestSlot, RefusesNumbersOfReadersThatItCannotCount) {
  EXPECT_THROW(NewestSlot<Dynamic>(0), std::invalid_argument);
  EXPECT_THROW(NewestSlot<Dynamic>(0xffff), std::invalid_argument);
  EXPECT_THROW(NewestSlot<2>(3), std::invalid_argument);
}

// Each slot holds two plain numbers that belong together.
TEST(NewestSlot, NothingIsTornBetweenThreads) {
  constexpr int readers = 3, publications = 200000;
  NewestSlot<readers> slots(readers);
  std::array<std::array<std::int64_t, 2>, NewestSlot<readers>::Slots> contents{};
  std::array<int, readers> torn{}, back{}, seen{};
  std::vector<std::thread> threads;
  for (std::size_t reader = 0; reader < readers; ++reader) {
    threads.emplace_back([&, reader] {
      for (std::int64_t latest = 0; latest < publications;) {
        const int slot = slots.take();
        const auto& pair = contents[static_cast<std::size_t>(slot)];
        torn[reader] += pair[0] != slots.version(slot) || pair[1] != -pair[0];
        back[reader] += pair[0] < latest;
        seen[reader] += pair[0] != latest;
        latest = pair[0];
        slots.give_back(slot);
      }
    });
  }
  for (std::int64_t version = 1; version <= publications; ++version) {
    const int slot = slots.writable();
    contents[static_cast<std::size_t>(slot)] = {version, -version};
    slots.publish(slot);
  }
  for (auto& thread : threads) {
    thread.join();
  }
  for (std::size_t reader = 0; reader < readers; ++reader) {
    EXPECT_EQ(torn[reader], 0);
    EXPECT_EQ(back[reader], 0);
    EXPECT_GT(seen[reader], 0);
  }
}

}  // namespace
}  // namespace eddy::testing
