#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/flat_model.hpp>
#include <eddy/core/random.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/core/storage.hpp>
#include <eddy/streaming/usual_values.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

namespace eddy {

/// Settings of `DormantUnits`.
struct DormantUnitsOptions {
  double rate = 1e-4;      ///< part of the units that is replaced with each sample, 0 to 1
  double decay = 0.99;     ///< of the running utility, 0 to less than 1
  int maturity = 100;      ///< samples for which a new unit is left alone, at least 0
  std::uint64_t seed = 1;  ///< of the fresh weights

  /// Throws unless all are in range.
  void check() const {
    check_setting("rate", rate, from_to(0, 1));
    check_setting("decay", decay, from_below(0, 1));
    check_setting("maturity", maturity, at_least(0));
  }
};

/// Replaces the hidden units that a recurrent layer makes least use of: continual backpropagation (Dohare et
/// al. 2024, doi:10.1038/s41586-024-07711-7), by which a network goes on learning after many changes of its
/// task. The utility of unit i is a running mean of what it contributes,
///
///   u_i ← decay u_i + (1 − decay) |h_i − h̄_i| (Σ_k |W_out,ki| + Σ_k |W_hh,ki|),
///
/// h̄_i the running mean of h_i: the mean-corrected form of Dohare, Sutton & Mahmood 2021, arXiv:2108.06325,
/// by which a unit that always says the same is of no use, however loud. With each sample `rate` units of
/// every mature one become due; the least useful of them begins anew: what comes in is drawn as at
/// initialisation, what goes out is 0, its moments are 0, and what it contributed on average moves to the
/// biases, so that the prediction hardly changes. It wakes what is dead; where weights have only grown too
/// large to move, `pull_towards` the initial weights and `ShrinkAndPerturb` help, and this does not.
///
/// For a network of a recurrent layer and a read-out above it, as of `Rnn`, `Lstm` and `Gru`. To be called
/// after each sample; costs one pass over the recurrent weights, and O(n³) once a unit is replaced.
template <FlatModel Model>
class DormantUnits {
  using Scalar = typename Model::Scalar;

 public:
  static constexpr const char* kind = "DormantUnits";
  using Options = DormantUnitsOptions;

  /// Throws if a setting is out of range, or the model has no recurrent layer with a read-out above it.
  explicit DormantUnits(const Model& model, Options options = {})
      : options_((options.check(), options)),
        random_(~options.seed),  // other weights than those a model of the same seed began with
        incoming_(part(model, "0.weight_ih")),
        recurrent_(part(model, "0.weight_hh")),
        bias_(part(model, "0.bias")),
        outgoing_(part(model, "1.weight")),
        outgoing_bias_(part(model, "1.bias")),
        parameters_(static_cast<int>(model.parameters().size())),
        fresh_(padded<Scalar>(parameters_)),
        utility_(recurrent_.columns),
        mean_(recurrent_.columns),
        grown_(recurrent_.columns),
        age_(recurrent_.columns) {
    if (outgoing_.columns != recurrent_.columns) {
      fail("the read-out has ", outgoing_.columns, " inputs, expected the ", recurrent_.columns,
           " units of the recurrent layer");
    }
  }

  /// Takes the activity of the newest step into account, and replaces a unit if one is due. Returns its
  /// number, or -1. A state that is not finite, or over a hundred times as large as usual, is passed over.
  int update(Model& model) {
    const int units = recurrent_.columns;
    const auto h = model.state();
    if (model.parameters().size() != parameters_) {
      fail("the model has another number of parameters than the one this was made for");
    }
    if (!all_finite(h.data(), units) || !is_usual(h)) {
      return -1;
    }
    const Scalar gain = static_cast<Scalar>(1 - options_.decay);
    int mature = 0, least = -1;
    for (int i = 0; i < units; ++i) {
      ++age_.data()[i];
      grown_.data()[i] += gain * (1 - grown_.data()[i]);
      mean_.data()[i] += gain * (h(i) - mean_.data()[i]);
      const Scalar out =
          column(model, outgoing_, i).cwiseAbs().sum() + column(model, recurrent_, i).cwiseAbs().sum();
      const Scalar contribution = std::abs(h(i) - mean(i)) * out;
      if (is_finite(contribution)) {
        utility_.data()[i] += gain * (contribution - utility_.data()[i]);
      }
      if (age_.data()[i] > options_.maturity) {
        ++mature;
        least = least < 0 || utility(i) < utility(least) ? i : least;
      }
    }
    due_ += options_.rate * mature;
    if (due_ < 1 || least < 0) {
      return -1;
    }
    due_ -= 1;
    replace(model, least);
    return least;
  }

  /// What a unit contributes: its running mean since it was made.
  Scalar utility(int unit) const { return corrected(utility_, unit); }

  /// How many units were replaced so far.
  std::int64_t replaced() const { return replaced_; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("utility", self.utility_);
    visit("mean", self.mean_);
    visit("grown", self.grown_);
    visit("age", self.age_);
    visit("random", self.random_);
    visit("due", self.due_);
    visit("replaced", self.replaced_);
    visit("usual", self.usual_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const {
    const auto is_age = [](std::int64_t age) { return is_count(age); };
    return is_count(replaced_) && std::all_of(age_.data(), age_.data() + recurrent_.columns, is_age);
  }

 private:
  static constexpr int Units = Model::Sizes.state;  // or fewer: an LSTM has c, too

  /// A named part of the flat vector.
  struct Part {
    Index begin;
    int rows, columns;
  };

  static Part part(const Model& model, const std::string& name) {
    for (const auto& parameter : model.named_parameters()) {
      if (parameter.name == name) {
        return {parameter.values.data() - model.parameters().data(),
                static_cast<int>(parameter.values.rows()), static_cast<int>(parameter.values.cols())};
      }
    }
    fail("units are replaced in a recurrent layer with a read-out above it; the model has no parameters " +
         name);
  }

  /// Whether a state is of a size that it has been of late; begins anew if the first states were not.
  template <class State>
  bool is_usual(const State& h) {
    double size = 0;
    for (int i = 0; i < recurrent_.columns; ++i) {
      size = (std::max)(size, std::abs(static_cast<double>(h(i))));
    }
    const double bounded = usual_.add(size, usual_.times_median(100));
    if (usual_.began_wrong(usual_.times_median(1000))) {
      for (int i = 0; i < recurrent_.columns; ++i) {
        begin(i);
      }
    }
    return size <= bounded;
  }

  void begin(int unit) {
    utility_.data()[unit] = mean_.data()[unit] = grown_.data()[unit] = 0;
    age_.data()[unit] = 0;
  }

  template <class M>
  static VectorView<Scalar> column(M& model, Part part, int index) {
    return {model.parameters().data() + part.begin + Index{index} * part.rows, part.rows};
  }

  Scalar mean(int unit) const { return corrected(mean_, unit); }

  /// A running mean that began at 0, as if it had begun with the first value.
  Scalar corrected(const Storage<Scalar, Units>& mean, int unit) const {
    return age_.data()[unit] > 0 ? mean.data()[unit] / grown_.data()[unit] : Scalar(0);
  }

  void replace(Model& model, int unit) {
    model.network().initialize(fresh_.data(), random_);
    const Scalar constant = mean(unit);
    column(model, outgoing_bias_, 0) += constant * column(model, outgoing_, unit);
    column(model, bias_, 0).head(recurrent_.rows) += constant * column(model, recurrent_, unit);
    for (const Part own : {incoming_, recurrent_, bias_}) {
      for (int c = 0; c < own.columns; ++c) {
        for (int row = unit; row < own.rows; row += recurrent_.columns) {
          set(model, own, c, row, fresh_.data()[own.begin + Index{c} * own.rows + row]);
        }
      }
    }
    for (const Part own : {recurrent_, outgoing_}) {
      for (int row = 0; row < own.rows; ++row) {
        set(model, own, unit, row, Scalar(0));
      }
    }
    begin(unit);
    ++replaced_;
  }

  /// Sets one weight, and its moments to 0.
  void set(Model& model, Part own, int c, int row, Scalar value) {
    const Index index = own.begin + Index{c} * own.rows + row;
    model.parameters()(index) = value;
    if constexpr (requires { model.moments(); }) {
      auto moments = model.moments();
      for (Index i = index; i < moments.size(); i += fresh_.size()) {
        moments(i) = 0;
      }
    }
  }

  Options options_;
  Random random_;
  Part incoming_, recurrent_, bias_, outgoing_, outgoing_bias_;
  int parameters_;
  double due_ = 0;
  std::int64_t replaced_ = 0;
  UsualValues<16> usual_;  ///< of the largest activity of a step
  Storage<Scalar, padded<Scalar>(Model::Parameters)> fresh_;
  Storage<Scalar, Units> utility_, mean_, grown_;  // grown: 1 − decayᵃᵍᵉ
  Storage<std::int64_t, Units> age_;
};

}  // namespace eddy
