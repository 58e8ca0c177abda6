// Where the marks of an axis are, and what they say.
#pragma once

#include <QString>

#include <vector>

namespace switchyard::gui {

struct Tick {
  double at = 0;  // in the axis's own coordinate
  QString text;
};

// The coordinate of a time on a logarithmic axis. Times below 1 ns, which have none, are drawn at
// 1 ns.
double log_coordinate(double ns);
double time_at(double coordinate);
// A time to the nanosecond, in the unit that short texts have: "2.571234ms".
QString exact_time_text(double ns);
// From and to in that coordinate: decades, and where few of them are in sight 1-2-5 steps or less.
std::vector<Tick> time_ticks(double from, double to);

// The coordinate of a share below 1: its number of nines, so that 0.9 is 1, and 0.999 is 3.
double nines_coordinate(double share);
double share_at(double coordinate);
// p0 p50 p90 p99 …
std::vector<Tick> nines_ticks(double from, double to);

// Of a linear axis of times, shares or counts: about five round steps.
std::vector<Tick> linear_time_ticks(double from_ns, double to_ns);
std::vector<Tick> count_ticks(double from, double to);
std::vector<Tick> share_ticks(double from, double to);

// The coordinate of a value on a logarithmic axis that has a place for zero: half a decade below
// the least positive value, whose logarithm to the base of 10 is `least`.
struct ZeroLog {
  double least = 0;
  double zero() const { return least - 0.5; }
  double coordinate(double value) const;
  double value_at(double coordinate) const;
};
// The decades, and 0 in its place.
std::vector<Tick> zero_log_ticks(const ZeroLog& axis, double from, double to,
                                 QString (*text)(double));

}  // namespace switchyard::gui
