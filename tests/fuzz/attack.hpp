#pragma once

// Whatever a checkpoint holds, it is refused and has changed nothing, or it is safe to go on from.
//
// The first byte of an input chooses the objects, and how they are attacked: by the rest as a file, by the
// rest as a file that was given the right lengths and checksum, by the rest as the payload of a file that is
// right otherwise, by single numbers of such a payload, or not at all: then every state that they come to is
// to be let in.

#include "support/state.hpp"
#include "support/tampering.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <string>
#include <tuple>
#include <vector>

namespace eddy::testing {

enum class Attack { file, payload, numbers, none, sealed };
constexpr int attacks = 5;

/// An edit of one number: a byte for its run, two for its position in that, eight for its value.
constexpr std::size_t edit_size = 11;

[[noreturn]] inline void report(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

template <class Subject>
std::string saved_all(Subject& subject) {
  return std::apply([](auto&... objects) { return saved(objects...); }, subject.all());
}

/// Objects that have lived for a while, with their checkpoint; made once.
template <class Subject>
struct Honest {
  static constexpr int steps = 12;

  static const Honest& instance() {
    static const Honest honest;
    return honest;
  }

  Subject subject;
  std::string checkpoint;
  std::vector<Run> runs;

 private:
  Honest() {
    for (int time = 0; time < steps; ++time) {
      subject.go(time);
    }
    checkpoint = saved_all(subject);
    runs = std::apply([](auto&... objects) { return runs_of(objects...); }, subject.all());
  }
};

/// A file whose lengths and checksum are right, whatever its bytes are: damage gets behind the checksum.
inline std::string sealed(const std::uint8_t* data, std::size_t size) {
  constexpr std::size_t least = CheckpointFormat::header + CheckpointFormat::checksum;
  std::string file(reinterpret_cast<const char*>(data), size);
  file.resize((std::max)(size, least));
  auto* const bytes = reinterpret_cast<std::byte*>(file.data());
  const auto schema = static_cast<std::uint32_t>(
      (std::min)(std::size_t{from_little_endian<std::uint32_t>(bytes + 12)}, file.size() - least));
  to_little_endian(schema, bytes + 12);
  to_little_endian(std::uint64_t{file.size() - least - schema}, bytes + 16);
  sign(file);
  return file;
}

/// What the rest of an input makes of a checkpoint.
inline std::string attacked(Attack attack, const std::string& checkpoint, const std::vector<Run>& runs,
                            const std::uint8_t* data, std::size_t size) {
  if (attack == Attack::file) {
    return {reinterpret_cast<const char*>(data), size};
  }
  if (attack == Attack::sealed) {
    return sealed(data, size);
  }
  if (attack == Attack::payload) {
    return with_bytes(checkpoint, 0, data, (std::min)(size, payload_size(checkpoint)));
  }
  std::string result = checkpoint;
  for (; size >= edit_size; data += edit_size, size -= edit_size) {
    const Run& run = runs[data[0] % runs.size()];
    if (run.count > 0) {
      const std::size_t index = (data[1] + 256u * data[2]) % run.count;
      result = with_bytes(result, run.begin + index * run.size, data + 3, run.size);
    }
  }
  return result;
}

/// Whatever state is there after any of many steps can be loaded.
template <class Subject>
void live_on() {
  Subject subject;
  for (int time = 0; time < 200; ++time) {
    subject.go(time);
    const std::string own = saved_all(subject);
    const std::string reason =
        std::apply([&](auto&... objects) { return try_load_from(own, objects...); }, subject.all());
    if (!reason.empty()) {
      report(("a state that came about was refused: " + reason).c_str());
    }
  }
}

template <class Subject>
void attack(Attack attack, const std::uint8_t* data, std::size_t size) {
  if (attack == Attack::none) {
    if (size == 0) {  // always the same: once is enough
      live_on<Subject>();
    }
    return;
  }
  const auto& honest = Honest<Subject>::instance();
  Subject subject = honest.subject;
  const std::string hostile = attacked(attack, honest.checkpoint, honest.runs, data, size);
  const std::string reason =
      std::apply([&](auto&... objects) { return try_load_from(hostile, objects...); }, subject.all());
  if (!reason.empty()) {
    if (saved_all(subject) != honest.checkpoint) {
      report("a checkpoint was refused, but has changed something");
    }
    return;
  }
  int time = honest.steps;
  for (int i = 0; i < 12; ++i) {
    subject.go(time++);
  }
  saved_all(subject);
  subject.reset();
  for (int i = 0; i < 3; ++i) {
    subject.go(time++);
  }
}

template <class... Subject>
struct Subjects {
  static constexpr int count = sizeof...(Subject);

  static void attack_one(int chosen, Attack how, const std::uint8_t* data, std::size_t size) {
    int position = 0;
    ((position++ == chosen ? attack<Subject>(how, data, size) : void()), ...);
  }

  /// Calls write(position, checkpoint) with what the state of each is after some steps.
  template <class Write>
  static void checkpoints(Write&& write) {
    int position = 0;
    (write(position++, checkpoint<Subject>()), ...);
  }

 private:
  template <class One>
  static std::string checkpoint() {
    One subject;
    for (int time = 0; time < 40; ++time) {
      subject.go(time);
    }
    return saved_all(subject);
  }
};
inline void write_file(const std::string& path, int chosen, Attack how, const std::string& rest) {
  std::ofstream out(path, std::ios::binary);
  out.put(static_cast<char>(chosen * attacks + static_cast<int>(how)));
  out.write(rest.data(), static_cast<std::streamsize>(rest.size()));
  if (!out) {
    report(("cannot write " + path).c_str());
  }
}

/// What libFuzzer calls: attacks the objects that the first byte of an input chooses.
template <class All>
int fuzz(const std::uint8_t* data, std::size_t size) {
  static_assert(All::count * attacks <= 256);
  if (size > 0) {
    const int first = data[0] % (All::count * attacks);
    All::attack_one(first / attacks, static_cast<Attack>(first % attacks), data + 1, size - 1);
  }
  return 0;
}

/// Called with --write-corpus <folder>, a target writes inputs to begin with, and ends.
template <class All>
int write_corpus(int argc, char** argv) {
  if (argc == 3 && std::string(argv[1]) == "--write-corpus") {
    All::checkpoints([&](int chosen, const std::string& checkpoint) {
      const std::string path = std::string(argv[2]) + "/" + std::to_string(chosen);
      const std::string payload = checkpoint.substr(payload_begin(checkpoint), payload_size(checkpoint));
      write_file(path + "-payload", chosen, Attack::payload, payload);
      write_file(path + "-sealed", chosen, Attack::sealed, checkpoint);
      write_file(path + "-numbers", chosen, Attack::numbers, std::string(2 * edit_size, '\x7f'));
      write_file(path + "-none", chosen, Attack::none, "");
    });
    std::exit(0);
  }
  return 0;
}

}  // namespace eddy::testing
