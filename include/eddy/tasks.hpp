#pragma once

#include <eddy/core/finite.hpp>
#include <eddy/core/kind.hpp>
#include <eddy/loss.hpp>
#include <eddy/target.hpp>

#include <cstddef>
#include <tuple>
#include <utility>

namespace eddy {

/// One of the `Tasks` of a model: a loss of `outputs` of its outputs, and how much that counts.
template <Loss L, int Outputs = Dynamic>
struct Task {
  static constexpr const char* kind = "Task";
  using KindParts = Types<L>;
  L loss = {};
  double weight = 1;                   ///< what its loss is multiplied by, at least 0
  int outputs = fixed_or(Outputs, 1);  ///< how many of the model's outputs are its own

  static constexpr int OutputsAtCompileTime = Outputs;
};

/// Says that a task has no label in `labels(…)`.
struct NoLabel {};
/// Says that a task has no label this time.
inline constexpr NoLabel no_label{};

/// A label for each task; made by `labels` or `task`. Refers to its arguments: use it within the call.
template <class... Y>
struct TaskLabels {
  std::tuple<const Y&...> each;  ///< a label for each task
};

/// Labels of a model with `Tasks`, in their order, each what the loss of its task takes: a number, a vector,
/// a class index, `weighted(…)`, or `no_label`. Tasks beyond the last have none.
template <class... Y>
constexpr TaskLabels<Y...> labels(const Y&... each) {
  return {{each...}};
}

/// The label of task N, counted from 0; the others have none.
template <std::size_t N, class Y>
constexpr auto task(const Y& y) {
  return [&]<std::size_t... Before>(std::index_sequence<Before...>) {
    return labels((static_cast<void>(Before), no_label)..., y);
  }
  (std::make_index_sequence<N>());
}

/// The loss of several tasks that share a network: its outputs are dealt out to the tasks in order, each of
/// which has a loss and a weight of its own, Σ_k weight_k loss_k (Caruana 1997, doi:10.1023/A:1007379606734).
/// With a linear read-out the rows of its weights are the heads of one trunk.
///
///   using Loss = Tasks<Task<MeanSquaredError, 1>, Task<SoftmaxCrossEntropy, 3>>;
///   Gru<float, 4, 16, 4, Loss> model({.loss = {.tasks = {{.weight = 1}, {.weight = 0.5}}}});
///   model.partial_fit(x, labels(0.3f, 2));      // a label for each
///   model.partial_fit(at(when), task<1>(2));    // for one of them, when it comes
///
/// A label may be a vector of the targets of all tasks, one after the other, too. A task without a label (NaN
/// in all its targets) has no loss and no error. Labels for the same step may come at different times: each
/// adds its error. Where the sizes of a model are fixed, so are those of its tasks.
template <class... T>
struct Tasks {
  static constexpr const char* kind = "Tasks";
  using KindParts = Types<T...>;
  static_assert(sizeof...(T) > 0);

  std::tuple<T...> tasks = {};  ///< the tasks, in the order of the outputs

  static constexpr bool fixed = ((T::OutputsAtCompileTime != Dynamic) && ...);

  /// How many targets belong to the outputs, which must be those of the tasks together.
  static constexpr int target_size(int outputs) requires(fixed) {
    check_outputs((T::OutputsAtCompileTime + ...), outputs);
    return (targets_of<T> + ...);
  }
  int target_size(int outputs) const requires(!fixed) {
    int own = 0, all = 0;
    for_each([&](const auto& task, Part, Part targets, auto) {
      own += task.outputs;
      all += targets.size;
    });
    check_outputs(own, outputs);
    return all;
  }

  /// Throws unless the settings fit that many outputs.
  void check(int outputs) const {
    target_size(outputs);
    for_each([](const auto& task, Part, Part, auto) {
      check_fixed<std::decay_t<decltype(task)>::OutputsAtCompileTime>("the number of outputs of a task",
                                                                      task.outputs);
      check_setting("the weight of a task", task.weight, at_least(0));
      check_loss(task.loss, task.outputs);
    });
  }

  template <class Prediction, class Target, class Weight, class Gradient>
  auto evaluate(const Prediction& prediction, const Target& target, const Weight& weight,
                Gradient&& gradient) const {
    using Scalar = typename Prediction::Scalar;
    Scalar sum = 0;
    for_each([&](const auto& task, Part outputs, Part targets, auto) {
      const auto w = part(weight, targets);
      VectorView<Scalar> g(gradient.data() + outputs.begin, outputs.size);
      if (w.isZero(0)) {
        g.setZero();
        return;
      }
      const Scalar share = static_cast<Scalar>(task.weight);
      sum += share * eddy::evaluate(task.loss, part(prediction, outputs), part(target, targets), w, g);
      g *= share;
    });
    return sum;
  }

  /// The part of a prediction that belongs to task N.
  template <std::size_t N, class Prediction>
  auto outputs_of(const Prediction& prediction) const {
    Part own{};
    for_each([&](const auto&, Part outputs, Part, auto number) {
      if constexpr (number == N) {
        own = outputs;
      }
    });
    return part(prediction, own);
  }

  /// Refuses labels that do not fit their tasks.
  template <class... Y>
  requires(sizeof...(Y) <= sizeof...(T)) void check_target(const TaskLabels<Y...>& labels) const {
    for_each_label(labels, [](const auto& y, const auto& task, Part targets) {
      using Own = std::decay_t<decltype(task)>;
      eddy::check_target<decltype(Own::loss), targets_of<Own>>(task.loss, y, targets.size);
    });
  }

  /// Writes the labels of all tasks as numbers and weights; returns whether there was one.
  template <class Scalar, class... Y>
  requires(sizeof...(Y) <= sizeof...(T)) TargetKind
      write_target(const TaskLabels<Y...>& labels, VectorView<Scalar> target, VectorView<Scalar> weight)
  const {
    bool any = false, finite = true;
    target.setZero();
    weight.setZero();
    for_each_label(labels, [&](const auto& y, const auto& task, Part targets) {
      using Own = std::decay_t<decltype(task)>;
      const TargetKind target_kind = eddy::write_target<decltype(Own::loss), targets_of<Own>, Scalar>(
          task.loss, y, VectorView<Scalar>(target.data() + targets.begin, targets.size),
          VectorView<Scalar>(weight.data() + targets.begin, targets.size));
      any |= target_kind == TargetKind::usable;
      finite &= target_kind != TargetKind::not_finite;
    });
    return !finite ? TargetKind::not_finite : any ? TargetKind::usable : TargetKind::missing;
  }

 private:
  /// Neighbours in a vector.
  struct Part {
    int begin, size;
  };

  template <class Values>
  static VectorView<const typename Values::Scalar> part(const Values& values, Part own) {
    return {values.data() + own.begin, own.size};
  }

  template <class Own>
  static constexpr int targets_of = targets_at_compile_time<decltype(Own::loss), Own::OutputsAtCompileTime>();

  static constexpr void check_outputs(int own, int outputs) {
    if (own != outputs) {
      fail("the tasks have ", own, " outputs together, the model has ", outputs);
    }
  }

  /// Calls visit(task, outputs, targets, number) for each task.
  template <class Visit>
  void for_each(Visit&& visit) const {
    int output = 0, target = 0;
    const auto one = [&](const auto& task, auto number) {
      const int targets = eddy::target_size(task.loss, task.outputs);
      visit(task, Part{output, task.outputs}, Part{target, targets}, number);
      output += task.outputs;
      target += targets;
    };
    [&]<std::size_t... N>(std::index_sequence<N...>) {
      (one(std::get<N>(tasks), std::integral_constant<std::size_t, N>()), ...);
    }
    (std::make_index_sequence<sizeof...(T)>());
  }

  /// Calls visit(y, task, targets) for each task that has a label.
  template <class... Y, class Visit>
  void for_each_label(const TaskLabels<Y...>& labels, Visit&& visit) const {
    for_each([&](const auto& task, Part, Part targets, auto number) {
      if constexpr (number < sizeof...(Y)) {
        const auto& y = std::get<number>(labels.each);
        if constexpr (!std::is_same_v<std::decay_t<decltype(y)>, NoLabel>) {
          visit(y, task, targets);
        }
      }
    });
  }
};

}  // namespace eddy
