#include "gui/selection.h"

#include <algorithm>

namespace switchyard::gui {

void Selection::set_candidates(const std::vector<std::string>& names) {
  names_ = names;
  const auto is_there = [&](const std::string& name) {
    return std::ranges::find(names_, name) != names_.end();
  };
  std::erase_if(colours_, [&](const auto& one) { return !is_there(one.first); });
  for (std::size_t i = 0; i < names_.size(); ++i) {
    if (!hidden_.contains(names_[i]) && !is_visible(names_[i])) give_colour(i);
  }
  if (!is_there(selected_)) selected_.clear();
  if (!is_there(baseline_)) baseline_.clear();
  Q_EMIT changed();
}

// That of its place, or the next that nobody has.
void Selection::give_colour(std::size_t place) {
  for (std::size_t i = 0; i < kMostInColour; ++i) {
    const auto colour = static_cast<int>((place + i) % kMostInColour);
    if (std::ranges::none_of(colours_, [&](const auto& one) { return one.second == colour; })) {
      colours_[names_[place]] = colour;
      return;
    }
  }
}

void Selection::select(const std::string& name) {
  if (name == selected_) return;
  selected_ = name;
  Q_EMIT changed();
}

void Selection::set_baseline(const std::string& name) {
  if (name == baseline_) return;
  baseline_ = name;
  Q_EMIT changed();
}

int Selection::colour(const std::string& name) const {
  const auto found = colours_.find(name);
  return found == colours_.end() ? -1 : found->second;
}

bool Selection::set_visible(const std::string& name, bool visible) {
  const auto found = std::ranges::find(names_, name);
  if (found == names_.end()) return false;
  if (visible == is_visible(name)) return true;
  if (visible) {
    give_colour(static_cast<std::size_t>(found - names_.begin()));
    if (!is_visible(name)) {
      Q_EMIT refused(tr("Only %1 are drawn in colour at a time: uncheck another one first.")
                         .arg(kMostInColour));
      return false;
    }
    hidden_.erase(name);
  } else {
    colours_.erase(name);
    hidden_.insert(name);
  }
  Q_EMIT changed();
  return true;
}

void Selection::set_cursor(std::optional<std::int64_t> ns, bool locked) {
  wanted_request_.reset();
  if (ns == cursor_ns_ && locked == is_locked_) return;
  cursor_ns_ = ns;
  is_locked_ = locked;
  Q_EMIT cursor_moved();
}

void Selection::point_at(std::optional<std::int64_t> ns) {
  if (!is_locked_) set_cursor(ns, false);
}

void Selection::toggle_lock(std::int64_t ns) {
  set_cursor(is_locked_ ? cursor_ns_ : ns, !is_locked_);
}

void Selection::go_to(std::int64_t ns, std::optional<std::uint64_t> request) {
  set_cursor(ns, true);
  wanted_request_ = request;
  Q_EMIT moment_asked();
}

void Selection::forget_cursor() {
  set_cursor(std::nullopt, false);
}

}  // namespace switchyard::gui
