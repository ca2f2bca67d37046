#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/history.hpp>
#include <eddy/preprocessing/target_transform.hpp>
#include <eddy/streaming/learner.hpp>

#include <algorithm>
#include <cstdint>
#include <type_traits>

namespace eddy {

/// A learner with what a raw stream needs before and behind it: reads raw samples and labels, predicts in the
/// units of the labels.
///
///   Pipeline model{StandardScaler<float, 3>(), Lstm<float, 3, 32, 1>(), StandardScaler<float, 1>()};
///
/// (in braces: in parentheses C++ takes this for the declaration of a function).
///
/// - A step: `In` learns from x, x is transformed, the model takes a step with it.
/// - The prediction is offset + scale z, by what `Out` says at that step; the pipeline keeps it for each step
///   of the model's window.
/// - A label is scaled by what was kept of its own step, however late it comes; then the model learns from
///   it, and then `Out` does. A label whose step has gone teaches nothing.
///
/// Raw numbers are doubles, whatever the scalar of the model: samples and labels may be vectors of float or
/// of double, or numbers; what is subtracted from them is subtracted in double, and predictions are doubles.
/// So a model of float reads counters of 4·10⁹ and milliseconds since 1970.
///
/// A window that the model rehearses keeps the inputs and labels as they were scaled at their own steps.
///
/// Losses are those of scaled labels. A value of a label that cannot be scaled yet (see `AffineTransform`) is
/// masked: `last_update()` of the model says `target_missing` if there is no other. Without an `Out` a label
/// may be whatever the model takes, a class index, too; else a vector, a number, or either `weighted`.
///
/// NaN and infinity in x: see the parts of `In`; what they hand on not finite is a gap to the model, and the
/// prediction NaN. Wrong sizes throw before anything has changed. Nothing is allocated after construction,
/// and nothing at all where all sizes are fixed. Costs beside the model's: a copy of `In` for each `predict`.
template <TransformOrNone In, Learner Model, TargetTransformOrNone Out = NoTransform>
class Pipeline {
  static constexpr bool reads_raw = std::is_same_v<In, NoTransform>;
  static constexpr bool writes_raw = std::is_same_v<Out, NoTransform>;

  static constexpr int inputs_at_compile_time() {
    if constexpr (reads_raw) {
      return Model::Inputs;
    } else {
      return In::Inputs;
    }
  }
  static constexpr int stage_width() {
    if constexpr (writes_raw) {
      return 1;
    } else {
      return multiply(2 * stages_of<Out>, Out::Outputs);
    }
  }

 public:
  using Scalar = double;  ///< of raw samples, labels and predictions
  using Time = std::int64_t;
  static constexpr int Inputs = inputs_at_compile_time(), Outputs = Model::Outputs;
  static constexpr int WindowAtCompileTime = window_at_compile_time<Model>;
  static constexpr bool fixed = In::fixed && Out::fixed && Outputs != Dynamic &&
                                WindowAtCompileTime != Dynamic;  ///< no heap beside the model's

  /// What `predict` returns where sizes are fixed.
  using Prediction = Eigen::Matrix<Scalar, Outputs, 1, int{Eigen::ColMajor} | int{Eigen::DontAlign}>;

  /// Parts of fixed sizes, with their default settings.
  template <class First = In>
  requires(std::is_default_constructible_v<First>&& std::is_default_constructible_v<Model>&&
               std::is_default_constructible_v<Out>)  //
      Pipeline()
      : Pipeline(First(), Model(), Out()) {}

  /// Throws unless sizes fit: what `in` gives the model's inputs, what `out` takes its outputs. Copies the
  /// parts.
  Pipeline(const In& in, const Model& model, const Out& out = Out())
      : in_(in),
        model_(model),
        out_(out),
        lead_(model_.time()),
        kept_(kept_width(), writes_raw ? 1 : model_.window()),
        prediction_(model_.outputs()),
        label_(model_.outputs()),
        next_in_(in_),
        predicted_(model_.outputs()) {
    take_prediction();
    if constexpr (!reads_raw) {
      check_neighbours("what stands before the model", in_.outputs(), "it", model_.inputs());
    }
    if constexpr (!writes_raw) {
      check_neighbours("the model", model_.outputs(), "what stands behind it", out_.inputs());
    }
  }

  /// Takes one step; returns the prediction in the units of the labels, valid until the next step.
  template <Values X>
  auto step(const X& x) {
    check_size<Inputs>("x", x, inputs());
    if constexpr (reads_raw) {
      model_.step(values_as<Inner>(x));
    } else {
      in_.partial_fit(x);
      model_.step(values_as<Inner>(transform_in_double(in_, x)));
    }
    if constexpr (writes_raw) {
      take_prediction();
    } else {
      restore(model_.prediction(), keep(), prediction_.data());
    }
    return prediction();
  }

  /// Takes one step, then learns from its label; returns the loss of the prediction made before the update.
  template <Values X, class Y>
  auto partial_fit(const X& x, const Y& y) {
    check_size<Inputs>("x", x, inputs());
    if constexpr (writes_raw) {
      const auto fit = [&](const auto& z) {
        const auto loss = with_label(y, [&](const auto& label) { return model_.partial_fit(z, label); });
        take_prediction();
        return loss;
      };
      if constexpr (reads_raw) {
        return fit(values_as<Inner>(x));
      } else {
        // Only the model knows whether it will refuse the label: until then `In` must not have learned.
        return with_next(x, [&](In& next, const auto& z) {
          const auto loss = fit(z);
          in_ = next;
          return loss;
        });
      }
    } else {
      check_label(y);
      step(x);
      return partial_fit(y);
    }
  }

  /// Learns from the label of the newest step.
  template <class Y>
  auto partial_fit(const Y& y) {
    return partial_fit(at(time()), y);
  }

  /// Learns from the label of an earlier step, one of the newest `window()`.
  template <class Y>
  auto partial_fit(At when, const Y& y) {
    if constexpr (writes_raw) {
      return with_label(y, [&](const auto& label) { return model_.partial_fit(when, label); });
    } else {
      check_label(y);
      const Time step = when.step - lead_;
      const bool known = kept_.holds(step);
      scale(y, known ? kept_.column(step) : nullptr);
      const VectorView<const double, Outputs> z(label_.data(), outputs());
      const auto learn = [&] {
        if constexpr (is_weighted<Y>) {
          return model_.partial_fit(when, weighted(values_as<Inner>(z), values_as<Inner>(y.weight)));
        } else {
          return model_.partial_fit(when, values_as<Inner>(z));
        }
      };
      const auto loss = learn();
      if (known) {
        copy_label(y);
        learn_label(out_, label_.data(), kept_.column(step));
      }
      return loss;
    }
  }

  /// What `step(x)` would return, bit for bit; changes nothing. By value where sizes are fixed, else in the
  /// pipeline until its next prediction.
  template <Values X>
  auto predict(const X& x) const {
    check_size<Inputs>("x", x, inputs());
    if constexpr (reads_raw) {
      return restored(model_.predict(values_as<Inner>(x)));
    } else {
      return with_next(x, [&](In&, const auto& z) { return restored(model_.predict(z)); });
    }
  }

  /// The latest prediction that was made before its label was known, in the units of the labels; zero before
  /// the first step.
  VectorView<const double, Outputs> prediction() const { return {prediction_.data(), outputs()}; }

  Time time() const { return model_.time(); }

  int inputs() const {
    if constexpr (reads_raw) {
      return model_.inputs();
    } else {
      return in_.inputs();
    }
  }
  int outputs() const { return model_.outputs(); }
  int window() const { return model_.window(); }

  /// Forgets the stream: the model's, and what the transforms have of the last samples. Keeps what was
  /// learned.
  void reset() {
    model_.reset();
    take_prediction();
    kept_.reset();
    if constexpr (!reads_raw) {
      in_.reset();
    }
    if constexpr (!writes_raw) {
      out_.reset();
    }
  }

  /// The parts, to be looked at and to change settings. Steps that the model takes by itself have no units:
  /// labels of earlier ones find them gone.
  Model& model() { return model_; }
  /// The model, which sees scaled samples.
  const Model& model() const { return model_; }
  /// What stands before the model.
  In& in() { return in_; }
  /// What stands before the model.
  const In& in() const { return in_; }
  /// What stands behind the model.
  Out& out() { return out_; }
  /// What stands behind the model.
  const Out& out() const { return out_; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    if (self.inputs() == 0) {
      fail_moved_from("the pipeline");
    }
    if constexpr (!reads_raw) {
      visit("in", self.in_);
    }
    visit("model", self.model_);
    if constexpr (!writes_raw) {
      visit("out", self.out_);
    }
    visit("lead", self.lead_);
    visit("kept", self.kept_);
    visit("prediction", self.prediction_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(lead_) || is_count(-1 - lead_); }

 private:
  using Inner = typename Model::Scalar;
  static constexpr int stages = [] {
    if constexpr (writes_raw) {
      return 0;
    } else {
      return stages_of<Out>;
    }
  }();

  int kept_width() const { return writes_raw ? 1 : 2 * stages * model_.outputs(); }

  /// Calls use(next, z) with `In` as it is once it has learned from x, and what it then makes of x; on the
  /// stack where sizes are fixed.
  template <class X, class Use>
  auto with_next(const X& x, Use&& use) const {
    const auto learn_and_use = [&](In& next) {
      next.partial_fit(x);
      return use(next, values_as<Inner>(transform_in_double(next, x)));
    };
    if constexpr (In::fixed) {
      In next = in_;
      return learn_and_use(next);
    } else {
      next_in_.in = in_;
      return learn_and_use(next_in_.in);
    }
  }

  /// Keeps the prediction of a model that predicts in the units of the labels by itself.
  void take_prediction() {
    if constexpr (writes_raw) {
      const auto& y = model_.prediction();
      for (int i = 0; i < outputs(); ++i) {
        prediction_.data()[i] = static_cast<double>(y(i));
      }
    }
  }

  /// Calls use(label) with what a model that has no `Out` takes: numbers in its own scalar, and all else as
  /// it came.
  template <class Y, class Use>
  static auto with_label(const Y& y, Use&& use) {
    if constexpr (is_weighted<Y>) {
      return with_label(y.y, [&](const auto& own) { return use(weighted(own, values_as<Inner>(y.weight))); });
    } else if constexpr (EigenExpression<Y>) {
      return use(values_as<Inner>(y));
    } else {
      return use(y);
    }
  }

  /// Writes what holds for the step that the model has just taken; returns it.
  const double* keep() {
    const Time lead = model_.time() - (kept_.time() + 1);
    if (lead != lead_) {  // the model took steps by itself
      kept_.reset();
      lead_ = lead;
    }
    double* const column = kept_.advance();
    write_stages(out_, column);
    return column;
  }

  /// A prediction of the model in the units of the labels.
  template <class Z>
  void restore(const Z& z, const double* column, double* y) const {
    for (int i = 0; i < outputs(); ++i) {
      y[i] = static_cast<double>(z(i));
    }
    restore_prediction(column, stages, y, outputs());
  }
  template <class Z>
  auto restored(const Z& z) const {
    const auto write = [&](double* column, double* y) {
      if constexpr (!writes_raw) {
        write_stages(out_, column);
      }
      restore(z, column, y);
    };
    if constexpr (fixed) {
      double column[static_cast<std::size_t>(stage_width())];
      Prediction y;
      write(column, y.data());
      return y;
    } else {
      write(predicted_.column.data(), predicted_.values.data());
      return VectorView<const double, Outputs>(predicted_.values.data(), outputs());
    }
  }

  template <class Y>
  void check_label(const Y& y) const {
    if constexpr (is_weighted<Y>) {
      check_label(y.y);
      if constexpr (EigenExpression<std::decay_t<decltype(y.weight)>>) {
        check_size<Outputs>("the weight", y.weight, outputs());
      }
    } else {
      check_size<Outputs>("the target", y, outputs());
    }
  }

  /// Copies a label to `label_`; what has no weight is missing.
  template <class Y>
  void copy_label(const Y& y) {
    if constexpr (is_weighted<Y>) {
      copy_label(y.y);
      for (int i = 0; i < outputs(); ++i) {
        const double own = weight(y.weight, i);
        if (!is_finite(own) || own <= 0) {
          label_.data()[i] = not_a_number<double>;
        }
      }
    } else {
      copy_in_double<Outputs>(y, label_.data(), outputs());
    }
  }
  template <class W>
  static double weight(const W& weight, int i) {
    if constexpr (EigenExpression<W>) {
      return static_cast<double>(weight(i));
    } else {
      return static_cast<double>(weight);
    }
  }

  /// Writes a label to `label_` as the model sees it; NaN where its step is not known.
  template <class Y>
  void scale(const Y& y, const double* column) {
    if constexpr (is_weighted<Y>) {
      scale(y.y, column);
    } else if (column) {
      copy_label(y);
      scale_label(out_, column, label_.data());
    } else {
      std::fill_n(label_.data(), outputs(), not_a_number<double>);
    }
  }

  /// What `predict` works on where sizes are known at run time only.
  struct Nothing {
    template <class... Arguments>
    explicit Nothing(const Arguments&...) {}
  };
  struct NextIn {
    explicit NextIn(const In& like) : in(like) {}
    In in;
  };
  struct Predicted {
    explicit Predicted(int outputs) : column(Index{2} * stages * outputs), values(outputs) {}
    Storage<double, Dynamic> column, values;
  };

  In in_;
  Model model_;
  Out out_;
  Time lead_;  // the model's time before the first step that is kept here
  History<double, stage_width(), writes_raw ? 1 : WindowAtCompileTime> kept_;
  Storage<double, Outputs> prediction_, label_;
  [[no_unique_address]] mutable std::conditional_t<In::fixed, Nothing, NextIn> next_in_;
  [[no_unique_address]] mutable std::conditional_t<fixed, Nothing, Predicted> predicted_;
};

}  // namespace eddy
