#pragma once

#include <eddy/core/sample.hpp>
#include <eddy/credit/batch_tape.hpp>
#include <eddy/loss.hpp>
#include <eddy/target.hpp>
#include <eddy/update.hpp>

namespace eddy {

/// Whether Y, the labels of several streams, are class indices for the loss L: a vector with one for each
/// stream, in which a negative one is no label. Otherwise they are a matrix with a column for each stream.
template <class Y, class L>
inline constexpr bool are_class_indices = std::is_integral_v<typename Y::Scalar>&& ClassLoss<L>;

/// Refuses a matrix that is not [rows, streams]; `what` names it.
template <class X>
void check_columns(const char* what, const X& x, int rows, int streams) {
  if (x.rows() != rows || x.cols() != streams) {
    fail(what, " is ", x.rows(), " x ", x.cols(), ", expected ", rows, " x ", streams,
         ", with a column for each stream");
  }
}

/// All that several streams in lock step remember: their tape, and room for the labels of one step.
template <Layer Network>
struct BatchMemory {
  using Scalar = typename Network::Scalar;
  using Time = std::int64_t;

  template <class Credit>
  BatchMemory(const Network& network, int target_count, int streams, const Credit& credit)
      : targets(target_count),
        tape(network, streams, credit),
        target(targets),
        weight(targets),
        errors(Index{streams} * network.sizes().outputs),
        usable(streams) {}

  /// What became of the labels of a step.
  struct Entered {
    UpdateStatus status;
    Scalar loss;   ///< the mean over the streams that had one
    int unusable;  ///< labels that could not be learned from; a missing one is none
  };

  /// Sends the mean loss of the streams' predictions at a step under their labels to the tape.
  template <Loss L, class Y>
  Entered enter(Time step, const Y& y, const L& loss) {
    Entered entered{.status = UpdateStatus::target_missing, .loss = 0, .unusable = 0};
    if (tape.time() == 0) {
      return {UpdateStatus::no_step, not_a_number<Scalar>, 1};
    }
    if (!tape.holds(step)) {
      return {UpdateStatus::label_too_late, not_a_number<Scalar>, 1};
    }
    const auto predictions = tape.predictions(step);
    const int outputs = static_cast<int>(predictions.rows());
    int learning = 0;
    for (int s = 0; s < tape.streams(); ++s) {
      usable.data()[s].is = false;
      const TargetKind kind = write<L>(y, s);
      if (kind == TargetKind::missing) {
        continue;
      }
      if (kind == TargetKind::not_finite || tape.is_gap(step, s)) {
        entered.status =
            kind == TargetKind::not_finite ? UpdateStatus::target_not_finite : UpdateStatus::input_not_finite;
        ++entered.unusable;
        continue;
      }
      VectorView<Scalar> gradient(errors.data() + Index{s} * outputs, outputs);
      const VectorView<const Scalar> prediction(predictions.data() + Index{s} * outputs, outputs);
      const Scalar value = evaluate(loss, prediction, VectorView<Scalar>(target.data(), targets),
                                    VectorView<Scalar>(weight.data(), targets), gradient);
      usable.data()[s].is = is_finite(value) && all_finite(gradient.data(), outputs);
      if (usable.data()[s].is) {
        entered.loss += value / static_cast<Scalar>(tape.streams());  // the sum might overflow
        ++learning;
      } else {
        entered.status = UpdateStatus::loss_not_finite;
        ++entered.unusable;
      }
    }
    if (learning == 0) {
      entered.loss = not_a_number<Scalar>;
      return entered;
    }
    entered.status = UpdateStatus::pending;
    entered.loss *= static_cast<Scalar>(tape.streams()) / static_cast<Scalar>(learning);
    for (int s = 0; s < tape.streams(); ++s) {
      if (usable.data()[s].is) {
        VectorView<Scalar> gradient(errors.data() + Index{s} * outputs, outputs);
        gradient /= static_cast<Scalar>(learning);
        tape.enter(step, s, VectorView<const Scalar>(gradient.data(), outputs));
      }
    }
    return entered;
  }

  int targets;
  BatchTape<Network> tape;
  Storage<Scalar, Dynamic> target, weight, errors;
  Storage<Flag, Dynamic> usable;

 private:
  template <class L, class Y>
  TargetKind write(const Y& y, int stream) {
    const VectorView<Scalar> values(target.data(), targets), weights(weight.data(), targets);
    if constexpr (are_class_indices<Y, L>) {
      const auto index = y(stream);
      return index < 0 ? TargetKind::missing : write_target<L, Dynamic, Scalar>(index, values, weights);
    } else {
      return write_target<L, Dynamic, Scalar>(y.col(stream), values, weights);
    }
  }
};

/// Refuses labels of the wrong shape, or a class index too large, by `fail`.
template <Loss L, class Y>
void check_labels(const Y& y, int targets, int streams) {
  if constexpr (are_class_indices<Y, L>) {
    if (y.size() != streams) {
      fail("there are ", y.size(), " class indices, expected ", streams, ", one for each stream");
    }
    for (int s = 0; s < streams; ++s) {
      if (y(s) >= 0) {
        check_target<L, Dynamic>(y(s), targets);
      }
    }
  } else {
    check_columns("the target", y, targets, streams);
  }
}

}  // namespace eddy
