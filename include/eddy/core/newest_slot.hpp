#pragma once

#include <eddy/core/storage.hpp>

#include <atomic>
#include <cstdint>

namespace eddy {

/// Says which of R + 2 slots holds what was published last, where one thread writes and at most R readers,
/// each on a thread of its own, read: all of them wait-free. What lies in the slots is the caller's.
///
/// It is the atomic (1, N) register "anonymous readers counting" of Ianni, Pellegrini & Quaglia 2017,
/// doi:10.1109/CLUSTER.2017.84, arXiv:1707.07478, in the variant where a reader keeps its slot until there is
/// a newer one. One atomic word holds the newest slot and how often it was taken. A reader takes it by a
/// single fetch_add, which tells it the slot and counts it in, and gives it back by a fetch_add on that
/// slot's own counter. When the writer puts another slot in the word, it gets the final count of the old one:
/// that slot is free as soon as as many readers have given it back.
///
/// Why the writer finds a free slot in one round. A reader gives back the slot that it holds before it takes
/// the next, so R readers hold at most R slots; of R + 2, one is the newest and one at least is free. That is
/// so in the writer's view, too: a take releases the return before it, and the exchange, which reads the
/// count, acquires all takes counted in it, because read-modify-writes continue a release sequence. So
/// whoever was seen to take a slot was seen to give back all earlier ones.
///
/// Why nothing is torn. A slot is written only while it is not in the word, so that nobody can take it, and
/// after every reader that took it has given it back: the writer acquires those returns. What it then
/// writes, the exchange releases to whoever takes the slot.
///
/// Why a glance at the word suffices. A slot that a reader holds is not written, so if the word names it, it
/// is the same publication as when it was taken; the glance reads nothing else, and may be relaxed. If the
/// thread knows of a publication by other means (it happens before), it sees it or a newer one.
///
/// Why counters may run over. Each is a number modulo 2^16, and the count stands above the slot in the word,
/// so that its carry is lost. Taken minus given back is the number of readers that hold the slot now, at
/// most R < 2^16: it is 0 modulo 2^16 only if it is 0.
template <int Readers>
class NewestSlot {
  // It names Readers, so that nothing is asked of a processor on which nothing is published.
  static_assert(Readers == 0 || std::atomic<std::uint32_t>::is_always_lock_free,
                "publishing needs atomic words of 32 bits without locks");

 public:
  /// Counts what was written, from 1.
  using Version = std::int64_t;
  static constexpr int most_readers = 0xffff - 1;  ///< so that R + 2 slots have numbers of 16 bits
  /// How many slots there are, or `Dynamic`.
  static constexpr int Slots = add(Readers, 2);

  /// Slot 0 is the newest, at version 0.
  explicit NewestSlot(int readers) : slots_(checked(readers) + 2) {}

  /// How many slots there are.
  int count() const { return static_cast<int>(slots_.size()); }

  /// For the writer: a slot that nobody reads; it looks at each once at most.
  int writable() const {
    for (int ahead = 1; ahead < count(); ++ahead) {
      const int slot = (written_ + ahead) % count();
      const Slot& at = slots_.data()[slot];
      if (at.taken == static_cast<std::uint16_t>(at.given_back.load(std::memory_order_acquire))) {
        return slot;
      }
    }
    fail("more readers hold a slot than were announced");
  }

  /// For the writer: what it wrote to a writable slot is the newest from here on. Returns its version,
  /// counted from 1.
  Version publish(int slot) {
    slots_.data()[slot].version = ++version_;
    const std::uint32_t before =
        newest_.exchange(static_cast<std::uint32_t>(slot), std::memory_order_acq_rel);
    std::uint16_t& taken = slots_.data()[written_].taken;
    taken = static_cast<std::uint16_t>(taken + (before >> 16));
    written_ = slot;
    return version_;
  }

  /// For a reader that holds no slot: takes the newest, and holds it until it gives it back.
  int take() { return static_cast<int>(newest_.fetch_add(one_reader, std::memory_order_acq_rel) & 0xffff); }

  /// For a reader: it is done with the slot.
  void give_back(int slot) { slots_.data()[slot].given_back.fetch_add(1, std::memory_order_release); }

  /// For a reader that holds the slot.
  bool is_newest(int slot) const {
    return static_cast<int>(newest_.load(std::memory_order_relaxed) & 0xffff) == slot;
  }
  /// Which writing a slot holds.
  Version version(int slot) const { return slots_.data()[slot].version; }

 private:
  static constexpr std::uint32_t one_reader = 0x10000;

  static int checked(int readers) {
    check_fixed<Readers>("the number of readers", readers);
    if (readers > most_readers) {
      fail("the number of readers is ", readers, ", expected at most ", most_readers);
    }
    return readers;
  }

  struct alignas(alignment) Slot {
    std::atomic<std::uint32_t> given_back{0};  ///< of its lower half
    std::uint16_t taken = 0;                   ///< while it is not the newest; the writer's
    Version version = 0;
  };

  Storage<Slot, Slots> slots_;
  alignas(alignment) std::atomic<std::uint32_t> newest_{0};  ///< how often it was taken, its slot
  alignas(alignment) int written_ = 0;                       ///< the writer's own copy of the newest slot
  Version version_ = 0;
};

}  // namespace eddy
