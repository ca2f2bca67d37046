#pragma once

// Not part of eddy.hpp: it needs MPI. With CMake: find_package(eddy COMPONENTS mpi), eddy::mpi.

#include <eddy/core/error.hpp>
#include <eddy/core/finite.hpp>
#include <eddy/core/flat_model.hpp>

#include <mpi.h>

#include <array>
#include <cstdint>
#include <string>
#include <type_traits>

namespace eddy {

/// Settings of `MpiAveraging`, the same in all processes.
struct MpiAveragingOptions {
  int every = 100;       ///< samples that a process learns from between two averages, at least 1
  bool moments = false;  ///< whether what the optimizer keeps is averaged, too
  MPI_Comm communicator = MPI_COMM_WORLD;  ///< of the processes that take part
};

/// Averages the parameters of a model over the processes of an MPI communicator, each of which learns from a
/// stream of its own: local SGD (Stich 2019, arXiv:1805.09767), with the weights of federated averaging
/// (McMahan et al. 2017, arXiv:1602.05629), the samples that each process learned from since the last time.
///
///   MpiAveraging average(model, {.every = 200});  // all begin from the weights of rank 0
///   for (… : stream) {
///     model.partial_fit(x, y);
///     average.learned(model);
///   }
///   average.finish(model);  // takes part until all streams have ended
///
/// Construction, every `every`-th `learned` and `finish` are collective: a process that leaves without
/// `finish` lets the others wait for ever. Streams may be of any lengths. A model whose parameters are not
/// finite has no part in the mean, and is given it. Between `MPI_Init` and `MPI_Finalize`, on one thread; no
/// other collective calls may come between on the same communicator.
///
/// An average waits for the slowest process; it costs two all-reductions, of two numbers and of the
/// parameters, in place.
template <FlatModel Model>
class MpiAveraging {
 public:
  using Scalar = typename Model::Scalar;
  using Options = MpiAveragingOptions;

  /// Gives the parameters of rank 0 to all, and the moments if those are averaged. Throws, in all processes,
  /// if `every` is below 1 in one of them, or they differ in `every`, in `moments` or in the number of
  /// parameters.
  explicit MpiAveraging(Model& model, Options options = {}) : options_(options) {
    // The largest value in any process, and with the sign turned the smallest.
    const std::int64_t own[3] = {options.every, options.moments, model.parameters().size()};
    std::int64_t extremes[6] = {own[0], own[1], own[2], -own[0], -own[1], -own[2]};
    all_reduce(extremes, 6, MPI_INT64_T, MPI_MAX);
    if (-extremes[3] < 1) {
      fail("averages are taken every " + std::to_string(-extremes[3]) + " samples, expected at least 1");
    }
    const char* const names[3] = {"`every`", "`moments`", "the number of parameters"};
    for (int i = 0; i < 3; ++i) {
      if (extremes[i] != -extremes[3 + i]) {
        fail(std::string(names[i]) + " is " + std::to_string(-extremes[3 + i]) + " to " +
             std::to_string(extremes[i]) + " in the processes, expected the same in all");
      }
    }
    broadcast(model.parameters());
    if constexpr (requires { model.moments(); }) {
      if (options_.moments) {
        broadcast(model.moments());
      }
    }
  }

  /// Counts samples that the model has learned from; after every `every` of them, averages the models of all
  /// processes, and returns true.
  bool learned(Model& model, int samples = 1) {
    if (finished_) {
      fail("a process cannot learn on after finish()");
    }
    if (samples < 0) {
      fail("the number of samples is " + std::to_string(samples) + ", expected at least 0");
    }
    since_average_ += samples;
    if (since_average_ < options_.every) {
      return false;
    }
    average(model);
    return true;
  }

  /// Ends the stream of this process: what was learned since the last average counts in the next, and from
  /// then on the process takes part with weight 0, until all have ended. All then have the same parameters.
  void finish(Model& model) {
    if (finished_) {
      return;
    }
    finished_ = true;
    do {
      average(model);
    } while (running() > 0);
  }

  /// How many averages were taken.
  std::int64_t averages() const { return averages_; }

  /// How many processes still learned at the latest average.
  int running() const { return static_cast<int>(counts_[1]); }

 private:
  void average(Model& model) {
    auto parameters = model.parameters();
    bool finite = all_finite(parameters.data(), parameters.size());
    if constexpr (requires { model.moments(); }) {
      finite = finite && (!options_.moments || all_finite(model.moments().data(), model.moments().size()));
    }
    const std::int64_t own = finite ? since_average_ : 0;
    counts_ = {own, finished_ ? 0 : 1};
    all_reduce(counts_.data(), 2, MPI_INT64_T, MPI_SUM);
    since_average_ = 0;
    if (counts_[0] == 0) {
      return;
    }
    average(parameters, own, counts_[0]);
    if constexpr (requires { model.moments(); }) {
      if (options_.moments) {
        auto moments = model.moments();
        average(moments, own, counts_[0]);
      }
    }
    ++averages_;
  }

  /// w ← Σ n w / Σ n. Products with the counts, so that no share is rounded the same way each time.
  template <class Values>
  void average(Values& values, std::int64_t own, std::int64_t all) const {
    if (own == 0) {
      values.setZero();  // not a product with 0, which NaN would survive
    } else {
      values *= static_cast<Scalar>(own);
    }
    all_reduce(values.data(), static_cast<int>(values.size()), type(), MPI_SUM);
    values /= static_cast<Scalar>(all);
  }

  template <class Values>
  void broadcast(Values values) const {
    check(MPI_Bcast(values.data(), static_cast<int>(values.size()), type(), 0, options_.communicator));
  }

  void all_reduce(void* values, int count, MPI_Datatype of, MPI_Op operation) const {
    check(MPI_Allreduce(MPI_IN_PLACE, values, count, of, operation, options_.communicator));
  }

  /// Where the communicator's error handler returns; that of MPI's default ends the program.
  static void check(int status) {
    if (status != MPI_SUCCESS) {
      fail("MPI reports error " + std::to_string(status));
    }
  }

  static MPI_Datatype type() {
    static_assert(std::is_same_v<Scalar, float> || std::is_same_v<Scalar, double>,
                  "MPI averages parameters of float or double");
    return std::is_same_v<Scalar, float> ? MPI_FLOAT : MPI_DOUBLE;
  }

  Options options_;
  std::int64_t since_average_ = 0, averages_ = 0;
  std::array<std::int64_t, 2> counts_ = {};  // of all processes at the latest average: samples, streams
  bool finished_ = false;
};

}  // namespace eddy
