#include <eddy/core/newest_slot.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
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

/// Slots, and what lies in them: plain numbers. Tests of threads keep this on the heap, because in objects on
/// a function's own stack ThreadSanitizer of clang++ 14 leaves out accesses of that function by an index.
template <int Readers, class T>
struct Shared {
  NewestSlot<Readers> slots{Readers};
  std::array<T, NewestSlot<Readers>::Slots> contents{};

  T& operator[](int slot) { return contents[static_cast<std::size_t>(slot)]; }
};

/// Lets threads take turns by relaxed loads and stores, which order time but no memory. So what one does
/// happens before what the next does by the orders in NewestSlot alone, and ThreadSanitizer reports the plain
/// numbers if one of these is weaker. It cannot tell whether the take releases and the exchange acquires:
/// these bear on which counts the writer sees, and it never shows an old value of an atomic.
class Turns {
 public:
  void await(int turn) const {
    while (turn_.load(std::memory_order_relaxed) != turn) {
      std::this_thread::yield();
    }
  }
  void pass_to(int turn) { turn_.store(turn, std::memory_order_relaxed); }

 private:
  std::atomic<int> turn_{0};
};

// Needs a release in the exchange, and an acquire in the take.
TEST(NewestSlot, WhatWasWrittenHappensBeforeItIsTaken) {
  const auto shared = std::make_unique<Shared<1, int>>();
  auto& slots = shared->slots;
  Turns turns;
  std::thread reader([&] {
    turns.await(1);
    EXPECT_EQ((*shared)[slots.take()], 7);
  });
  const int slot = slots.writable();
  (*shared)[slot] = 7;
  slots.publish(slot);
  turns.pass_to(1);
  reader.join();
}

// Needs a release in the return, and an acquire in the writer's look at it. The reader takes nothing more,
// which would release its reads, too.
TEST(NewestSlot, WhatWasReadHappensBeforeItIsWrittenAgain) {
  const auto shared = std::make_unique<Shared<1, int>>();
  auto& slots = shared->slots;
  Turns turns;
  int held = 0;
  std::thread reader([&] {
    held = slots.take();
    turns.pass_to(1);
    turns.await(2);
    EXPECT_EQ((*shared)[held], 0);
    slots.give_back(held);
    turns.pass_to(3);
  });
  turns.await(1);
  slots.publish(slots.writable());
  slots.publish(slots.writable());
  turns.pass_to(2);
  turns.await(3);
  const int slot = slots.writable();
  (*shared)[slot] = 7;
  slots.publish(slot);
  reader.join();
  EXPECT_EQ(slot, held) << "all others were written since";
}

// Each slot holds two plain numbers that belong together.
TEST(NewestSlot, NothingIsTornBetweenThreads) {
  constexpr int readers = 3, publications = 200000;
  const auto shared = std::make_unique<Shared<readers, std::array<std::int64_t, 2>>>();
  auto& slots = shared->slots;
  std::array<int, readers> torn{}, back{}, seen{};
  std::vector<std::thread> threads;
  for (std::size_t reader = 0; reader < readers; ++reader) {
    threads.emplace_back([&, reader] {
      for (std::int64_t latest = 0; latest < publications;) {
        const int slot = slots.take();
        const auto& pair = (*shared)[slot];
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
    (*shared)[slot] = {version, -version};
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
