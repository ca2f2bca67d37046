#pragma once

#include <eddy/core/shape.hpp>

#include <cstddef>
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
  explicit Storage(Index) {}

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
  explicit Storage(Index) {}

  /// How many values there are.
  static constexpr Index size() { return 0; }
  /// The first value.
  T* data() { return nullptr; }
  /// The first value, to be read only.
  const T* data() const { return nullptr; }
};

/// Values in one heap block.
template <class T>
class Storage<T, Dynamic> {
 public:
  /// Allocates `size` values.
  explicit Storage(Index size) : values_(static_cast<std::size_t>(size)) {}

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
