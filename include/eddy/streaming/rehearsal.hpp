#pragma once

#include <eddy/core/layer.hpp>
#include <eddy/core/storage.hpp>

#include <algorithm>
#include <concepts>
#include <cstdint>

namespace eddy {

/// Refuses a negative number of replays, and a capacity that is not what the type fixes.
template <int Capacity>
void check_rehearsal(int replays, int capacity) {
  check_fixed<Capacity>("the capacity of rehearsal", capacity);
  if (replays < 0) {
    fail("the number of replays is ", replays, ", expected at least 0");
  }
  if (replays > largest_count) {
    fail("the number of replays is ", replays, ", expected at most ", largest_count);
  }
}

/// Learns from each sample once, when it comes.
struct NoRehearsal {
  static constexpr const char* kind = "NoRehearsal";
  static constexpr int Capacity = 0;
  /// No window is rehearsed.
  static constexpr int replays = 0;
  /// There is nothing to refuse.
  static constexpr void check() {}
};

/// Keeps a uniform random sample of all windows so far: Vitter's algorithm R (1985, doi:10.1145/3147.3165);
/// each past window is in it with the same probability.
template <int Capacity_>
struct ReservoirRehearsal {
  static constexpr const char* kind = "ReservoirRehearsal";
  static constexpr int Capacity = Capacity_;

  int replays = 2;                         ///< windows rehearsed beside each update; 0 switches rehearsal off
  int capacity = fixed_or(Capacity, 200);  ///< windows kept

  /// Throws unless replays ≥ 0, and the capacity is what the type fixes.
  void check() const { check_rehearsal<Capacity>(replays, capacity); }

  /// The place of the newest of `seen` windows, or `capacity` if it is not kept.
  static std::int64_t place(std::int64_t seen, int capacity, Random& random) {
    if (seen <= capacity) {
      return seen - 1;
    }
    return (std::min)(static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(seen))),
                      std::int64_t{capacity});
  }
};

/// Keeps the most recent windows.
template <int Capacity_>
struct RecentRehearsal {
  static constexpr const char* kind = "RecentRehearsal";
  static constexpr int Capacity = Capacity_;

  int replays = 2;                         ///< windows rehearsed beside each update; 0 switches rehearsal off
  int capacity = fixed_or(Capacity, 200);  ///< windows kept

  /// Throws unless replays ≥ 0, and the capacity is what the type fixes.
  void check() const { check_rehearsal<Capacity>(replays, capacity); }

  /// The place of the newest of `seen` windows.
  static std::int64_t place(std::int64_t seen, int capacity, Random&) { return (seen - 1) % capacity; }
};

/// Which past windows are kept, and how many of them are learned from beside each new sample: the incremental
/// learning by samples, beside that by parameters (Robins 1995, doi:10.1080/09540099550039318; Chaudhry et
/// al. 2019, arXiv:1902.10486).
///
/// Each update offers a window: the steps up to the newest whose label it learned from, as they were, with
/// those labels that had come by then, of some of the tasks maybe, for its newest `stride` steps. Later
/// labels do not change a window that is kept; the update that they bring offers another, with all labels of
/// its steps so far. Rehearsed are thus the labels of all tasks, however late, with a stride of 1; with a
/// longer one those that lie within a stride of the newest of their update.
template <class R>
concept Rehearsal = requires(const R& rehearsal) {
  { R::Capacity } -> std::convertible_to<int>;
  { rehearsal.replays } -> std::convertible_to<int>;
}
&&(R::Capacity == 0 || requires(const R& rehearsal, Random& random) {
  { rehearsal.capacity } -> std::convertible_to<int>;
  { R::place(std::int64_t{1}, 1, random) } -> std::same_as<std::int64_t>;
});

}  // namespace eddy
