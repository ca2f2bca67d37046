#pragma once

#include <eddy/core/cxx20.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace eddy {

/// Takes the first line off a text, without its end.
inline std::string_view take_line(std::string_view& text) {
  const std::string_view line = text.substr(0, text.find('\n'));
  text.remove_prefix((std::min)(line.size() + 1, text.size()));
  return line;
}

/// A text of a file as a message may show it: at most 200 characters, with a "?" in place of what is no
/// ASCII.
inline std::string shown(std::string_view text) {
  constexpr std::size_t most = 200;
  std::string result(text.substr(0, most));
  for (char& letter : result) {
    letter = letter >= ' ' && letter <= '~' ? letter : '?';
  }
  return text.size() > most ? result + "..." : result;
}

/// A kind, taken apart: "Dense<Tanh>" has the name "Dense" and the parts "Tanh".
struct KindText {
  explicit KindText(std::string_view text) : name(text.substr(0, text.find('<'))) {
    if (text.ends_with('>') && name.size() + 2 <= text.size()) {
      parts = text.substr(name.size() + 1, text.size() - name.size() - 2);
    }
  }

  /// Takes the first of some parts, up to a comma that is not within angle brackets.
  static std::string_view take_part(std::string_view& parts) {
    std::size_t end = 0;
    for (int depth = 0; end < parts.size() && (parts[end] != ',' || depth > 0); ++end) {
      depth += parts[end] == '<' ? 1 : parts[end] == '>' ? -1 : 0;
    }
    const std::string_view part = parts.substr(0, end);
    parts.remove_prefix(end);
    parts.remove_prefix((std::min)(parts.find_first_not_of(", "), parts.size()));
    return part;
  }

  std::string_view name, parts;
};

/// The innermost parts of two kinds that are not the same, with what is directly around them if that has no
/// other part; empty if there is no difference. "?", of which nothing is known, is the same as any.
struct KindDifference {
  bool found = false;
  std::string_view there = {}, here = {};
};
/// Compares two kinds.
inline KindDifference compare_kinds(std::string_view there, std::string_view here) {
  if (there == here || there == "?" || here == "?") {
    return {};
  }
  KindText theirs(there), ours(here);
  const KindDifference as_a_whole{true, there, here};
  if (theirs.name != ours.name || theirs.parts.empty() || ours.parts.empty()) {
    return as_a_whole;
  }
  const bool is_simple = theirs.parts.find_first_of("<,") == std::string_view::npos;
  while (!theirs.parts.empty() && !ours.parts.empty()) {
    const KindDifference difference =
        compare_kinds(KindText::take_part(theirs.parts), KindText::take_part(ours.parts));
    if (difference.found) {
      return is_simple ? as_a_whole : difference;
    }
  }
  return theirs.parts.size() == ours.parts.size() ? KindDifference{} : as_a_whole;
}

/// What the lines of kinds of a checkpoint, and of the objects that it is for, contradict each other in;
/// empty if in nothing. What only one of them names is not compared.
inline std::string describe_kinds(std::string_view there, std::string_view here) {
  constexpr std::string_view is = " is ";
  while (!here.empty()) {
    const std::string_view ours = take_line(here);
    const std::string_view path = ours.substr(0, ours.rfind(is) + is.size());
    std::string_view rest = there;
    while (!rest.empty()) {
      const std::string_view theirs = take_line(rest);
      if (theirs.substr(0, path.size()) != path) {
        continue;
      }
      there = rest;  // both are in the same order
      const KindDifference difference = compare_kinds(theirs.substr(path.size()), ours.substr(path.size()));
      if (!difference.found) {
        break;
      }
      const std::string_view differs = difference.there, expected = difference.here;
      const std::string_view where = path.substr(0, path.size() - is.size());
      if (expected.starts_with("elements<")) {
        return "it is of other objects: \"" + shown(where) + "\" has " + shown(KindText(differs).parts) +
               " elements, expected " + shown(KindText(expected).parts);
      }
      return "it is of other objects: it has " + shown(differs) + ", expected " + shown(expected) +
             ", in \"" + shown(theirs) + '"';
    }
  }
  return "";
}

/// Says where the numbers that two schemas list begin to differ; empty if they are the same.
inline std::string describe_numbers(std::string_view there, std::string_view here) {
  if (there == here) {
    return "";
  }
  while (!there.empty() && !here.empty()) {
    const std::string_view theirs = take_line(there), ours = take_line(here);
    if (theirs != ours) {
      return "it is of other objects: it has \"" + shown(theirs) + "\", expected \"" + shown(ours) + "\"";
    }
  }
  return there.empty() ? "it is of fewer objects: it ends before \"" + shown(take_line(here)) + "\""
                       : "it is of more objects: it goes on with \"" + shown(take_line(there)) + "\"";
}

/// Says what the schema of a checkpoint, of a version of the format, has of other objects than those that
/// have these lines of kinds and of numbers; empty if nothing.
inline std::string describe_difference(std::uint32_t version, std::string_view schema, std::string_view kinds,
                                       std::string_view numbers) {
  if (version > 1) {
    const std::size_t end = schema.starts_with('\n') ? 0 : schema.find("\n\n") + 1;
    if (schema.substr(end, 1) != "\n") {
      return "it is damaged: its schema has no empty line after the kinds";
    }
    if (const std::string difference = describe_kinds(schema.substr(0, end), kinds); !difference.empty()) {
      return difference;
    }
    schema.remove_prefix(end + 1);
  }
  return describe_numbers(schema, numbers);
}

}  // namespace eddy
