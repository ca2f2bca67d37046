#pragma once

#include "subject_of.hpp"

namespace eddy::properties {

/// Forms of run-time sized models.
template <class Scalar>
struct Sized {
  using Cell = AnyLayer<Scalar, true>;
  using Memoryless = AnyLayer<Scalar, false>;
  using Embedded = AnyLayer<Scalar, false, true>;

  template <class Model>
  static Form of(std::string name, bool amortized) {
    Form form;
    form.name = name + (amortized ? "+amortized" : "") + (sizeof(Scalar) == 4 ? "/float" : "/double");
    form.make = [](const Specification& s) { return std::make_unique<SubjectOf<Model>>(s); };
    form.fixed.is_float = sizeof(Scalar) == 4;
    form.fixed.amortized = amortized;
    form.fixed.form = form.name;
    return form;
  }
  template <class... Layers>
  static Form form(const std::string& name) {
    return of<
        Online<Sequential<Layers...>, AnyLoss, AnyOptimizer, TruncatedBptt<Dynamic, Dynamic>, AnyRehearsal>>(
        name, false);
  }
  template <class... Layers>
  static Form amortized(const std::string& name) {
    return of<
        Online<Sequential<Layers...>, AnyLoss, AnyOptimizer, AmortizedBptt<Dynamic, Dynamic>, NoRehearsal>>(
        name, true);
  }
};

}  // namespace eddy::properties
