#pragma once

#include <eddy/core/shape.hpp>

#include <concepts>

namespace eddy {

/// A model whose parameters are one flat vector, like `Online`.
template <class M>
concept FlatModel = requires(M& model) {
  { *model.parameters().data() } -> std::same_as<typename M::Scalar&>;
  { model.parameters().size() } -> std::convertible_to<Index>;
};

}  // namespace eddy
