#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>

#include <cstdint>

namespace eddy {

/// What became of the latest label.
enum class UpdateStatus {
  none,                  ///< no label yet
  applied,               ///< the weights have learned from it
  pending,               ///< its error waits until the stride is full
  no_step,               ///< no step was taken since construction or reset
  label_too_late,        ///< its step has left the window, or is still to come
  input_not_finite,      ///< the input or the new state of its step was NaN or infinite: that step was passed
                         ///< over
  target_missing,        ///< every target was NaN or had weight 0
  target_not_finite,     ///< a target was infinite, or a weight negative or not finite
  loss_not_finite,       ///< the loss or its gradient overflowed
  gradient_not_finite,   ///< the gradient of the parameters overflowed, or the square of its norm
  setting_out_of_range,  ///< a setting of the optimizer was changed to a value out of its range
  update_not_finite,     ///< the optimizer made weights or moments infinite or NaN: these are as before
};

/// The status as a sentence for people.
constexpr const char* describe(UpdateStatus status) {
  switch (status) {
    case UpdateStatus::none:
      return "no label yet";
    case UpdateStatus::applied:
      return "learned";
    case UpdateStatus::pending:
      return "waiting until the stride is full";
    case UpdateStatus::no_step:
      return "no step was taken that the label could belong to";
    case UpdateStatus::label_too_late:
      return "the step of the label is not in the window";
    case UpdateStatus::input_not_finite:
      return "the input or the state of the label's step was not finite";
    case UpdateStatus::target_missing:
      return "every target was NaN or had weight 0";
    case UpdateStatus::target_not_finite:
      return "a target was infinite, or a weight negative or not finite";
    case UpdateStatus::loss_not_finite:
      return "the loss or its gradient was not finite";
    case UpdateStatus::gradient_not_finite:
      return "the gradient of the parameters, or its squared norm, was not finite";
    case UpdateStatus::setting_out_of_range:
      return "a setting of the optimizer is out of its range";
    case UpdateStatus::update_not_finite:
      return "what the optimizer made of weights or moments was not finite";
  }
  return "unknown";
}

/// What became of the latest label, and of all so far.
template <class Scalar>
struct Update {
  UpdateStatus status = UpdateStatus::none;  ///< what became of the latest label
  bool applied = false;                      ///< whether the weights changed
  Scalar loss = not_a_number<Scalar>;  ///< of the prediction made before the label; NaN if there was none
  Scalar gradient_norm = 0;            ///< global 2-norm, before clipping
  std::int64_t updates = 0;            ///< updates of the weights so far
  std::int64_t skipped = 0;            ///< labels so far that could not be learned from

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    return status >= UpdateStatus::none && status <= UpdateStatus::update_not_finite && is_count(updates) &&
           is_count(skipped);
  }
};

}  // namespace eddy
