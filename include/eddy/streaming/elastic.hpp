#pragma once

#include <eddy/core/count.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/sample.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/core/storage.hpp>
#include <eddy/streaming/usual_values.hpp>

#include <algorithm>
#include <cstdint>

namespace eddy {

/// Pulls parameters towards an anchor, w ← w + `strength` (anchor − w): the gradient of ½ ‖w − anchor‖², as a
/// step of its own beside that of any optimizer. With the weights of an earlier task as anchor it is L2-SP
/// (Li, Grandvalet & Davoine 2018, arXiv:1802.01483); with the initial weights it keeps a network able to
/// learn, L2 Init (Kumar, Marklund & Van Roy 2023, arXiv:2308.11958). To be called after an update; a
/// strength of 1e-4 forgets half of what was learned in 7,000 calls without a label. A value of the anchor
/// that is not finite does not pull. Throws if sizes differ or `strength` is not from 0 to 1.
template <EigenExpression Parameters, EigenExpression Anchor>
void pull_towards(Parameters&& parameters, const Anchor& anchor, double strength) {
  using Scalar = typename std::decay_t<Parameters>::Scalar;
  if (parameters.size() != anchor.size()) {
    fail_size("the anchor", static_cast<long>(anchor.size()), static_cast<long>(parameters.size()));
  }
  check_setting("strength", strength, from_to(0, 1));
  for (Index i = 0; i < anchor.size(); ++i) {
    if (is_finite(anchor(i))) {
      parameters(i) += static_cast<Scalar>(strength) * (anchor(i) - parameters(i));
    }
  }
}

/// Settings of `ElasticWeights`.
struct ElasticOptions {
  double strength = 1;  ///< of the pull on a weight of mean importance, per call, at least 0
  double keep = 0.9;    ///< what is left of the importance for earlier tasks with each new one, 0 to 1

  /// Throws unless all are in range.
  void check() const {
    check_setting("strength", strength, from_to(0, 1e30));
    check_setting("keep", keep, from_to(0, 1));
  }
};

/// Keeps the weights that earlier tasks need from moving: online elastic weight consolidation (Schwarz et al.
/// 2018, arXiv:1805.06370, after Kirkpatrick et al. 2017, doi:10.1073/pnas.1611835114). The importance F of a
/// weight is the diagonal of the empirical Fisher information, the mean square of its gradient:
///
///   F ← keep F + mean(g²) / mean over weights;  then, for each call of `pull`,
///   w ← w + s F / (1 + s F) (anchor − w), the proximal step of ½ s F (w − anchor)², stable at any strength s
///
/// F is brought to a mean of 1 a task, so that `strength` does not depend on the scale of the loss. It takes
/// gradients of single samples: without rehearsal and with a stride of 1 those of `gradient()` are. One whose
/// square is over 30 times the usual one counts as that, so that a wild sample does not decide what is
/// important.
///
///   model.partial_fit(x, y);
///   elastic.observe(model.gradient());
///   elastic.pull(model.parameters());
///   ...
///   elastic.consolidate(model.parameters());  // a task has ended
template <class Scalar = float, int Size = Dynamic>
class ElasticWeights {
 public:
  static constexpr const char* kind = "ElasticWeights";

  /// Size by the type.
  explicit ElasticWeights(ElasticOptions options = {}) requires(Size != Dynamic)
      : ElasticWeights(Size, options) {}

  /// Allocates where the size is known at run time only. Throws if a setting is out of range.
  explicit ElasticWeights(int size, ElasticOptions options = {})
      : size_((check_fixed<Size>("the number of parameters", size), size)),
        options_((options.check(), options)),
        anchor_(size_),
        importance_(size_),
        squares_(size_) {}

  /// Notes the gradient of a sample. Returns false, and leaves it out, if a value is not finite.
  template <EigenExpression G>
  bool observe(const G& gradient) {
    check_size<Size>("the gradient", gradient, size_);
    double size = 0;
    for (int i = 0; i < size_; ++i) {
      if (!is_finite(gradient(i) * gradient(i))) {
        return false;
      }
      size += static_cast<double>(gradient(i) * gradient(i));
    }
    const double bounded = usual_.add(size, usual_.times_median(30));
    if (usual_.began_wrong(usual_.times_median(1000))) {
      std::fill_n(squares_.data(), size_, Scalar(0));
      observed_ = 0;
    }
    ++observed_;
    const Scalar share = Scalar(1) / static_cast<Scalar>(observed_),
                 counts = bounded < size ? static_cast<Scalar>(bounded / size) : Scalar(1);
    for (int i = 0; i < size_; ++i) {
      squares_.data()[i] += share * (counts * (gradient(i) * gradient(i)) - squares_.data()[i]);
    }
    return true;
  }

  /// Ends a task: from now on weights are pulled to where they are, by what its gradients said. Returns
  /// false, and changes nothing, if no gradient was observed, all were zero, or a parameter is not finite.
  template <EigenExpression P>
  bool consolidate(const P& parameters) {
    check_size<Size>("the vector of parameters", parameters, size_);
    Scalar mean = 0;
    for (int i = 0; i < size_; ++i) {
      mean += squares_.data()[i] / static_cast<Scalar>(size_);
      if (!is_finite(parameters(i))) {
        return false;
      }
    }
    if (!(mean > 0) || !is_finite(mean)) {
      return false;
    }
    const Scalar keep = static_cast<Scalar>(options_.keep);
    for (int i = 0; i < size_; ++i) {
      anchor_.data()[i] = parameters(i);
      importance_.data()[i] = keep * importance_.data()[i] + squares_.data()[i] / mean;
      squares_.data()[i] = 0;
    }
    observed_ = 0;
    usual_.reset();
    return true;
  }

  /// Pulls each parameter towards the anchor, as strongly as it is important; nothing before the first task
  /// was consolidated.
  template <EigenExpression P>
  void pull(P&& parameters) const {
    check_size<Size>("the vector of parameters", parameters, size_);
    const Scalar strength = static_cast<Scalar>(options_.strength);
    for (int i = 0; i < size_; ++i) {
      const Scalar s = strength * importance_.data()[i],
                   part = s > 1 ? 1 / (1 + 1 / s) : s / (1 + s);  // s may be infinite
      parameters(i) += part * (anchor_.data()[i] - parameters(i));
    }
  }

  /// How important each weight is for the tasks so far; 0 before the first.
  VectorView<const Scalar, Size> importance() const { return {importance_.data(), size_}; }

  /// Where the weights are pulled to.
  VectorView<const Scalar, Size> anchor() const { return {anchor_.data(), size_}; }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("observed", self.observed_);
    visit("anchor", self.anchor_);
    visit("importance", self.importance_);
    visit("squares", self.squares_);
    visit("usual", self.usual_);
  }

  /// Whether the state is one that could have come about.
  bool state_is_valid() const { return is_count(observed_); }

 private:
  int size_;
  ElasticOptions options_;
  std::int64_t observed_ = 0;
  UsualValues<16> usual_;  ///< of the squared norms of gradients
  Storage<Scalar, Size> anchor_, importance_, squares_;
};

}  // namespace eddy
