#pragma once

#include "subject.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace eddy::properties {

enum class Verb {
  step,
  fit,
  fit_newest,
  fit_at,
  reset,
  reset_optimizer,
  freeze,
  unfreeze,
  learning_rate,
  scale_weights,
  forget_rehearsed,
  copy,
  move,
  reload,
  batch_step,
  batch_fit,
  batch_newest,
  batch_at,
  batch_reset
};

/// One thing that a user does. Times are counted back from the newest step, so that a sequence stays one when
/// some of its actions are left out.
struct Action {
  Verb verb = Verb::step;
  int stream = 0;  ///< of a batch −1 for all
  int delay = 0;
  int layer = 0;
  double number = 0;  ///< learning rate, factor of the weights
  int variant = 0;    ///< by which other calls the twin does the same
  Values x, y;        ///< y of a batch
  Label label;
  std::vector<char> mask;
};

/// A model and what is done to it: what a seed draws.
struct Case {
  std::uint64_t seed = 0;
  bool wild = false;  ///< numbers as large and small as there are: nothing but finiteness and bits is checked
  bool mirror = false;  ///< a batch of one stream beside a stream, by both of which the same is done
  Specification specification;
  std::vector<Action> actions;
};

Case draw_case(std::uint64_t seed, int actions);

}  // namespace eddy::properties
