#pragma once

#include <eddy/core/newest_slot.hpp>
#include <eddy/forward_stream.hpp>

#include <concepts>
#include <utility>

namespace eddy {

/// Weights of a network that one thread publishes while it goes on learning, and that others run forward.
///
///     eddy::Gru<float, 3, 32, 1> model;
///     eddy::Published shared(model, 2);   // for two readers; holds the weights that the model has now
///     auto reader = shared.reader();      // each for one thread, with a stream of its own
///     shared.publish(model);              // on the thread that learns, as often as it likes
///     auto y = reader.step(x);            // on the thread that predicts: the newest weights, its own state
///
/// A reader always sees one complete set of weights, the newest at the moment it steps. Neither side ever
/// waits for the other: `publish` copies the weights, then does one atomic exchange; `step` loads one atomic
/// word, and if there are newer weights does two atomic additions. There is no lock, no allocation and no
/// call of the system in either. See `NewestSlot` for why that suffices.
///
/// `publish` is for one thread at a time; a reader likewise. Readers may be made and destroyed on any
/// thread, at most as many at once as were announced; all must be gone before this object is, which is why it
/// can neither be copied nor moved. Where the type fixes sizes and the number of readers,
/// `Published<Network, 2>`, all memory lies within this object; else it is allocated at construction: R + 2
/// times the weights.
///
/// It shares weights and nothing else. A scaler in front of the model must be the reader's own, or be at
/// rest.
template <Layer Network_, int Readers = Dynamic>
class Published {
 public:
  using Network = Network_;
  using Scalar = typename Network::Scalar;
  using Version = std::int64_t;
  static constexpr LayerSizes Sizes = Network::Sizes;
  static constexpr int Inputs = Sizes.inputs, Outputs = Sizes.outputs;

  /// A network's own stream under the newest weights, with the verbs of a model that does not learn.
  class Reader {
   public:
    using Scalar = typename Network::Scalar;
    using Time = std::int64_t;
    static constexpr int Inputs = Sizes.inputs, Outputs = Sizes.outputs;

    /// A reader that was moved from may only be destroyed or assigned to.
    Reader(Reader&& other) noexcept
        : shared_(std::exchange(other.shared_, nullptr)),
          slot_(other.slot_),
          stream_(std::move(other.stream_)) {}
    /// Takes over what the other reads.
    Reader& operator=(Reader&& other) noexcept {
      std::swap(shared_, other.shared_);
      std::swap(slot_, other.slot_);
      std::swap(stream_, other.stream_);
      return *this;
    }
    ~Reader() {
      if (shared_) {
        shared_->slots_.give_back(slot_);
        shared_->readers_.fetch_sub(1, std::memory_order_acq_rel);
      }
    }

    /// Takes one step under the newest weights; returns the prediction, which stays valid until the next. NaN
    /// for an x that is not finite; the state then stays.
    template <Values X>
    VectorView<const Scalar, Outputs> step(const X& x) noexcept(ForwardStream<Network>::template certain<X>) {
      return stream_.step(shared_->network_, newest(), x);
    }

    /// What `step(x)` would return, bit for bit, unless there are newer weights by then; leaves the stream as
    /// it is. By value where sizes are fixed, else valid until the next prediction.
    template <Values X>
    auto predict(const X& x) const noexcept(ForwardStream<Network>::template certain<X>) {
      return stream_.predict(shared_->network_, newest(), x);
    }

    /// The latest prediction; zero before the first step.
    VectorView<const Scalar, Outputs> prediction() const { return stream_.prediction(); }

    /// Forgets the stream: the network is at its initial state. Time goes on.
    void reset() { stream_.reset(); }

    /// The newest step, counted from 1.
    Time time() const { return stream_.time(); }

    /// Which weights were used last: what `publish` returned for them, 0 for those of construction.
    Version version() const { return shared_->slots_.version(slot_); }

    int inputs() const { return shared_->network_.sizes().inputs; }
    int outputs() const { return shared_->network_.sizes().outputs; }

   private:
    friend Published;
    explicit Reader(Published& shared)
        : shared_(&shared), slot_(shared.slots_.take()), stream_(shared.network_.sizes()) {}

    const Scalar* newest() const {
      auto& slots = shared_->slots_;
      if (!slots.is_newest(slot_)) {
        slots.give_back(slot_);  // first, lest it hold two
        slot_ = slots.take();
      }
      return shared_->weights(slot_);
    }

    Published* shared_;
    mutable int slot_;
    ForwardStream<Network> stream_;
  };

  /// Copies the network of a model, `Online` or `Features`, and its present weights. Throws
  /// `std::invalid_argument` if the number of readers is below 1.
  template <class Model>
  explicit Published(const Model& model) requires(Readers != Dynamic) : Published(model, Readers) {}
  /// The same, for a number of readers given at run time.
  template <class Model>
  Published(const Model& model, int readers)
      : network_(model.network()),
        slots_(readers),
        weights_(Index{slots_.count()} * padded<Scalar>(network_.sizes().parameters)) {
    copy(model, 0);
  }

  Published(const Published&) = delete;
  Published& operator=(const Published&) = delete;

  /// Another reader, at its initial state, with the newest weights. Throws `std::invalid_argument` if there
  /// are as many as were announced.
  Reader reader() {
    if (readers_.fetch_add(1, std::memory_order_acq_rel) >= announced()) {
      readers_.fetch_sub(1, std::memory_order_acq_rel);
      fail("there are ", announced(), " readers already, as many as were announced at construction");
    }
    return Reader(*this);
  }

  /// Makes the present weights of a model, which has the same network, the newest; returns their version,
  /// counted from 1. Costs a copy of the weights.
  template <class Model>
  Version publish(const Model& model) noexcept(Sizes.fixed()) {
    static_assert(std::same_as<typename Model::Network, Network>,
                  "weights are published for the network that the type of Published names");
    if constexpr (!Sizes.fixed()) {
      if (model.network().sizes() != network_.sizes()) {
        fail("the model has a network of other sizes than the one whose weights are published: ",
             model.parameters().size(), " parameters, expected ", network_.sizes().parameters);
      }
    }
    const int slot = slots_.writable();
    copy(model, slot);
    return slots_.publish(slot);
  }

  /// How many readers there may be at once.
  int announced() const { return slots_.count() - 2; }

  const Network& network() const { return network_; }

 private:
  Scalar* weights(int slot) {
    return weights_.data() + Index{slot} * padded<Scalar>(network_.sizes().parameters);
  }

  template <class Model>
  void copy(const Model& model, int slot) {
    std::copy_n(model.parameters().data(), network_.sizes().parameters, weights(slot));
  }

  [[no_unique_address]] Network network_;
  NewestSlot<Readers> slots_;
  Storage<Scalar, multiply(add(Readers, 2), padded<Scalar>(Sizes.parameters))> weights_;
  alignas(alignment) std::atomic<int> readers_{0};
};

/// From a model.
template <class Model>
Published(const Model&, int) -> Published<typename Model::Network>;

}  // namespace eddy
