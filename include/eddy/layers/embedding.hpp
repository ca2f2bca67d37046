#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/core/kernels.hpp>
#include <eddy/core/touched.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace eddy {

/// The largest number of symbols of an embedding: a float still holds their indices exactly.
inline constexpr int most_symbols = (1 << 24) - 1;

/// A number of symbols that the type fixes: takes no room, and refuses any other value.
template <int Symbols>
class SymbolCount {
  static_assert(Symbols > 0 && Symbols <= most_symbols, "an embedding has 1 to 16777215 symbols");

 public:
  constexpr SymbolCount() = default;
  /// Refuses any other number.
  constexpr SymbolCount(int symbols) { check_fixed<Symbols>("symbols", symbols); }
  constexpr operator int() const { return Symbols; }
};

/// A number of symbols given at run time.
template <>
class SymbolCount<Dynamic> {
 public:
  SymbolCount(int symbols) : symbols_(symbols) {
    if (symbols < 1 || symbols > most_symbols) {
      fail("the number of symbols is ", symbols, ", expected 1 to ", most_symbols);
    }
  }
  constexpr operator int() const { return symbols_; }

 private:
  LiveSize symbols_;
};

/// A vector for each symbol, y = E[:, x]: the product of a matrix with a one-hot vector, at the cost of a
/// column (Bengio et al. 2003, A Neural Probabilistic Language Model).
///
/// The ONE input x is the index of a symbol, 0 … Symbols − 1, as a number; dL/dx is 0. Anything else, 2.5 or
/// −1 or Symbols, gives NaN, and so what an input that is not finite gives: under a layer with memory the
/// step becomes a gap. Parameters: E [Width, Symbols], column-major. No state. Initial weights: uniform, of
/// unit variance, as a one-hot vector has but one input that is not 0.
///
/// The layer is sparse: an update visits the columns of the symbols in the window, and no others. With `Sgd`
/// the result is that of visiting all. The moments of other optimizers rest while their symbol is away, as in
/// what others call lazy or sparse Adam: neither do they decay, nor do they move the weights on; the
/// corrections of bias count all updates. Weight decay, too, reaches a column only with its symbol.
template <class Scalar_, int Symbols = Dynamic, int Width = Dynamic>
class Embedding {
 public:
  static constexpr const char* kind = "Embedding";
  using Scalar = Scalar_;
  static constexpr bool recurrent = false;
  static constexpr int SparseColumns = Symbols;

  static constexpr LayerSizes sizes(int symbols, int width) {
    return {.inputs = 1,
            .outputs = width,
            .parameters = symbols * width,  // fits, as the constructor or the type has seen
            .state = 0,
            .column = padded<Scalar>(width + 1)};
  }
  static constexpr LayerSizes Sizes = [] {
    if constexpr (Symbols == Dynamic || Width == Dynamic) {
      return LayerSizes{1, Width};
    } else {
      constexpr bool fits = std::int64_t{Symbols} * Width <= largest_size;
      static_assert(fits, "an embedding has more parameters than an int counts");
      return sizes(fits ? Symbols : 1, Width);
    }
  }();

  Embedding() = default;
  Embedding(int symbols, int width) : symbols_(symbols), width_("outputs", width) {
    if (std::int64_t{symbols} * width > largest_size) {
      fail("an embedding of ", symbols, " symbols in ", width, " values has more than ", largest_size,
           " parameters");
    }
  }

  LayerSizes sizes() const { return sizes(symbols_, width_); }

  template <class Streams>
  Columns<const Scalar> forward(const Scalar* parameters, Columns<const Scalar> x, Columns<Scalar>,
                                Columns<Scalar> tape, Streams streams) const {
    const Tape<Scalar> column(*this, tape.data);
    for (int s = 0; s < streams; ++s) {
      const Scalar symbol = *x.column(s);
      Scalar* const values = column.values + s * tape.stride;
      column.mark[s * tape.stride] = is_symbol(symbol) ? symbol + 1 : Scalar(0);
      if (is_symbol(symbol)) {
        std::copy_n(parameters + static_cast<Index>(symbol) * width_, int{width_}, values);
      } else {
        std::fill_n(values, int{width_}, not_a_number<Scalar>);
      }
    }
    return {column.values, tape.stride};
  }

  template <class Streams>
  bool backward(const Scalar*, Columns<Scalar> tape, Columns<Scalar>, Columns<const Scalar> output_error,
                Columns<Scalar> input_error, Streams streams) const {
    const Tape<Scalar> column(*this, tape.data);
    for (int s = 0; s < streams; ++s) {
      Scalar* const values = column.values + s * tape.stride;
      if (!output_error) {
        std::fill_n(values, int{width_}, Scalar(0));
        continue;
      }
      // y = E[:, x]
      std::copy_n(output_error.column(s), int{width_}, values);
      if (input_error) {
        *input_error.column(s) = 0;
      }
    }
    return static_cast<bool>(output_error);
  }

  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool) const {
    for_each_symbol(sweep, [&](int symbol, const Scalar* error) {
      add_to<Scalar>({gradient + Index{symbol} * width_, 0}, {error, 0}, width_);
    });
  }

  int sparse_columns() const { return symbols_; }
  template <class Visit>
  void visit_blocks(Visit&& visit) const {
    visit(Index{0}, Index{width_}, int{symbols_});
  }
  template <class Visit>
  void touched(const Sweep<Scalar>& sweep, Visit&& visit) const {
    for_each_symbol(sweep, [&](int symbol, const Scalar*) { visit(symbol); });
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
    Tape(const Embedding& layer, Memory* column) : values(column), mark(values + layer.width_) {}

    Memory* values;  // y, and, when that has gone up, dL/dy
    Memory* mark;    // x + 1; 0 where x was no symbol, and in a gap
  };

  /// Calls visit(symbol, error) for each step of the sweep that had one.
  template <class Visit>
  void for_each_symbol(const Sweep<Scalar>& sweep, Visit&& visit) const {
    sweep.with_error.for_each_run([&](int first, int count) {
      for (int slot = first; slot < first + count; ++slot) {
        const Tape<const Scalar> column(*this, sweep.tape + Index{slot} * sweep.stride);
        if (*column.mark >= 1 && *column.mark <= static_cast<Scalar>(int{symbols_})) {
          visit(static_cast<int>(*column.mark) - 1, column.values);
        }
      }
    });
  }

  /// Whether x is the index of a symbol: false for NaN, too.
  bool is_symbol(Scalar x) const {
    return is_finite(x) && x >= 0 && x < static_cast<Scalar>(int{symbols_}) &&
           x == static_cast<Scalar>(static_cast<int>(x));
  }

  [[no_unique_address]] SymbolCount<Symbols> symbols_;
  [[no_unique_address]] Extent<Width> width_;
};

}  // namespace eddy
