#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/core/shape.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace eddy {

/// What became of the named parts of the parameters of a model that others were transferred to.
struct Transferred {
  std::vector<std::string> whole;   ///< copied, all of it
  std::vector<std::string> partly;  ///< the block that both have was copied
  std::vector<std::string> none;    ///< left as it was
};

/// How many blocks of rows the parts of a recurrent layer fall into, and how long each is: a gate has a row
/// for each hidden unit, so that gates of a fused matrix are copied each to its own place.
template <class Parameters>
int rows_of_a_gate(const Parameters& parameters, std::string_view name, int rows) {
  const std::string_view layer = name.substr(0, name.rfind('.') + 1);
  for (const auto& part : parameters) {
    const std::string_view other = part.name;
    if (other.substr(0, layer.size()) == layer && other.substr(layer.size()) == "weight_hh") {
      const int hidden = static_cast<int>(part.values.cols());
      return rows % hidden == 0 ? hidden : rows;
    }
  }
  return rows;
}

/// Starts a model from the weights of another: each named part of the parameters ("0.weight_ih") that both
/// have is copied. Where sizes differ, more inputs, more units or another read-out, the block that both have
/// is copied, gate by gate, and the rest stays as it was initialised; so does what is not finite in `from`.
/// Parts of another kind, with another number of gates, are left.
///
/// Only names that begin with `prefix` are transferred: "0." is the first layer of a `Sequential`, whose
/// trunk can so be given another read-out. Scalar types may differ. Hidden state and optimizer of `to` stay.
/// Allocates.
template <class From, class To>
Transferred transfer(const From& from, To& to, std::string_view prefix = {}) {
  using Scalar = typename To::Scalar;
  Transferred result;
  const auto sources = from.named_parameters();
  const auto destinations = to.named_parameters();
  for (auto destination : destinations) {
    const std::string& name = destination.name;
    const auto source =
        std::find_if(sources.begin(), sources.end(), [&](const auto& part) { return part.name == name; });
    auto& values = destination.values;
    const int rows = static_cast<int>(values.rows()), columns = static_cast<int>(values.cols());
    const int gate = rows_of_a_gate(destinations, name, rows);
    int from_rows = 0, from_columns = 0, from_gate = 1;
    if (source != sources.end() && name.compare(0, prefix.size(), prefix) == 0) {
      from_rows = static_cast<int>(source->values.rows());
      from_columns = static_cast<int>(source->values.cols());
      from_gate = rows_of_a_gate(sources, name, from_rows);
    }
    if (from_rows / from_gate != rows / gate) {
      result.none.push_back(name);
      continue;
    }
    int copied = 0;
    for (int column = 0; column < (std::min)(columns, from_columns); ++column) {
      for (int row = 0; row < rows; ++row) {
        const int unit = row % gate;
        if (unit < from_gate) {
          const auto value = static_cast<Scalar>(source->values(row / gate * from_gate + unit, column));
          if (is_finite(value)) {  // in the scalar type of `to`, too
            values(row, column) = value;
            ++copied;
          }
        }
      }
    }
    (copied == rows * columns ? result.whole : copied > 0 ? result.partly : result.none).push_back(name);
  }
  return result;
}

}  // namespace eddy
