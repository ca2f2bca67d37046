#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/history.hpp>
#include <eddy/heads/inverse_correlation.hpp>
#include <eddy/streaming/usual_values.hpp>
#include <eddy/target.hpp>
#include <eddy/update.hpp>

namespace eddy {

/// Settings of `RecursiveLeastSquares`.
template <int Window>
struct LeastSquaresOptions {
  double forgetting = 0.9995;  ///< λ, more than 0, at most 1: a sample counts for about 1 / (1 − λ) steps
  double ridge = 1e-2;  ///< ρ, more than 0: how strongly weights are held at 0; noisy streams want more of it
  double huber = 0;     ///< c, errors of more than c times the usual count less; 0: all count alike
  int window = fixed_or(Window, 16);  ///< steps whose labels are welcome

  /// Throws unless all are in range, and the window is what the type fixes.
  void check() const {
    InverseCorrelation<double>::check(forgetting, ridge);
    check_setting("huber", huber, at_least(0));
    check_fixed<Window>("window", window);
    check_setting("window", window, at_least(1));
  }
};

/// Linear regression that learns from a stream, y = W [x; 1], by recursive least squares: at every step W is
/// the minimum of
///
///   Σ_i λ^(t−i) ‖y_i − W [x_i; 1]‖² + ρ ‖W‖²
///
/// as `InverseCorrelation` computes it, in square-root form: W ← W + (y − W x) kᵀ with its gain k. Where x
/// does not vary, the ridge holds W and its gain, however long that lasts.
///
/// With c = `huber` above 0 a sample counts by the weight min(1, c s / |e|) of Huber's M-estimator (1964,
/// doi:10.1214/aoms/1177703732), e being its error before it is learned (the root of the mean square over the
/// outputs) and s a running mean of |e| that no single error can raise by more than a tenth: holidays and
/// failures do not spoil what ordinary days have taught. 2 is a good value.
///
/// A sample that lies far beyond what is usual always counts less: its error is held to what `UsualValues`
/// allows of the newest 16, x and its error are scaled down together where |x| is over nine times its median,
/// and if the first eight labels or samples hold a wild one, it begins anew after them. So one value of 65535
/// or of 4·10⁹ in x or y costs about as much as an ordinary one.
///
/// It is a `Learner`. Inputs and targets should be of about unit size, for ρ to mean the same to all of them.
/// The outputs share one gain: a target that is NaN is passed over, and so are a sample and a label that are
/// not finite (`last_update()` tells). O(inputs²) a label, O(inputs) a step; nothing is allocated after
/// construction. Throws if a size or a setting is out of range.
///
/// A model of float computes in double: in float, rounding drives the weights far out where x does not vary,
/// once λ lies above 0.99999 (after 10⁷ samples the next change of x met errors a thousand times the noise).
template <class Scalar_ = float, int Inputs_ = Dynamic, int Outputs_ = Dynamic,
          int Window = Inputs_ == Dynamic || Outputs_ == Dynamic ? Dynamic : 16>
class RecursiveLeastSquares {
 public:
  static constexpr const char* kind = "RecursiveLeastSquares";
  using Scalar = Scalar_;
  using Options = LeastSquaresOptions<Window>;
  using Time = std::int64_t;
  /// What it computes in: double where the model is float.
  using Precise = std::conditional_t<std::is_same_v<Scalar, float>, double, Scalar>;
  static constexpr int Inputs = Inputs_, Outputs = Outputs_;
  static constexpr int WindowAtCompileTime = Window;
  static constexpr bool fixed = Inputs != Dynamic && Outputs != Dynamic && Window != Dynamic;

  /// What `predict` returns where sizes are fixed; else a view that is valid until the next prediction.
  using Prediction = Eigen::Matrix<Scalar, Outputs, 1, int{Eigen::ColMajor} | int{Eigen::DontAlign}>;

  /// Sizes by the type.
  explicit RecursiveLeastSquares(Options options = {}) requires(Inputs != Dynamic && Outputs != Dynamic)
      : RecursiveLeastSquares(Inputs, Outputs, options) {}

  /// Allocates where sizes are known at run time only.
  RecursiveLeastSquares(int inputs, int outputs, Options options = {})
      : inputs_("inputs", inputs),
        outputs_("outputs", outputs),
        options_((options.check(), options)),
        weights_(outputs, Index{inputs} + 1),
        history_(inputs + outputs, options.window),
        inverse_(inputs + 1, options.forgetting, options.ridge),
        target_(outputs),
        mask_(outputs),
        latest_(outputs),
        error_(outputs),
        room_(inputs, outputs) {}

  int inputs() const { return inputs_; }
  int outputs() const { return outputs_; }

  /// The number of newest steps whose labels are welcome.
  int window() const { return history_.length(); }

  /// The newest step, counted from 1.
  Time time() const { return history_.time(); }

  /// Takes a sample; returns the prediction, NaN for an x that is not finite.
  template <Values X>
  VectorView<const Scalar, Outputs> step(const X& x) {
    check_size<Inputs>("x", x, inputs_);
    Scalar* const column = history_.advance();
    copy_values<Inputs>(x, column, inputs_);
    evaluate(column, room_);
    std::copy_n(room_.output.data(), int{outputs_}, column + inputs_);
    std::copy_n(room_.output.data(), int{outputs_}, latest_.data());
    return prediction();
  }

  /// Takes a sample, then learns from its label; returns the mean squared error of the prediction made
  /// before, or NaN if there is none.
  template <Values X, Values Y>
  Scalar partial_fit(const X& x, const Y& y) {
    check_size<Outputs>("the target", y, outputs_);
    step(x);
    return partial_fit(y);
  }

  /// Learns from the label of the newest step.
  template <Values Y>
  Scalar partial_fit(const Y& y) {
    return partial_fit(at(time()), y);
  }

  /// Learns from the label of an earlier step.
  template <Values Y>
  Scalar partial_fit(At when, const Y& y) {
    check_size<Outputs>("the target", y, outputs_);
    update_.applied = false;
    update_.loss = not_a_number<Scalar>;
    update_.status = learn(when.step, y);
    update_.applied = update_.status == UpdateStatus::applied;
    (update_.applied ? update_.updates : update_.skipped) += 1;
    return update_.loss;
  }

  /// What `step(x)` would return, bit for bit; changes nothing.
  template <Values X>
  auto predict(const X& x) const {
    history_.check_memory();
    check_size<Inputs>("x", x, inputs_);
    if constexpr (fixed) {
      Room room(inputs_, outputs_);
      return Prediction(predict(x, room));
    } else {
      return predict(x, room_);
    }
  }

  /// The latest prediction; zero before the first step.
  VectorView<const Scalar, Outputs> prediction() const { return {latest_.data(), outputs_}; }

  /// The sample of a step of the window, [x].
  const Scalar* sample(At when) const { return history_.column(when.step); }

  /// Writes ∂/∂x ½‖y − W [x; 1]‖² for the sample of a step, −Wᵀ(y − W [x; 1]), without the part of the bias;
  /// for a network that x came out of. False, with nothing written, where `partial_fit(when, y)` could not
  /// learn.
  template <Values Y>
  bool send_back(At when, const Y& y, Scalar* input_error) {
    check_size<Outputs>("the target", y, outputs_);
    if (find_error(when.step, y) != UpdateStatus::applied) {
      return false;
    }
    VectorView<const Precise> error(error_.data(), outputs_);
    VectorView<Scalar>(input_error, inputs_) =
        -(weights().leftCols(inputs_).transpose().lazyProduct(error)).template cast<Scalar>();
    return true;
  }

  /// Forgets the samples that wait for their labels; keeps what was learned.
  void reset() {
    history_.reset();
    std::fill_n(latest_.data(), int{outputs_}, Scalar(0));
  }

  /// W [outputs, inputs + 1], the last column the bias; assignable.
  MatrixView<Precise> weights() { return {weights_.data(), outputs_, inputs_ + 1}; }
  /// The weights [outputs, inputs + 1]; the last column is the bias.
  MatrixView<const Precise> weights() const { return {weights_.data(), outputs_, inputs_ + 1}; }

  /// What became of the latest label.
  const Update<Scalar>& last_update() const { return update_; }

  const Options& options() const { return options_; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("weights", self.weights_);
    visit("history", self.history_);
    visit("inverse", self.inverse_);
    visit("errors", self.errors_);
    visit("usual_error", self.usual_error_);
    visit("sizes_of_errors", self.sizes_of_errors_);
    visit("sizes_of_inputs", self.sizes_of_inputs_);
    visit("latest", self.latest_);
    visit("status", self.update_.status);
    visit("applied", self.update_.applied);
    visit("loss", self.update_.loss);
    visit("updates", self.update_.updates);
    visit("skipped", self.update_.skipped);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(errors_) && update_.state_is_valid(); }

 private:
  /// What a prediction works on.
  struct Room {
    Room(int inputs, int outputs) : input(inputs + 1), precise(outputs), given(inputs), output(outputs) {}
    Storage<Precise, add(Inputs, 1)> input;  ///< [x; 1]
    Storage<Precise, Outputs> precise;
    Storage<Scalar, Inputs> given;
    Storage<Scalar, Outputs> output;
  };

  /// y = W [x; 1]; NaN unless x is finite.
  void evaluate(const Scalar* x, Room& room) const {
    if (!finite(x, inputs_)) {
      std::fill_n(room.output.data(), int{outputs_}, not_a_number<Scalar>);
      return;
    }
    std::copy_n(x, int{inputs_}, room.input.data());
    room.input.data()[inputs_] = 1;
    product(MatrixPart<const Precise>{weights_.data(), outputs_, inputs_ + 1, outputs_},
            {room.input.data(), 0}, {room.precise.data(), 0});
    VectorView<Scalar>(room.output.data(), outputs_) =
        VectorView<const Precise>(room.precise.data(), outputs_).template cast<Scalar>();
  }

  template <class X>
  VectorView<const Scalar, Outputs> predict(const X& x, Room& room) const {
    copy_values<Inputs>(x, room.given.data(), inputs_);
    evaluate(room.given.data(), room);
    return {room.output.data(), outputs_};
  }

  /// Writes y − W [x; 1] for the sample of a step, 0 where y is NaN; says why if that cannot be.
  template <class Y>
  UpdateStatus find_error(Time step, const Y& y) {
    if (!history_.holds(step)) {
      return time() == 0 ? UpdateStatus::no_step : UpdateStatus::label_too_late;
    }
    const Scalar* const x = history_.column(step);
    if (!finite(x, inputs_)) {
      return UpdateStatus::input_not_finite;
    }
    const VectorView<Scalar> target(target_.data(), outputs_), mask(mask_.data(), outputs_);
    const TargetKind target_kind = write_target<MeanSquaredError, Outputs, Scalar>(y, target, mask);
    if (target_kind != TargetKind::usable) {
      return target_kind == TargetKind::missing ? UpdateStatus::target_missing
                                                : UpdateStatus::target_not_finite;
    }
    evaluate(x, room_);  // the weights may have learned since
    const VectorView<const Precise> now(room_.precise.data(), outputs_);
    VectorView<Precise>(error_.data(), outputs_).array() =
        mask.template cast<Precise>().array() * (target.template cast<Precise>() - now).array();
    return finite(error_.data(), outputs_) ? UpdateStatus::applied : UpdateStatus::loss_not_finite;
  }

  template <class Y>
  UpdateStatus learn(Time step, const Y& y) {
    if (const UpdateStatus status = find_error(step, y); status != UpdateStatus::applied) {
      return status;
    }
    const VectorView<const Scalar> target(target_.data(), outputs_), mask(mask_.data(), outputs_),
        predicted(history_.column(step) + inputs_, outputs_);
    const Scalar loss = (mask.array() * (target - predicted).array()).square().mean();
    if (!is_finite(loss)) {
      return UpdateStatus::loss_not_finite;
    }
    VectorView<Precise> error(error_.data(), outputs_);
    const double labels = static_cast<double>(mask.sum()),
                 size = static_cast<double>(error.norm()) / std::sqrt(labels),
                 size_of_target =
                     static_cast<double>(target.template cast<Precise>().norm()) / std::sqrt(labels);
    double weight = options_.huber > 0 ? weigh(size) : 1;
    weight = (std::min)(weight, limit(size, size_of_target));
    if (weight < 1) {
      const Precise root = static_cast<Precise>(std::sqrt(weight));
      VectorView<Precise>(room_.input.data(), inputs_ + 1) *= root;
      error *= root;
    }
    if (!inverse_.take(room_.input.data())) {
      return UpdateStatus::gradient_not_finite;
    }
    update_.loss = loss;
    weights().noalias() += error * inverse_.gain().transpose();
    for (int i = inverse_.take_ridge(); i >= 0; i = inverse_.take_ridge()) {
      error = -inverse_.weight() * weights().col(i);
      weights().noalias() += error * inverse_.gain().transpose();
    }
    return UpdateStatus::applied;
  }

  /// What a sample counts at most, by the sizes of its error and its input. Before the head knows anything,
  /// its errors are the targets.
  double limit(double size, double size_of_target) {
    const double norm = static_cast<double>(VectorView<const Precise>(room_.input.data(), inputs_).norm()),
                 norm_limit = sizes_of_inputs_.add(norm, sizes_of_inputs_.times_median(8));
    const bool knows_nothing = sizes_of_errors_.count() < sizes_of_errors_.known;
    const double error_size = knows_nothing ? size_of_target : size,
                 error_limit = sizes_of_errors_.add(error_size);
    if (sizes_of_errors_.began_wrong() || sizes_of_inputs_.began_wrong(sizes_of_inputs_.times_median(50))) {
      weights().setZero();  // it begins anew
      inverse_.reset();
      VectorView<Precise>(error_.data(), outputs_) =
          VectorView<const Scalar>(target_.data(), outputs_).template cast<Precise>();
    }
    const double of_error = error_size > error_limit ? error_limit / error_size : 1,
                 of_input = norm > norm_limit ? norm_limit / norm : 1;
    return of_error * of_input * of_input;
  }

  /// What a sample of this error counts; the usual error learns from it.
  double weigh(double size) {
    const double least = options_.huber * usual_error_;
    const double weight = usual_error_ > 0 && size > least ? least / size : 1;
    const double rate = (std::max)(0.01, 1 / static_cast<double>(++errors_));
    const bool settled = errors_ > 50 && usual_error_ > 0;
    usual_error_ += rate * ((settled ? (std::min)(size, 10 * usual_error_) : size) - usual_error_);
    return settled ? weight : 1;
  }

  [[no_unique_address]] Extent<Inputs> inputs_;
  [[no_unique_address]] Extent<Outputs> outputs_;
  Options options_;
  std::int64_t errors_ = 0;
  double usual_error_ = 0;  ///< running mean of the errors, while `huber` asks for it
  UsualValues<16> sizes_of_errors_{32}, sizes_of_inputs_{32};
  Update<Scalar> update_;
  Storage<Precise, multiply(Outputs, add(Inputs, 1))> weights_;
  History<Scalar, add(Inputs, Outputs), Window> history_;  // x and its prediction
  InverseCorrelation<Precise, add(Inputs, 1)> inverse_;
  Storage<Scalar, Outputs> target_, mask_, latest_;
  Storage<Precise, Outputs> error_;
  mutable Room room_;
};

}  // namespace eddy
