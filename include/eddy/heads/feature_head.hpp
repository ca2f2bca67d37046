#pragma once

#include <eddy/core/sample.hpp>
#include <eddy/core/storage.hpp>
#include <eddy/streaming/learner.hpp>
#include <eddy/target.hpp>
#include <eddy/update.hpp>

#include <algorithm>
#include <cstdint>

namespace eddy {

/// A head that learns fast from [f; x], the features f of an extractor and the input itself; usually
/// `RecursiveLeastSquares`. What it cannot do without is the input: many streams are little more than an
/// autoregression.
///
/// The extractor is `Features`, whose weights rest, or anything else with its verbs. If it is itself a
/// `Learner`, as is `Online` of a recurrent cell, its features learn, too, under the head: at each label the
/// error of the head's prediction goes back through the head's weights W, and on into the network. There
/// f − ½ n ∂/∂f ½‖y − W [f; x]‖² stands as the target of the n features, under a mean of squared errors. It
/// should learn slowly, because the head must follow.
///
/// It is a `Learner`; late labels within the windows of both. What is not finite is passed over. Throws if
/// the head does not take as many inputs as extractor and stream have values.
template <class Extractor_, class Head_>
class FeatureHead {
 public:
  /// What makes the features.
  using Extractor = Extractor_;
  /// What learns from them.
  using Head = Head_;
  using Scalar = typename Head::Scalar;
  using Time = std::int64_t;
  static constexpr int Inputs = Extractor::Inputs, Outputs = Head::Outputs;
  static constexpr int Width = add(Extractor::Outputs, Inputs);
  static constexpr int WindowAtCompileTime = window_at_compile_time<Head>;
  static constexpr bool fixed = Extractor::fixed && Head::fixed;
  static_assert(std::is_same_v<Scalar, typename Extractor::Scalar>,
                "an extractor and its head share one scalar type");
  static_assert(Width == Dynamic || Head::Inputs == Dynamic || Width == Head::Inputs,
                "the head takes the features and the input: as many inputs as both have values");

  /// Whether features learn, too.
  static constexpr bool features_learn = requires(Extractor & e, Vector<Scalar> y) {
    e.partial_fit(at(1), y);
  };

  FeatureHead() requires(Extractor::fixed&& Head::fixed) : FeatureHead(Extractor(), Head()) {}
  /// Around copies of both; throws if the head takes another number of inputs.
  FeatureHead(const Extractor& extractor, const Head& head)
      : extractor_(extractor),
        head_(head),
        sample_(extractor_.outputs() + extractor_.inputs()),
        scratch_(sample_.size()) {
    if (head_.inputs() != sample_.size()) {
      fail("the head takes ", head_.inputs(), " inputs, but features and input have ", sample_.size(),
           " values");
    }
  }

  int inputs() const { return extractor_.inputs(); }
  int outputs() const { return head_.outputs(); }

  /// The number of newest steps whose labels are welcome.
  int window() const { return head_.window(); }

  /// The newest step, counted from 1.
  Time time() const { return head_.time(); }

  /// Takes a sample; returns the prediction, NaN for an x that is not finite.
  template <Values X>
  VectorView<const Scalar, Outputs> step(const X& x) {
    extractor_.step(x);
    join(extractor_.prediction(), x, sample_.data());
    return head_.step(VectorView<const Scalar>(sample_.data(), sample_.size()));
  }

  /// Takes a sample, then learns from its label; returns the loss of the prediction made before.
  template <Values X, Values Y>
  Scalar partial_fit(const X& x, const Y& y) {
    check_size<Outputs>("the target", y, outputs());
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
    if constexpr (features_learn) {
      // before the head learns, lest it leave no error
      if (head_.send_back(when, y, sample_.data())) {
        const int features = extractor_.outputs();
        VectorView<Scalar> target(sample_.data(), features);
        target = VectorView<const Scalar>(head_.sample(when), features) -
                 target * (static_cast<Scalar>(features) / 2);
        extractor_.partial_fit(when, target);
      }
    }
    return head_.partial_fit(when, y);
  }

  /// What `step(x)` would return, bit for bit; changes nothing.
  template <Values X>
  auto predict(const X& x) const {
    if constexpr (fixed) {
      Storage<Scalar, Width> sample;
      join(extractor_.predict(x), x, sample.data());
      return head_.predict(VectorView<const Scalar, Width>(sample.data(), Width));
    } else {
      join(extractor_.predict(x), x, scratch_.data());
      return head_.predict(VectorView<const Scalar>(scratch_.data(), scratch_.size()));
    }
  }

  /// The latest prediction; zero before the first step.
  VectorView<const Scalar, Outputs> prediction() const { return head_.prediction(); }

  /// Forgets the stream: the state of the extractor, samples that wait for their labels. Keeps what was
  /// learned.
  void reset() {
    extractor_.reset();
    head_.reset();
  }

  /// What became of the latest label in the head.
  const Update<Scalar>& last_update() const { return head_.last_update(); }

  /// What makes the features.
  Extractor& extractor() { return extractor_; }
  /// What makes the features.
  const Extractor& extractor() const { return extractor_; }
  /// What learns from them.
  Head& head() { return head_; }
  /// What learns from them.
  const Head& head() const { return head_; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("extractor", self.extractor_);
    visit("head", self.head_);
  }

 private:
  template <class Values, class X>
  void join(const Values& features, const X& x, Scalar* sample) const {
    std::copy_n(features.data(), extractor_.outputs(), sample);
    copy_values<Inputs>(x, sample + extractor_.outputs(), extractor_.inputs());
  }

  Extractor extractor_;
  Head head_;
  Storage<Scalar, Width> sample_;
  mutable Storage<Scalar, fixed ? 0 : Dynamic> scratch_;
};

}  // namespace eddy
