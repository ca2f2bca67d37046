#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/core/layer.hpp>
#include <eddy/core/storage.hpp>

#include <cmath>
#include <cstdint>
#include <limits>

namespace eddy {

/// The largest number of symbols of an embedding: a float still holds their indices exactly.
inline constexpr int most_symbols = 1 << 24;

/// A number of symbols that the type fixes: takes no room, and refuses any other value.
template <int Symbols>
class SymbolCount {
  static_assert(Symbols > 0 && Symbols <= most_symbols, "an embedding has 1 to 16777216 symbols");

 public:
  constexpr SymbolCount() = default;
  constexpr SymbolCount(int symbols) { check_fixed<Symbols>("symbols", symbols); }
  constexpr operator int() const { return Symbols; }
};

/// A number of symbols given at run time.
template <>
class SymbolCount<Dynamic> {
 public:
  SymbolCount(int symbols) : symbols_(symbols) {
    if (symbols < 1 || symbols > most_symbols) {
      fail("the number of symbols is " + std::to_string(symbols) + ", expected 1 to " +
           std::to_string(most_symbols));
    }
  }
  constexpr operator int() const { return symbols_; }

 private:
  int symbols_;
};

/// A vector for each symbol, y = E[:, x]: the product of a matrix with a one-hot vector, at the cost of a
/// column (Bengio et al. 2003, A Neural Probabilistic Language Model).
///
/// The ONE input x is the index of a symbol, 0 … Symbols − 1, as a number; dL/dx is 0. Anything else, 2.5 or
/// −1 or Symbols, gives NaN, and so what an input that is not finite gives: under a layer with memory the
/// step becomes a gap. Parameters: E [Width, Symbols], column-major. No state. Initial weights: uniform, of
/// unit variance, as a one-hot vector has but one input that is not 0. `gradient` zeroes all of dE, then adds
/// the columns of the symbols in the window.
template <class Scalar_, int Symbols = Dynamic, int Width = Dynamic>
class Embedding {
 public:
  using Scalar = Scalar_;
  static constexpr bool recurrent = false;

  static constexpr LayerSizes sizes(int symbols, int width) {
    return {.inputs = 1,
            .outputs = width,
            .parameters = symbols * width,
            .state = 0,
            .column = padded<Scalar>(width + 1)};
  }
  static constexpr LayerSizes Sizes =
      Symbols == Dynamic || Width == Dynamic ? LayerSizes{1, Width} : sizes(Symbols, Width);

  Embedding() = default;
  Embedding(int symbols, int width) : symbols_(symbols), width_("outputs", width) {
    if (std::int64_t{symbols} * width > (std::numeric_limits<int>::max)()) {
      fail("an embedding of " + std::to_string(symbols) + " symbols in " + std::to_string(width) +
           " values has more than 2147483647 parameters");
    }
  }

  LayerSizes sizes() const { return sizes(symbols_, width_); }

  const Scalar* forward(const Scalar* parameters, const Scalar* x, Scalar*, Scalar* column) const {
    auto tape = Tape<Scalar>(*this, column);
    tape.symbol = is_symbol(*x) ? *x : Scalar(-1);
    if (is_symbol(*x)) {
      tape.values = VectorView<const Scalar>(parameters + offset(*x), width_);
    } else {
      tape.values.setConstant(not_a_number<Scalar>);
    }
    return tape.values.data();
  }

  bool backward(const Scalar*, Scalar* column, Scalar*, const Scalar* output_error,
                Scalar* input_error) const {
    auto tape = Tape<Scalar>(*this, column);
    if (!output_error) {
      tape.values.setZero();
      return false;
    }
    // y = E[:, x]
    tape.values = VectorView<const Scalar>(output_error, width_);
    if (input_error) {
      *input_error = 0;
    }
    return true;
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    if (!accumulate) {
      VectorView<Scalar>(gradient, sizes().parameters).setZero();
    }
    for_each_touched(sweep, [&](Index begin, const VectorView<const Scalar>& error) {
      VectorView<Scalar>(gradient + begin, width_) += error;
    });
  }

  /// Calls `visit(begin, error)` for each step of the sweep whose symbol is to learn: its column of E is the
  /// `Width` parameters from `begin` on. A symbol that came twice is visited twice.
  template <class Visit>
  void for_each_touched(const Sweep<Scalar>& sweep, Visit&& visit) const {
    sweep.with_error.for_each_run([&](int first, int count) {
      for (int slot = first; slot < first + count; ++slot) {
        const auto tape = Tape<const Scalar>(*this, sweep.tape + Index{slot} * sweep.stride);
        if (tape.symbol >= 0) {
          visit(offset(tape.symbol), tape.values);
        }
      }
    });
  }

  void restore(const Scalar*, Scalar*) const {}

  void initialize(Scalar* parameters, Random& random) const {
    for (int i = 0; i < sizes().parameters; ++i) {
      parameters[i] = static_cast<Scalar>(random.uniform(std::sqrt(3.0)));
    }
  }

  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    visit("weight", parameters, width_, symbols_);
  }

 private:
  /// What one step leaves for backward.
  template <class Memory>
  struct Tape {
    Tape(const Embedding& layer, Memory* column)
        : values(column, layer.width_), symbol(column[static_cast<int>(layer.width_)]) {}

    VectorView<Memory> values;  // y, and, when that has gone up, dL/dy
    Memory& symbol;             // −1: x was no symbol
  };

  /// Whether x is the index of a symbol: false for NaN, too.
  bool is_symbol(Scalar x) const {
    return is_finite(x) && x >= 0 && x < static_cast<Scalar>(static_cast<int>(symbols_)) &&
           x == static_cast<Scalar>(static_cast<int>(x));
  }

  Index offset(Scalar symbol) const { return static_cast<Index>(symbol) * width_; }

  [[no_unique_address]] SymbolCount<Symbols> symbols_;
  [[no_unique_address]] Extent<Width> width_;
};

}  // namespace eddy
