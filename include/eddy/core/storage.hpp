#pragma once

#include <eddy/core/shape.hpp>

#include <cstddef>
#include <new>
#include <vector>

namespace eddy {

/// Allocates on cache lines, the same way in every translation unit.
template <class T>
struct AlignedAllocator {
  using value_type = T;

  AlignedAllocator() = default;
  template <class Other>
  AlignedAllocator(const AlignedAllocator<Other>&) {}

  T* allocate(std::size_t count) {
    return static_cast<T*>(::operator new (count * sizeof(T), std::align_val_t{alignment}));
  }
  void deallocate(T* memory, std::size_t) { ::operator delete (memory, std::align_val_t{alignment}); }

  friend bool operator==(const AlignedAllocator&, const AlignedAllocator&) { return true; }
};

/// `Size` zero-initialised values on cache lines: inside the object when `Size` is fixed (of any size:
/// Eigen's own static objects stop at 128 KiB), in one heap block when it is `Dynamic`. Copies are deep.
template <class T, int Size>
class Storage {
 public:
  Storage() = default;
  explicit Storage(Index) {}

  static constexpr Index size() { return Size; }
  T* data() { return values_; }
  const T* data() const { return values_; }

 private:
  alignas(alignment) T values_[static_cast<std::size_t>(Size)] = {};
};

template <class T>
class Storage<T, 0> {
 public:
  Storage() = default;
  explicit Storage(Index) {}

  static constexpr Index size() { return 0; }
  T* data() { return nullptr; }
  const T* data() const { return nullptr; }
};

template <class T>
class Storage<T, Dynamic> {
 public:
  explicit Storage(Index size) : values_(static_cast<std::size_t>(size)) {}

  Index size() const { return static_cast<Index>(values_.size()); }
  T* data() { return values_.data(); }
  const T* data() const { return values_.data(); }

 private:
  std::vector<T, AlignedAllocator<T>> values_;
};

/// A truth value that `Storage` can hold side by side with others, each in memory of its own.
struct Flag {
  bool is = false;
};

/// Hands out the named parts of a block of memory, one after the other.
template <class Scalar>
class Slicer {
 public:
  explicit Slicer(Scalar* memory) : next_(memory) {}

  VectorView<Scalar> vector(int size) {
    const VectorView<Scalar> view(next_, size);
    next_ += size;
    return view;
  }

 private:
  Scalar* next_;
};

}  // namespace eddy
