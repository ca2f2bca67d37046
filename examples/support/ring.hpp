#pragma once

#include <array>
#include <atomic>
#include <cstddef>

namespace example {

/// A queue from one thread to one other, of fixed capacity: neither ever waits. Each side owns one counter of
/// all that passed it; the reader sees what was written before the counter it reads (release, acquire).
template <class T, std::size_t Capacity>
class Ring {
  static_assert((Capacity & (Capacity - 1)) == 0, "counters run over, so the capacity is a power of 2");

 public:
  /// False if the ring is full: the value is lost.
  bool push(const T& value) noexcept {
    const std::size_t at = written_.load(std::memory_order_relaxed);
    if (at - read_.load(std::memory_order_acquire) == Capacity) {
      return false;
    }
    values_[at % Capacity] = value;
    written_.store(at + 1, std::memory_order_release);
    return true;
  }

  /// False if the ring is empty.
  bool pop(T& value) noexcept {
    const std::size_t at = read_.load(std::memory_order_relaxed);
    if (at == written_.load(std::memory_order_acquire)) {
      return false;
    }
    value = values_[at % Capacity];
    read_.store(at + 1, std::memory_order_release);
    return true;
  }

  /// How many values wait.
  std::size_t size() const noexcept {
    const std::size_t read = read_.load(std::memory_order_acquire);
    return written_.load(std::memory_order_acquire) - read;
  }

 private:
  std::array<T, Capacity> values_{};
  alignas(64) std::atomic<std::size_t> written_{0};
  alignas(64) std::atomic<std::size_t> read_{0};
};

}  // namespace example
