#pragma once

#include <eddy/core/flat_model.hpp>
#include <eddy/core/random.hpp>
#include <eddy/core/setting.hpp>
#include <eddy/core/storage.hpp>

#include <cstdint>

namespace eddy {

/// Settings of `ShrinkAndPerturb`.
struct ShrinkAndPerturbOptions {
  double shrink = 0.5;     ///< λ, 0 to 1
  double perturb = 0.5;    ///< p, 0 to 1
  std::uint64_t seed = 1;  ///< of the fresh weights

  /// Throws unless all are in range.
  void check() const {
    check_setting("shrink", shrink, from_to(0, 1));
    check_setting("perturb", perturb, from_to(0, 1));
  }
};

/// Gives a network back its ability to learn when its task has changed, and keeps some of what it knows (Ash
/// & Adams 2020, arXiv:1910.08475):
///
///   w ← λ w + p w₀, w₀ freshly drawn as a new network's
///
/// λ + p = 1 keeps what begins at another value than 0, the bias of a forget gate. To be called when
/// a change has been noticed, not after each sample. Costs what making a network does: O(n³) in its units.
template <FlatModel Model>
class ShrinkAndPerturb {
  using Scalar = typename Model::Scalar;

 public:
  static constexpr const char* kind = "ShrinkAndPerturb";
  using Options = ShrinkAndPerturbOptions;

  /// Allocates where the sizes of the model are known at run time only. Throws if a setting is out of range.
  explicit ShrinkAndPerturb(const Model& model, Options options = {})
      : options_((options.check(), options)),
        random_(~options.seed),  // other weights than those a model of the same seed began with
        fresh_(padded<Scalar>(static_cast<int>(model.parameters().size()))) {}

  /// Shrinks and perturbs the parameters of the model, or of another of the same sizes.
  void apply(Model& model) {
    auto parameters = model.parameters();
    if (padded<Scalar>(static_cast<int>(parameters.size())) != fresh_.size()) {
      fail("the model has another number of parameters than the one this was made for");
    }
    model.network().initialize(fresh_.data(), random_);
    const Scalar shrink = static_cast<Scalar>(options_.shrink),
                 perturb = static_cast<Scalar>(options_.perturb);
    for (Index i = 0; i < parameters.size(); ++i) {
      parameters(i) = shrink * parameters(i) + perturb * fresh_.data()[i];
    }
  }

  /// Shows what must be kept to go on later: calls visit(name, value) for each part.
  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("random", self.random_);
  }

 private:
  Options options_;
  Random random_;
  Storage<Scalar, padded<Scalar>(Model::Parameters)> fresh_;
};

}  // namespace eddy
