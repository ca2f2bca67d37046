// Included by a translation unit for each scalar: they compile side by side.

#include "any_layer.hpp"

#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/layers/dense.hpp>
#include <eddy/layers/embedding.hpp>
#include <eddy/layers/frozen.hpp>
#include <eddy/layers/residual.hpp>
#include <eddy/layers/skip.hpp>

#include <utility>

namespace eddy::properties {
namespace {

/// One of the library's layers behind the interface.
template <class L>
class LayerOf final : public LayerInterface<typename L::Scalar> {
  using Scalar = typename L::Scalar;
  using Interface = LayerInterface<Scalar>;

 public:
  explicit LayerOf(L layer) : layer_(std::move(layer)) {}
  LayerSizes sizes() const override { return layer_.sizes(); }
  Columns<const Scalar> forward(const Scalar* p, Columns<const Scalar> x, Columns<Scalar> s,
                                Columns<Scalar> t, OneStream one) const override {
    return layer_.forward(p, x, s, t, one);
  }
  Columns<const Scalar> forward(const Scalar* p, Columns<const Scalar> x, Columns<Scalar> s,
                                Columns<Scalar> t, int streams) const override {
    return layer_.forward(p, x, s, t, streams);
  }
  bool backward(const Scalar* p, Columns<Scalar> t, Columns<Scalar> s, Columns<const Scalar> e,
                Columns<Scalar> i, OneStream one) const override {
    return layer_.backward(p, t, s, e, i, one);
  }
  bool backward(const Scalar* p, Columns<Scalar> t, Columns<Scalar> s, Columns<const Scalar> e,
                Columns<Scalar> i, int streams) const override {
    return layer_.backward(p, t, s, e, i, streams);
  }
  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const override {
    layer_.gradient(sweep, gradient, accumulate);
  }
  void restore(const Scalar* column, Scalar* state) const override { layer_.restore(column, state); }
  void initialize(Scalar* parameters, Random& random) const override {
    layer_.initialize(parameters, random);
  }
  void visit_parameters(Scalar* p, const typename Interface::Visit& visit) const override {
    layer_.visit_parameters(p, visit);
  }
  void visit_parameters(const Scalar* p, const typename Interface::ConstVisit& visit) const override {
    layer_.visit_parameters(p, visit);
  }
  bool learns() const override { return eddy::learns(layer_); }
  bool reaches_back() const override { return eddy::reaches_back(layer_); }
  int sparse_columns() const override { return eddy::sparse_columns(layer_); }
  void visit_blocks(const std::function<void(Index, Index, int)>& visit) const override {
    eddy::visit_blocks(layer_, visit);
  }
  void touched(const Sweep<Scalar>& sweep, const std::function<void(int)>& visit) const override {
    visit_touched(layer_, sweep, visit);
  }

 private:
  L layer_;
};

/// The layer inside a wrapper is an `AnyLayer` again, so that a wrapper is compiled once.
template <class Inner>
std::shared_ptr<const LayerInterface<typename Inner::Scalar>> wrapped(Part part) {
  const Wrap wrap = std::exchange(part.wrap, Wrap::none);
  const Inner inner(part);
  switch (wrap) {
    case Wrap::none:
      break;
    case Wrap::skip:
      return std::make_shared<LayerOf<Skip<Inner>>>(Skip<Inner>(inner));
    case Wrap::residual:
      return std::make_shared<LayerOf<Residual<Inner>>>(Residual<Inner>(inner));
    case Wrap::frozen:
      return std::make_shared<LayerOf<Frozen<Inner>>>(Frozen<Inner>(inner));
    case Wrap::skip_frozen:
      return std::make_shared<LayerOf<Skip<Frozen<Inner>>>>(Skip<Frozen<Inner>>(Frozen<Inner>(inner)));
  }
  return nullptr;
}

template <class L>
std::shared_ptr<const LayerInterface<typename L::Scalar>> bare(const Part& part) {
  return std::make_shared<LayerOf<L>>(L(part.inputs, part.outputs));
}

}  // namespace

template <class Scalar>
std::shared_ptr<const LayerInterface<Scalar>> make_layer(const Part& part) {
  constexpr int D = Dynamic;
  if (part.wrap != Wrap::none) {
    return part.kind == Kind::embedding ? wrapped<AnyLayer<Scalar, false, true>>(part)
           : is_recurrent(part.kind)    ? wrapped<AnyLayer<Scalar, true>>(part)
                                        : wrapped<AnyLayer<Scalar, false>>(part);
  }
  switch (part.kind) {
    case Kind::rnn_tanh:
      return bare<RnnCell<Scalar>>(part);
    case Kind::rnn_logistic:
      return bare<RnnCell<Scalar, D, D, Logistic>>(part);
    case Kind::rnn_relu:
      return bare<RnnCell<Scalar, D, D, Relu>>(part);
    case Kind::lstm:
      return bare<LstmCell<Scalar>>(part);
    case Kind::gru_before:
      return bare<GruCell<Scalar>>(part);
    case Kind::gru_after:
      return bare<GruCell<Scalar, D, D, GruReset::after>>(part);
    case Kind::dense_identity:
      return bare<Dense<Scalar>>(part);
    case Kind::dense_tanh:
      return bare<Dense<Scalar, D, D, Tanh>>(part);
    case Kind::dense_logistic:
      return bare<Dense<Scalar, D, D, Logistic>>(part);
    case Kind::dense_relu:
      return bare<Dense<Scalar, D, D, Relu>>(part);
    case Kind::dense_softmax:
      return bare<Dense<Scalar, D, D, Softmax>>(part);
    case Kind::embedding:
      return bare<Embedding<Scalar>>(part);
  }
  return nullptr;
}

}  // namespace eddy::properties
