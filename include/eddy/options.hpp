#pragma once

#include <eddy/loss.hpp>
#include <eddy/optimizer.hpp>
#include <eddy/streaming/rehearsal.hpp>

#include <string>

namespace eddy {

/// The rehearsal of the ready-made models; CONTRIBUTING.md, "Decisions", holds the figures behind it.
using DefaultRehearsal = RecentRehearsal<200>;

/// A named part of the parameters, with its values where the model keeps them.
template <class Scalar>
struct NamedParameter {
  std::string name;           ///< as "0.weight_ih"
  MatrixView<Scalar> values;  ///< its part of the flat vector
};

/// Settings of `Online`.
template <Loss L, Optimizer O, class Credit, Rehearsal R>
struct OnlineOptions {
  L loss = {};
  O optimizer = {};
  Credit credit = {};
  R rehearsal = {};
  double clip_norm = 0;    ///< largest global norm of a gradient; 0: no limit
  double clip_value = 0;   ///< largest absolute value in a gradient; 0: no limit
  std::uint64_t seed = 1;  ///< of the initial weights and of rehearsal
};

}  // namespace eddy
