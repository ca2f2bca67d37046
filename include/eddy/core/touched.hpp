#pragma once

#include <eddy/core/layer.hpp>
#include <eddy/core/storage.hpp>

#include <algorithm>

namespace eddy {

// A layer may have parameters of which a step reads few: the columns of an `Embedding`. Such a layer is
// sparse, and offers beyond what every layer has
//
// - `SparseColumns`, how many such columns it has, and `sparse_columns()` where that is `Dynamic`;
// - `visit_blocks(visit)`: visit(begin, length, columns) for each block of its parameters, in order;
//   `columns` is the number of sparse columns of that length, or 0 for a block that every step needs;
// - `touched(sweep, visit)`: visit(k) for each of its sparse columns that a sweep went through.
//
// Its `gradient` always adds: a learner clears what was touched, and nothing else needs clearing.

/// How many sparse columns a layer has, by its type; 0 for a layer that is not sparse.
template <class L>
constexpr int sparse_columns_at_compile_time() {
  if constexpr (requires { L::SparseColumns; }) {
    return L::SparseColumns;
  } else {
    return 0;
  }
}

/// Whether a layer has sparse columns.
template <class L>
inline constexpr bool is_sparse = sparse_columns_at_compile_time<L>() != 0;

/// How many sparse columns a layer has.
template <class L>
int sparse_columns(const L& layer) {
  if constexpr (sparse_columns_at_compile_time<L>() == Dynamic) {
    return layer.sparse_columns();
  } else {
    return sparse_columns_at_compile_time<L>();
  }
}

// A layer may be frozen: its parameters get no gradient and no update, and are among no blocks. It says so by
// `learns()`, whether any of its parameters are to be learned; a layer that does not say so learns. One of
// which some do and others do not offers `visit_blocks`, too.

/// Whether any parameters of a layer are to be learned.
template <class L>
constexpr bool learns(const L& layer) {
  if constexpr (requires { layer.learns(); }) {
    return layer.learns();
  } else {
    return true;
  }
}

/// Whether error must go back to the steps before those where it entered: not where all that has a memory is
/// frozen, and nothing below it learns.
template <class L>
constexpr bool reaches_back(const L& layer) {
  if constexpr (requires { layer.reaches_back(); }) {
    return layer.reaches_back();
  } else {
    return L::recurrent && learns(layer);
  }
}

/// The blocks of any layer that learns: one that every step needs, unless the layer has others.
template <class L, class Visit>
void visit_blocks(const L& layer, Visit&& visit) {
  constexpr bool has_parts = requires { layer.learns(), layer.visit_blocks(visit); };
  if constexpr (is_sparse<L> || has_parts) {
    layer.visit_blocks(visit);
  } else if (learns(layer) && layer.sizes().parameters > 0) {
    visit(Index{0}, Index{layer.sizes().parameters}, 0);
  }
}

/// The sparse columns of any layer that a sweep went through.
template <class L, class Scalar, class Visit>
void visit_touched(const L& layer, const Sweep<Scalar>& sweep, Visit&& visit) {
  if constexpr (is_sparse<L>) {
    layer.touched(sweep, visit);
  }
}

/// Which parameters have a gradient since the last update: those of every dense block that learns, and the
/// sparse columns that were touched. An update visits no others.
template <Layer Network>
class Touched {
 public:
  /// Nothing is touched yet.
  explicit Touched(const Network& network)
      : is_touched_(sparse_columns(network)), columns_(sparse_columns(network)) {}

  /// Notes the columns that a sweep went through.
  template <class Scalar>
  void note(const Network& network, const Sweep<Scalar>& sweep) {
    visit_touched(network, sweep, [&](int column) {
      if (!is_touched_.data()[column].is) {
        is_touched_.data()[column].is = true;
        columns_.data()[count_++] = column;
      }
    });
  }

  /// Sets the gradient of what was touched to zero, and forgets it.
  template <class Scalar>
  void clear(const Network& network, Scalar* gradient) {
    if constexpr (is_sparse<Network>) {
      for_each_range(network, [&](Index begin, Index length, bool sparse) {
        if (sparse) {
          std::fill_n(gradient + begin, length, Scalar(0));
        }
      });
      for (int i = 0; i < count_; ++i) {
        is_touched_.data()[columns_.data()[i]].is = false;
      }
      count_ = 0;
    }
  }

  /// Calls visit(begin, length, sparse) for each range of parameters to be updated.
  template <class Visit>
  void for_each_range(const Network& network, Visit&& visit) const {
    int first = 0;
    visit_blocks(network, [&](Index begin, Index length, int columns) {
      if (columns == 0) {
        visit(begin, length, false);
        return;
      }
      for (int i = 0; i < count_; ++i) {
        const int column = columns_.data()[i] - first;
        if (column >= 0 && column < columns) {
          visit(begin + column * length, length, true);
        }
      }
      first += columns;
    });
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("is_touched", self.is_touched_);
    visit("columns", self.columns_);
    visit("count", self.count_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    const auto size = columns_.size();
    const auto is_noted = [&](int column) {
      return column >= 0 && column < size && is_touched_.data()[column].is;
    };
    return count_ ==
               std::count_if(is_touched_.data(), is_touched_.data() + size, [](Flag f) { return f.is; }) &&
           std::all_of(columns_.data(), columns_.data() + count_, is_noted);
  }

 private:
  [[no_unique_address]] Storage<Flag, sparse_columns_at_compile_time<Network>()> is_touched_;
  [[no_unique_address]] Storage<int, sparse_columns_at_compile_time<Network>()> columns_;
  int count_ = 0;
};

}  // namespace eddy
