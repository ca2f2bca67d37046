#pragma once
// Which class stands for which byte.

#include <algorithm>
#include <array>
#include <cmath>

namespace text {

/// Numbers bytes in the order in which they first come, so that a text of 65 different characters needs 66
/// classes and not 256. Class 0 announces a byte that has no class yet; which one it is costs as many bits as
/// it takes to pick one of those. Bytes that come when all classes are taken stay without.
class Alphabet {
 public:
  explicit Alphabet(int classes) : classes_(classes) {}

  [[nodiscard]] int class_of(unsigned char byte) const { return class_of_[byte]; }

  /// The bits it takes to say which of the bytes without a class this one is; 0 if it has one.
  [[nodiscard]] double extra_bits(unsigned char byte) const {
    return class_of(byte) == 0 ? std::log2(257 - next_) : 0;
  }

  void add(unsigned char byte) {
    if (class_of(byte) == 0 && next_ < classes_) class_of_[byte] = next_++;
  }

  [[nodiscard]] int size() const { return next_ - 1; }

 private:
  int classes_, next_ = 1;
  std::array<int, 256> class_of_{};
};

}  // namespace text
