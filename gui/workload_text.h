// What a workload holds, in words.
#pragma once

#include <QString>
#include <QStringList>

#include "workload/slice.h"
#include "workload/summary.h"

namespace switchyard::gui {

// A few lines of the same figures as `switchyard inspect` prints.
QStringList summary_lines(const TraceSummary& summary);

// As parse_duration() reads it back, with a decimal point where that is shorter: "12.3s".
QString time_text(Nanoseconds ns);

// How much lies in the range, as far as whole stretches of `rate` tell: "about 3,100 of 20,208
// reads and writes, 7.50s of 41.2s".
QString part_text(const RateOverTime& rate, Nanoseconds span_ns, const TimeRange& range);

}  // namespace switchyard::gui
