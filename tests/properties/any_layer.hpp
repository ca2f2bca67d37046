#pragma once

#include "specification.hpp"

#include <eddy/core/layer.hpp>
#include <eddy/core/touched.hpp>

#include <functional>
#include <memory>
#include <string>

namespace eddy::properties {

/// A layer whose kind and sizes are known at run time only. Everything but whether it has memory and whether
/// it is sparse: that is of the type.
template <class Scalar>
struct LayerInterface {
  using Visit = std::function<void(const std::string&, Scalar*, int, int)>;
  using ConstVisit = std::function<void(const std::string&, const Scalar*, int, int)>;

  virtual ~LayerInterface() = default;
  virtual LayerSizes sizes() const = 0;
  virtual Columns<const Scalar> forward(const Scalar*, Columns<const Scalar>, Columns<Scalar>,
                                        Columns<Scalar>, OneStream) const = 0;
  virtual Columns<const Scalar> forward(const Scalar*, Columns<const Scalar>, Columns<Scalar>,
                                        Columns<Scalar>, int) const = 0;
  virtual bool backward(const Scalar*, Columns<Scalar>, Columns<Scalar>, Columns<const Scalar>,
                        Columns<Scalar>, OneStream) const = 0;
  virtual bool backward(const Scalar*, Columns<Scalar>, Columns<Scalar>, Columns<const Scalar>,
                        Columns<Scalar>, int) const = 0;
  virtual void gradient(const Sweep<Scalar>&, Scalar*, bool) const = 0;
  virtual void restore(const Scalar*, Scalar*) const = 0;
  virtual void initialize(Scalar*, Random&) const = 0;
  virtual void visit_parameters(Scalar*, const Visit&) const = 0;
  virtual void visit_parameters(const Scalar*, const ConstVisit&) const = 0;
  virtual bool learns() const = 0;
  virtual bool reaches_back() const = 0;
  virtual int sparse_columns() const = 0;
  virtual void visit_blocks(const std::function<void(Index, Index, int)>&) const = 0;
  virtual void touched(const Sweep<Scalar>&, const std::function<void(int)>&) const = 0;
};

template <class Scalar>
std::shared_ptr<const LayerInterface<Scalar>> make_layer(const Part& part);

/// The layer that a network of drawn layers is made of, as a user's own: `Recurrent` is whether it has
/// memory, `Sparse` whether it is an embedding.
template <class Scalar_, bool Recurrent, bool Sparse = false>
class AnyLayer {
 public:
  using Scalar = Scalar_;
  static constexpr bool recurrent = Recurrent;
  static constexpr int SparseColumns = Sparse ? Dynamic : 0;
  static constexpr LayerSizes Sizes{};

  explicit AnyLayer(const Part& part) : layer_(make_layer<Scalar>(part)) {}

  LayerSizes sizes() const { return layer_->sizes(); }
  template <class Streams>
  Columns<const Scalar> forward(const Scalar* parameters, Columns<const Scalar> x, Columns<Scalar> state,
                                Columns<Scalar> tape, Streams streams) const {
    return layer_->forward(parameters, x, state, tape, streams);
  }
  template <class Streams>
  bool backward(const Scalar* parameters, Columns<Scalar> tape, Columns<Scalar> state_error,
                Columns<const Scalar> output_error, Columns<Scalar> input_error, Streams streams) const {
    return layer_->backward(parameters, tape, state_error, output_error, input_error, streams);
  }
  void gradient(const Sweep<Scalar>& sweep, Scalar* gradient, bool accumulate) const {
    layer_->gradient(sweep, gradient, accumulate);
  }
  void restore(const Scalar* column, Scalar* state) const { layer_->restore(column, state); }
  void initialize(Scalar* parameters, Random& random) const { layer_->initialize(parameters, random); }
  template <class Memory, class Visit>
  void visit_parameters(Memory* parameters, Visit&& visit) const {
    layer_->visit_parameters(parameters, visit);
  }
  bool learns() const { return layer_->learns(); }
  bool reaches_back() const { return layer_->reaches_back(); }
  int sparse_columns() const { return layer_->sparse_columns(); }
  template <class Visit>
  void visit_blocks(Visit&& visit) const {
    layer_->visit_blocks(visit);
  }
  template <class Visit>
  void touched(const Sweep<Scalar>& sweep, Visit&& visit) const {
    layer_->touched(sweep, visit);
  }

 private:
  std::shared_ptr<const LayerInterface<Scalar>> layer_;  // never changes: copies may share it
};

}  // namespace eddy::properties
