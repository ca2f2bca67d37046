#pragma once

#include "action.hpp"

#include <string>
#include <vector>

namespace eddy::properties {

/// Writes down what is called, as lines of a program; nothing if nobody asks for it.
class Calls {
 public:
  explicit Calls(std::vector<std::string>* lines) : lines_(lines) {}

  explicit operator bool() const { return lines_ != nullptr; }

  /// The definitions of one model, `model`, or of two, `a` and `b`.
  void declare(const Case& own, int models);

  void add(const std::string& line) {
    if (lines_) {
      lines_->push_back(line);
    }
  }

  // Empty where nobody asks.
  std::string values(const Values& x) const;
  std::string matrix(const Values& x, int columns) const;
  std::string label(const Label& y) const;
  std::string mask(const std::vector<char>& mask) const;

 private:
  std::vector<std::string>* lines_;
};

}  // namespace eddy::properties
