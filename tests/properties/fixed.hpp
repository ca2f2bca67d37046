#pragma once

#include "subject_of.hpp"

#include <eddy/cells/gru_cell.hpp>
#include <eddy/cells/lstm_cell.hpp>
#include <eddy/cells/rnn_cell.hpp>
#include <eddy/layers/dense.hpp>
#include <eddy/layers/embedding.hpp>
#include <eddy/models.hpp>

namespace eddy::properties {
/// The type as the compiler writes it.
template <class Type>
std::string name_of() {
  const std::string text = __PRETTY_FUNCTION__;
  const auto begin = text.find("Type = ") + 7;
  return text.substr(begin, text.find_first_of(";]", begin) - begin);
}

struct Rehearsed {
  RehearsalKind kind = RehearsalKind::none;
  int capacity = 1;
};

/// A model of that type, whose layers are `parts`.
template <class Model>
Form fixed(std::vector<Part> parts, LossSetting loss, OptimizerSetting optimizer, Rehearsed rehearsed = {}) {
  Form form;
  form.name = form.type = name_of<Model>();
  form.make = [](const Specification& s) { return std::make_unique<SubjectOf<Model>>(s); };
  const auto credit = decltype(typename Model::Options{}.credit){};
  Specification& s = form.fixed;
  s.is_float = sizeof(typename Model::Scalar) == 4;
  s.parts = std::move(parts);
  s.loss = loss;
  s.optimizer = optimizer;
  s.window = credit.window;
  s.stride = credit.stride;
  s.amortized = requires { credit.amortized; };
  s.rehearsal = rehearsed.kind;
  s.capacity = rehearsed.capacity;
  s.replays = rehearsed.kind == RehearsalKind::none ? 0 : 2;
  return form;
}

}  // namespace eddy::properties
