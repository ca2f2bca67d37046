#pragma once
// What the last few bytes by themselves say about the next one.

#include <Eigen/Core>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace text {

/// A log-linear model of n-grams, hashed: for each order n, the last n bytes choose a column of logits, and
/// the columns of all orders are added up. Trained together with a recurrent network, to whose logits it adds
/// its own (Mikolov et al. 2011, doi:10.1109/ASRU.2011.6163930), it takes the load of spelling off the
/// network at the cost of a few columns.
///
/// Each column learns by gradient descent at a rate that falls with the errors it has seen,
/// rate / √(1 + Σ ‖error‖²), after Adagrad (Duchi, Hazan & Singer 2011): what is seen for the first time is
/// learned at once.
class Contexts {
 public:
  Contexts(int classes, int orders, int bits, double rate)
      : bits_(bits), rate_(static_cast<float>(rate)), chosen_(static_cast<std::size_t>(orders)) {
    const Eigen::Index columns = Eigen::Index{orders} << bits;
    logits_ = Eigen::MatrixXf::Zero(classes, columns);
    errors_ = Eigen::VectorXf::Ones(columns);
  }

  /// Adds up the columns that the last bytes choose; the newest byte is the lowest of `history`.
  template <class Sum>
  void look_up(std::uint64_t history, Sum&& sum) {
    sum.setZero();
    for (std::size_t i = 0; i < chosen_.size(); ++i) {
      chosen_[i] = column(history, static_cast<int>(i));
      sum += logits_.col(chosen_[i]);
    }
  }

  /// Learns from dL/d(sum) for the bytes that were looked up last.
  template <class Error>
  void learn(const Error& error) {
    const float size = error.squaredNorm();
    for (const Eigen::Index column : chosen_) {
      errors_(column) += size;
      logits_.col(column) -= rate_ / std::sqrt(errors_(column)) * error;
    }
  }

 private:
  /// Where the last `index + 1` bytes have their column. Two contexts may share one.
  [[nodiscard]] Eigen::Index column(std::uint64_t history, int index) const {
    std::uint64_t hash = (history & (~std::uint64_t{0} >> (56 - 8 * index))) * 0x9e3779b97f4a7c15u;
    hash = (hash ^ (hash >> 29)) * 0xbf58476d1ce4e5b9u;
    return (Eigen::Index{index} << bits_) + static_cast<Eigen::Index>(hash >> (64 - bits_));
  }

  int bits_;
  float rate_;
  Eigen::MatrixXf logits_;  // [classes, contexts], order after order
  Eigen::VectorXf errors_;  // 1 + Σ ‖error‖² of each column
  std::vector<Eigen::Index> chosen_;
};

}  // namespace text
