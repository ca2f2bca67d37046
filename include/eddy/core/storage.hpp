#pragma once

#include <eddy/core/shape.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <new>
#include <vector>

namespace eddy {

/// Allocates on cache lines, the same way in every translation unit.
template <class T>
struct AlignedAllocator {
  /// What it allocates.
  using value_type = T;

  AlignedAllocator() = default;
  /// Allocators of all types are equal.
  template <class Other>
  AlignedAllocator(const AlignedAllocator<Other>&) {}

  /// Memory for `count` values, on a cache line.
  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{alignment}));
  }
  /// Gives back what `allocate` gave.
  void deallocate(T* memory, std::size_t) { ::operator delete (memory, std::align_val_t{alignment}); }

  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
};

/// `Size` zero-initialised values on cache lines: inside the object when `Size` is fixed (of any size:
/// Eigen's own static objects stop at 128 KiB), in one heap block when it is `Dynamic`. Copies are deep.
template <class T, int Size>
class Storage {
 public:
  Storage() = default;
  /// The size is that of the type.
  explicit Storage(std::int64_t, std::int64_t = 1) {}

  /// How many values there are.
  static constexpr Index size() { return Size; }
  /// The first value.
  T* data() { return values_; }
  /// The first value, to be read only.
  const T* data() const { return values_; }

 private:
  alignas(alignment) T values_[static_cast<std::size_t>(Size)] = {};
};

/// No values at all, and no room for them.
template <class T>
class Storage<T, 0> {
 public:
  Storage() = default;
  /// The size is that of the type.
  explicit Storage(std::int64_t, std::int64_t = 1) {}

  /// How many values there are.
  static constexpr Index size() { return 0; }
  /// The first value.
  T* data() { return nullptr; }
  /// The first value, to be read only.
  const T* data() const { return nullptr; }
};

/// The largest block on the heap, a terabyte: whoever asks for more has a size that went wrong.
inline constexpr std::int64_t largest_block =
    sizeof(Index) < 8 ? std::int64_t{(std::numeric_limits<Index>::max)()} : std::int64_t{1} << 40;

/// The number of values in `count` parts of `each`; refuses more than the largest block has room for.
template <class T>
std::size_t checked_block(std::int64_t count, std::int64_t each) {
  constexpr std::int64_t most = largest_block / std::int64_t{sizeof(T)};
  if (count < 0 || each < 0 || (each > 0 && count > most / each)) {
    fail("memory for ", count, " times ", each, " values was asked for, expected at most ", most, " values");
  }
  return static_cast<std::size_t>(count * each);
}

/// Values in one heap block; none after the storage was moved from.
template <class T>
class Storage<T, Dynamic> {
 public:
  /// Allocates `count` parts of `each` values; refuses more than `largest_block` bytes.
  explicit Storage(std::int64_t count, std::int64_t each = 1) : values_(checked_block<T>(count, each)) {}

  /// How many values there are.
  Index size() const { return static_cast<Index>(values_.size()); }
  /// The first value.
  T* data() { return values_.data(); }
  /// The first value, to be read only.
  const T* data() const { return values_.data(); }

 private:
  std::vector<T, AlignedAllocator<T>> values_;
};

/// A truth value that `Storage` can hold side by side with others, each in memory of its own.
struct Flag {
  bool is = false;  ///< the value
};

/// Hands out the named parts of a block of memory, one after the other.
template <class Scalar>
class Slicer {
 public:
  /// Begins at the first part.
  explicit Slicer(Scalar* memory) : next_(memory) {}

  /// The next `size` values.
  VectorView<Scalar> vector(int size) {
    const VectorView<Scalar> view(next_, size);
    next_ += size;
    return view;
  }

 private:
  Scalar* next_;
};

}  // namespace eddy
