#pragma once

#include "account.hpp"
#include "calls.hpp"
#include "run.hpp"

#include <memory>
#include <vector>

namespace eddy::properties {

/// A model that is taught by the actions of a case, with what it is compared to:
///
/// - a twin, which does the same by other calls, and is copied, moved, saved and loaded on the way: it has
/// the
///   same bits after every action;
/// - while the learning rate is 0, a model for each stream that only steps, which has the same states;
/// - the reference, which says what becomes of each label, what the gradient is, and where it moves the
/// weights.
class Student {
 public:
  Student(const Case& own, std::vector<std::string>* calls);

  void act(const Action& action);

 private:
  struct Expected {
    Entered entered;
    bool update = false;
    WindowGradient gradient;
  };

  void step(const Action& action);
  void learn(const Action& action);
  void step_batch(const Action& action);
  void learn_batch(const Action& action);
  void keep_house(const Action& action);

  void note_step(int stream, const Values& x, const Values& y);
  void note_batch_step(const Values& x, const std::vector<char>& mask, const Values& y);
  Step taken(const Values& x, const Values& state_before, bool has_sample, const Values& y,
             const Values& state_after);
  Expected expect(Account& account, std::int64_t when, const std::vector<Label>& labels, bool rehearses);
  void add_rehearsal(WindowGradient& gradient);
  void keep_window(const Account& account);
  void check_label(const Expected& expected, double loss, const Account& account, int stream);
  void check_amortized(const Expected& expected, int stream);
  void check_gradient(const Values& gradient, const WindowGradient& expected) const;
  void check_update(const Expected& expected);
  void check_all();
  void renew_twin(const Action& action);

  void hold(bool truth, const char* check, const std::string& detail = "") const {
    if (!truth) {
      throw Finding{check, detail, 0};
    }
  }
  void same_bits(const Values& a, const Values& b, const char* check) const;
  bool near(const Values& a, const Values& b, double tolerance) const;

  const Specification& specification_;
  Calls calls_;
  std::unique_ptr<Subject> model_, twin_;
  std::unique_ptr<Subject> apart_[3];
  std::vector<Account> accounts_;  // three streams, a batch
  bool resting_;
  bool tame_;  // whether the reference may be asked
  std::vector<char> frozen_;
  double learning_rate_;

  // Before the latest label.
  Values initial_, weights_;
  std::vector<Values> moments_;
  std::shared_ptr<const Values> current_;
  std::uint64_t random_ = 0;
  Update<double> update_;
  std::int64_t updates_before_ = 0;

  struct Kept {
    std::vector<Step> steps;
  };
  std::vector<Kept> kept_;
  std::int64_t seen_ = 0;

  // Of amortized updates: the gradient of the one under way, and whether a late label may have gone with it.
  WindowGradient awaited_[3];
  bool late_[3] = {};

  /// All numbers of a state, as bytes.
  struct Bits final : StateVisit {
    void part(const std::string& path, const char* data, std::size_t count, std::size_t size) override;
    void take(const Subject& subject);
    std::string where_it_differs(const Bits& other) const;

    std::string bytes;
    std::vector<std::pair<std::size_t, std::string>> paths;
  };
  Bits model_bits_, twin_bits_;
};

}  // namespace eddy::properties
