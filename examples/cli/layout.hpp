#pragma once
// Where the columns stand in a line: another header amid the stream may move them.

#include "columns.hpp"
#include "errors.hpp"
#include "text.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace eddy_stream {

/// The place of each known column among the fields of a line.
class Layout {
 public:
  static constexpr std::int64_t most_fields = std::int64_t{1} << 20;  // of the longest line

  /// As the columns stand in the first header.
  explicit Layout(std::size_t columns) : fields_(static_cast<std::int64_t>(columns)) {
    for (std::int64_t i = 0; i < fields_; ++i) places_.push_back(i);
  }

  /// By the names of another header; a name that is there twice is known by its order.
  Layout(const std::vector<std::string>& known, const std::vector<std::string>& header)
      : fields_(static_cast<std::int64_t>(header.size())) {
    for (const std::string& name : known) {
      std::size_t place = 0;
      while (place < header.size() && (header[place] != name || takes(static_cast<std::int64_t>(place)))) {
        ++place;
      }
      places_.push_back(place < header.size() ? static_cast<std::int64_t>(place) : absent);
    }
  }

  std::size_t fields() const { return static_cast<std::size_t>(fields_); }
  bool has(std::size_t column) const { return places_[column] != absent; }

  /// Whether a field of the line belongs to a known column.
  bool takes(std::int64_t field) const {
    return std::find(places_.begin(), places_.end(), field) != places_.end();
  }

  /// The fields of a line in the order of the known columns; what is not there is empty.
  const std::vector<std::string_view>& arranged(const std::vector<std::string_view>& fields,
                                                std::vector<std::string_view>& storage) const {
    if (fields.size() == places_.size() && in_order()) return fields;
    storage.clear();
    for (const std::int64_t place : places_) {
      storage.push_back(place == absent ? std::string_view() : fields[static_cast<std::size_t>(place)]);
    }
    return storage;
  }

  template <class Self, class Visit>
  static void visit_state(Self& self, Visit&& visit) {
    visit("places", self.places_);
    visit("fields", self.fields_);
  }

  /// Every place is one of a field, and no field belongs to two columns.
  bool state_is_valid() const {
    std::vector<std::int64_t> taken = places_;
    std::erase(taken, absent);
    std::sort(taken.begin(), taken.end());
    return fields_ >= 1 && fields_ <= most_fields &&
           (taken.empty() || (taken.front() >= 0 && taken.back() < fields_)) &&
           std::adjacent_find(taken.begin(), taken.end()) == taken.end();
  }

 private:
  static constexpr std::int64_t absent = -1;

  bool in_order() const {
    for (std::size_t i = 0; i < places_.size(); ++i) {
      if (places_[i] != static_cast<std::int64_t>(i)) return false;
    }
    return true;
  }

  std::vector<std::int64_t> places_;
  std::int64_t fields_;
};

/// The names that a line gives, if it is a header: it has words alone and known names, numbers only where
/// they are known names, and at least half as many known names as there can be.
inline std::optional<std::vector<std::string>> as_header(std::vector<std::string_view> fields,
                                                         const std::vector<std::string>& known,
                                                         const NumberFormat& format) {
  if (!fields.empty() && fields.front().starts_with("\xEF\xBB\xBF")) fields.front().remove_prefix(3);
  const std::vector<Kind> kinds = kinds_of(fields, format);
  std::size_t familiar = 0;
  bool has_words = false;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    const bool is_known = std::find(known.begin(), known.end(), fields[i]) != known.end();
    if (kinds[i] == Kind::numbers && !is_known) return std::nullopt;
    familiar += is_known ? 1 : 0;
    has_words = has_words || (is_known && kinds[i] == Kind::text);
  }
  if (!has_words || 2 * familiar < (std::min)(known.size(), fields.size())) return std::nullopt;
  return std::vector<std::string>(fields.begin(), fields.end());
}

}  // namespace eddy_stream
