// What the user looks at, shared by all views: a selected candidate, one to compare with, those
// drawn in colour, and a moment.
#pragma once

#include <QObject>

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace switchyard::gui {

class Selection : public QObject {
  Q_OBJECT

 public:
  // Nobody tells more apart.
  static constexpr std::size_t kMostInColour = 8;

  explicit Selection(QObject* parent = nullptr) : QObject(parent) {}

  // Those that are shown, in their order. Whoever was there before keeps its colour, or stays
  // hidden if the user hid it; others get a colour while there is one left.
  void set_candidates(const std::vector<std::string>& names);

  // Empty: none.
  const std::string& selected() const { return selected_; }
  void select(const std::string& name);
  const std::string& baseline() const { return baseline_; }
  void set_baseline(const std::string& name);

  // From 0 to 7, and no two have the same; -1: it is drawn in grey.
  int colour(const std::string& name) const;
  bool is_visible(const std::string& name) const { return colour(name) >= 0; }
  // Refused (false) where all colours are in use.
  bool set_visible(const std::string& name, bool visible);

  // A moment of the replay, in its nanoseconds.
  std::optional<std::int64_t> cursor_ns() const { return cursor_ns_; }
  bool is_locked() const { return is_locked_; }
  // Follows the mouse; a locked cursor stays where it is.
  void point_at(std::optional<std::int64_t> ns);
  // Locks it there, or lets it go if it was locked.
  void toggle_lock(std::int64_t ns);
  void lock(std::int64_t ns) { set_cursor(ns, true); }
  // Locks it there, and asks for it to be shown; for the decision about that request if it is of
  // one.
  void go_to(std::int64_t ns, std::optional<std::uint64_t> request = std::nullopt);
  std::optional<std::uint64_t> wanted_request() const { return wanted_request_; }
  void forget_cursor();

 Q_SIGNALS:
  // Anything but the cursor.
  void changed();
  void refused(const QString& why);
  void cursor_moved();
  void moment_asked();
  // Figures are wanted of what arrives in this time alone, in ns; nothing: of all.
  void range_asked(std::optional<std::pair<std::int64_t, std::int64_t>> range);

 private:
  void give_colour(std::size_t place);
  void set_cursor(std::optional<std::int64_t> ns, bool locked);

  std::vector<std::string> names_;
  std::map<std::string, int, std::less<>> colours_;
  std::set<std::string, std::less<>> hidden_;  // by the user
  std::string selected_;
  std::string baseline_;
  std::optional<std::int64_t> cursor_ns_;
  bool is_locked_ = false;
  std::optional<std::uint64_t> wanted_request_;
};

}  // namespace switchyard::gui
