#pragma once

#include <eddy/core/setting.hpp>

namespace eddy {

/// Stands for a visitor of settings.
struct AnySettingVisitor {
  /// Takes a setting, and does nothing with it.
  void operator()(const char*, double, const Range&) const {}
};

/// Settings that list themselves: `visit_settings(visit)` calls visit(name, value, range) for each. They can
/// be checked both with a message and, where nothing may throw, without one.
template <class Settings>
concept ListsSettings = requires(const Settings& settings) {
  settings.visit_settings(AnySettingVisitor());
};

/// Refuses settings of which one is out of its range, by `fail`.
template <ListsSettings Settings>
void check_each(const Settings& settings) {
  settings.visit_settings(
      [](const char* name, double value, const Range& range) { check_setting(name, value, range); });
}

/// Whether all settings are in their ranges.
template <ListsSettings Settings>
bool are_in_range(const Settings& settings) noexcept {
  bool all = true;
  settings.visit_settings(
      [&](const char*, double value, const Range& range) { all = all && is_in(range, value); });
  return all;
}

}  // namespace eddy
