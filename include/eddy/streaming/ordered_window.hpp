#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/storage.hpp>

#include <algorithm>
#include <cstdint>
#include <vector>

namespace eddy {

/// Numbers in ascending order, `Capacity` of them at most. Putting one in or taking one out moves those above
/// it.
template <int Capacity = Dynamic>
class OrderedNumbers {
 public:
  /// Allocates where the capacity is known at run time only.
  explicit OrderedNumbers(int capacity)
      : capacity_((check_fixed<Capacity>("the capacity of ordered numbers", capacity), capacity)),
        numbers_(capacity) {}

  int capacity() const { return capacity_; }
  /// How many numbers there are.
  int size() const { return size_; }
  /// The least number.
  const double* begin() const { return numbers_.data(); }
  /// Behind the largest.
  const double* end() const { return numbers_.data() + size_; }
  /// The number of a rank, from 0.
  double operator[](int rank) const { return numbers_.data()[rank]; }

  /// There must be room for it.
  void insert(double number) {
    double* const place = std::upper_bound(numbers_.data(), numbers_.data() + size_, number);
    std::copy_backward(place, numbers_.data() + size_, numbers_.data() + size_ + 1);
    *place = number;
    ++size_;
  }

  /// One that is equal to it must be there.
  void erase(double number) {
    double* const place = std::lower_bound(numbers_.data(), numbers_.data() + size_, number);
    std::copy(place + 1, numbers_.data() + size_, place);
    --size_;
  }

  /// Whether these numbers, in any order, are all that there are.
  bool are(std::vector<double> numbers) const {
    std::sort(numbers.begin(), numbers.end());
    return std::equal(begin(), end(), numbers.begin(), numbers.end());
  }

  void reset() { size_ = 0; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("size", self.size_);
    visit("numbers", self.numbers_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return size_ >= 0 && size_ <= capacity_ && std::none_of(begin(), end(), is_nan<double>) &&
           std::is_sorted(begin(), end());
  }

 private:
  int capacity_, size_ = 0;
  Storage<double, Capacity> numbers_;
};

/// The newest `Length` numbers of a stream, in ascending order.
template <int Length = Dynamic>
class OrderedWindow {
 public:
  /// A length by the type.
  OrderedWindow() requires(Length != Dynamic) : OrderedWindow(Length) {}

  /// Allocates where the length is known at run time only. Throws if it is below 1, or not what the type
  /// fixes.
  explicit OrderedWindow(int length) : ordered_(length), ring_(length) {}

  int length() const { return ordered_.capacity(); }

  /// How many there are: `length()`, once so many have come.
  int size() const { return ordered_.size(); }

  /// The number of that rank, from 0, the smallest, to `size()` − 1.
  double operator[](int rank) const { return ordered_[rank]; }
  /// Its numbers, from the least to the largest.
  const OrderedNumbers<Length>& ordered() const { return ordered_; }
  /// One of its numbers by when it came: 0 is the newest.
  double newest(int back) const { return ring_.data()[(count_ - 1 - back) % length()]; }
  /// How many numbers have come, those that have left included.
  std::int64_t count() const { return count_; }

  /// Takes a finite number in; the oldest leaves.
  void add(double number) {
    double& slot = ring_.data()[count_ % length()];
    if (size() == length()) {
      ordered_.erase(slot);
    }
    slot = number;
    ordered_.insert(number);
    ++count_;
  }

  void reset() {
    ordered_.reset();
    count_ = 0;
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("ordered", self.ordered_);
    visit("ring", self.ring_);
    visit("count", self.count_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return is_count(count_) && size() == (std::min)(count_, std::int64_t{length()}) &&
           ordered_.are({ring_.data(), ring_.data() + size()});
  }

 private:
  OrderedNumbers<Length> ordered_;
  Storage<double, Length> ring_;
  std::int64_t count_ = 0;
};

}  // namespace eddy
