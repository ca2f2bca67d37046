#pragma once

#include "any_layer.hpp"
#include "any_loss.hpp"
#include "any_optimizer.hpp"
#include "settings.hpp"
#include "subject.hpp"

#include <eddy/core/finite.hpp>
#include <eddy/credit/amortized_bptt.hpp>
#include <eddy/io/checkpoint.hpp>
#include <eddy/layers/frozen.hpp>
#include <eddy/layers/residual.hpp>
#include <eddy/layers/sequential.hpp>
#include <eddy/layers/skip.hpp>
#include <eddy/online.hpp>

#include <optional>
#include <sstream>

namespace eddy::properties {

inline void set(AnyLoss& loss, const LossSetting& setting, int) { loss.setting = setting; }

/// Makes a layer of a type: of its own sizes, or of those that were drawn.
template <class L>
struct Make {
  static constexpr int depth = 0;  ///< a cell by itself has no layers to be frozen
  static L network(const std::vector<Part>& parts) { return layer(parts.front()); }
  static L layer(const Part& part) {
    if constexpr (L::Sizes.fixed()) {
      return L();
    } else if constexpr (std::is_constructible_v<L, const Part&>) {
      return L(part);
    } else {
      return L(part.inputs, part.outputs);
    }
  }
};
/// Makes a layer around another.
template <class Wrapper, class Inner>
struct MakeWrapper {
  static Wrapper layer(const Part& part) { return Wrapper(Make<Inner>::layer(part)); }
};
template <class Inner>
struct Make<Skip<Inner>> : MakeWrapper<Skip<Inner>, Inner> {};
template <class Inner>
struct Make<Residual<Inner>> : MakeWrapper<Residual<Inner>, Inner> {};
template <class Inner>
struct Make<Frozen<Inner>> : MakeWrapper<Frozen<Inner>, Inner> {};
template <class... Layers>
struct Make<Sequential<Layers...>> {
  static Sequential<Layers...> network(const std::vector<Part>& parts) {
    return [&]<std::size_t... N>(std::index_sequence<N...>) {
      return Sequential<Layers...>(Make<Layers>::layer(parts[N])...);
    }
    (std::make_index_sequence<sizeof...(Layers)>());
  }
  static constexpr int depth = sizeof...(Layers);
};

/// A rehearsal whose policy is known at run time only: the one of the case that runs.
struct AnyRehearsal {
  static constexpr int Capacity = Dynamic;
  static inline bool reservoir = false;

  int replays = 2, capacity = 200;
  void check() const { check_rehearsal<Dynamic>(replays, capacity); }
  static std::int64_t place(std::int64_t seen, int capacity, Random& random) {
    return reservoir ? ReservoirRehearsal<Dynamic>::place(seen, capacity, random)
                     : RecentRehearsal<Dynamic>::place(seen, capacity, random);
  }
};

template <class Model>
class SubjectOf final : public Subject {
  using Scalar = typename Model::Scalar;
  using Options = typename Model::Options;
  using Stream = typename Model::Stream;
  using SomeValues = Vector<Scalar>;
  using Columns = Matrix<Scalar>;
  static constexpr bool batches = Model::learns_in_batches;
  static constexpr int depth = Make<typename Model::Network>::depth;
  static constexpr bool freezes = depth > 0 && requires(Model& model) { model.template freeze<0>(); };

 public:
  explicit SubjectOf(const Specification& s) : specification_(s), model_(make_model(s)) {
    for (int i = 0; i < 2; ++i) {
      streams_.push_back(model_.make_stream());
    }
    if constexpr (batches) {
      if (s.tolerance == 0) {
        batch_.emplace(model_.make_batch(s.batch));
      }
    }
  }

  std::unique_ptr<Subject> copy() const override { return std::make_unique<SubjectOf>(*this); }
  std::unique_ptr<Subject> moved() override {
    SubjectOf first(std::move(*this));
    auto second = std::make_unique<SubjectOf>(first.specification_);
    *second = std::move(first);
    return second;
  }
  std::unique_ptr<Subject> fresh() const override {
    Specification other = specification_;
    other.seed += 17;  // all of it is to come from the checkpoint
    return std::make_unique<SubjectOf>(other);
  }
  std::string save() const override {
    std::ostringstream out;
    with_parts(*this, [&](const auto&... parts) { eddy::save(out, parts...); });
    return out.str();
  }
  std::string try_load(const std::string& checkpoint) override {
    std::istringstream in(checkpoint);
    std::string reason;
    with_parts(*this, [&](auto&... parts) { reason = eddy::try_load(in, parts...); });
    return reason;
  }
  bool valid() const override {
    bool valid = true;
    with_parts(*this, [&](const auto&... parts) { ((valid &= state_is_valid(parts)), ...); });
    return valid;
  }
  void visit_state(StateVisit& visit) const override {
    visit_numbers("model", model_, visit);
    visit_numbers("stream1", streams_[0], visit);
    visit_numbers("stream2", streams_[1], visit);
    if constexpr (batches) {
      if (batch_) {
        visit_numbers("batch", *batch_, visit);
      }
    }
  }

  Values step(int stream, const Values& x) override {
    return stream == 0 ? values(model_.step(input(x))) : values(model_.step(at(stream), input(x)));
  }
  Values predict(int stream, const Values& x) const override {
    return stream == 0 ? values(model_.predict(input(x)))
                       : values(model_.predict(streams_[static_cast<std::size_t>(stream - 1)], input(x)));
  }
  double fit(int stream, const Values& x, const Label& y) override {
    return labelled(y, [&](const auto& label) {
      return stream == 0 ? model_.partial_fit(input(x), label)
                         : model_.partial_fit(at(stream), input(x), label);
    });
  }
  double fit(int stream, const Label& y) override {
    return labelled(y, [&](const auto& label) {
      return stream == 0 ? model_.partial_fit(label) : model_.partial_fit(at(stream), label);
    });
  }
  double fit_at(int stream, std::int64_t when, const Label& y) override {
    return labelled(y, [&](const auto& label) {
      return stream == 0 ? model_.partial_fit(eddy::at(when), label)
                         : model_.partial_fit(at(stream), eddy::at(when), label);
    });
  }
  std::int64_t time(int stream) const override {
    return stream == 0 ? model_.time() : streams_[static_cast<std::size_t>(stream - 1)].time();
  }
  Values prediction(int stream) const override {
    return stream == 0 ? values(model_.prediction())
                       : values(streams_[static_cast<std::size_t>(stream - 1)].prediction());
  }
  void reset(int stream) override { stream == 0 ? model_.reset() : at(stream).reset(); }

  bool has_batch() const override { return batch_.has_value(); }
  Values step_batch(const Values& x, const std::vector<char>& mask) override {
    if constexpr (batches) {
      const Columns columns = matrix(x, model_.inputs());
      return mask.empty() ? values(model_.step(*batch_, columns))
                          : values(model_.step(*batch_, columns, active(mask)));
    } else {
      return {};
    }
  }
  double fit_batch(const Values& x, const Values& y, const std::vector<char>& mask) override {
    if constexpr (batches) {
      const Columns in = matrix(x, model_.inputs()), out = matrix(y, specification_.targets());
      return static_cast<double>(mask.empty() ? model_.partial_fit(*batch_, in, out)
                                              : model_.partial_fit(*batch_, in, out, active(mask)));
    } else {
      return 0;
    }
  }
  double fit_batch(const Values& y) override {
    if constexpr (batches) {
      return static_cast<double>(model_.partial_fit(*batch_, matrix(y, specification_.targets())));
    } else {
      return 0;
    }
  }
  double fit_batch_at(std::int64_t when, const Values& y) override {
    if constexpr (batches) {
      return static_cast<double>(
          model_.partial_fit(*batch_, eddy::at(when), matrix(y, specification_.targets())));
    } else {
      return 0;
    }
  }
  std::int64_t batch_time() const override {
    if constexpr (batches) {
      return batch_->time();
    } else {
      return 0;
    }
  }
  void reset_batch(int stream) override {
    if constexpr (batches) {
      stream < 0 ? batch_->reset() : batch_->reset(stream);
    }
  }

  Update<double> last_update() const override {
    const auto& u = model_.last_update();
    return {.status = u.status,
            .applied = u.applied,
            .loss = static_cast<double>(u.loss),
            .gradient_norm = static_cast<double>(u.gradient_norm),
            .updates = u.updates,
            .skipped = u.skipped};
  }
  Values parameters() const override { return values(model_.parameters()); }
  void set_parameters(const Values& values) override { model_.parameters() = input(values); }
  Values gradient() const override { return values(model_.gradient()); }
  std::vector<Values> moments() const override {
    const auto all = model_.moments();
    const Index length = model_.parameters().size(), stride = padded<Scalar>(static_cast<int>(length));
    std::vector<Values> each;
    for (Index begin = 0; begin < all.size(); begin += stride) {
      each.push_back(values(all.segment(begin, length)));
    }
    return each;
  }
  Values state() const override { return values(model_.state()); }
  void set_learning_rate(double rate) override {
    auto& optimizer = model_.optimizer();
    if constexpr (requires { optimizer.optimizer; }) {
      optimizer.optimizer.learning_rate = rate;
    } else {
      optimizer.learning_rate = rate;
    }
  }
  void reset_optimizer() override { model_.reset_optimizer(); }
  bool freeze(int layer, bool frozen) override {
    if constexpr (freezes) {
      [&]<int... N>(std::integer_sequence<int, N...>) {
        ((layer == N ? (frozen ? model_.template freeze<N>() : model_.template unfreeze<N>()) : void()), ...);
      }
      (std::make_integer_sequence<int, depth>());
    }
    return freezes;
  }
  void forget_rehearsed() override { model_.forget_rehearsed(); }

 private:
  static Model make_model(const Specification& s) {
    if constexpr (Model::Network::Sizes.fixed()) {
      return Model(options(s));
    } else {
      return Model(Make<typename Model::Network>::network(s.parts), options(s));
    }
  }
  static Options options(const Specification& s) {
    Options o;
    set(o.loss, s.loss, s.outputs());
    set(o.optimizer, s.optimizer);
    o.credit.window = s.window;
    o.credit.stride = s.stride;
    o.credit.tolerance = s.tolerance;
    if constexpr (requires { o.rehearsal.capacity; }) {
      AnyRehearsal::reservoir = s.rehearsal == RehearsalKind::reservoir;
      o.rehearsal.replays = s.rehearsal == RehearsalKind::none ? 0 : s.replays;
      o.rehearsal.capacity = s.capacity;
    }
    o.clip_norm = s.clip_norm;
    o.clip_value = s.clip_value;
    o.seed = s.seed;
    return o;
  }
  template <class Self, class Use>
  static void with_parts(Self& self, Use&& use) {
    if constexpr (batches) {
      if (self.batch_) {
        return use(self.model_, self.streams_[0], self.streams_[1], *self.batch_);
      }
    }
    use(self.model_, self.streams_[0], self.streams_[1]);
  }
  Stream& at(int stream) { return streams_[static_cast<std::size_t>(stream - 1)]; }
  template <class V>
  static Values values(const V& v) {
    Values all;
    for (Index column = 0; column < v.cols(); ++column) {
      for (Index row = 0; row < v.rows(); ++row) {
        all.push_back(static_cast<double>(v(row, column)));
      }
    }
    return all;
  }
  static SomeValues input(const Values& x) {
    SomeValues v(static_cast<Index>(x.size()));
    for (std::size_t i = 0; i < x.size(); ++i) {
      v(static_cast<Index>(i)) = static_cast<Scalar>(x[i]);
    }
    return v;
  }
  static Columns matrix(const Values& x, int rows) {
    Columns m(rows, static_cast<Index>(x.size()) / rows);
    for (std::size_t i = 0; i < x.size(); ++i) {
      m(static_cast<Index>(i) % rows, static_cast<Index>(i) / rows) = static_cast<Scalar>(x[i]);
    }
    return m;
  }
  static Eigen::Array<bool, Dynamic, 1> active(const std::vector<char>& mask) {
    Eigen::Array<bool, Dynamic, 1> a(static_cast<Index>(mask.size()));
    for (std::size_t i = 0; i < mask.size(); ++i) {
      a(static_cast<Index>(i)) = mask[i] != 0;
    }
    return a;
  }
  template <class Fit>
  double labelled(const Label& y, Fit&& fit) {
    const SomeValues target = input(y.values);
    using Loss = decltype(Options{}.loss);
    switch (y.form) {
      case Label::Form::values:
        break;
      case Label::Form::class_index:
        if constexpr (ClassLoss<Loss>) {
          return static_cast<double>(fit(y.index));
        }
        break;
      case Label::Form::weights:
        return static_cast<double>(fit(weighted(target, input(y.weights))));
      case Label::Form::tasks:
        if constexpr (requires(Loss loss) { loss.tasks; }) {
          return static_cast<double>(is_nan(target(0)) ? fit(task<1>(y.index))
                                     : y.index < 0     ? fit(labels(target(0)))
                                                       : fit(labels(target(0), y.index)));
        }
        break;
    }
    return static_cast<double>(fit(target));
  }

  Specification specification_;
  Model model_;
  std::vector<Stream> streams_;
  std::optional<std::conditional_t<batches, typename Model::Batch, int>>
      batch_;  // no rule but one learns in batches
};

}  // namespace eddy::properties
