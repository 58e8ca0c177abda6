#include "cli/import_options.h"

#include "core/error.h"
#include "workload/readers/time_stamp.h"

namespace switchyard {

Nanoseconds utc_offset(const std::string& text) {
  // As the zone of some stamp.
  const auto stamp = parse_time_stamp("2000-01-01 00:00:00" + text);
  if (!stamp || stamp->zone != TimeStamp::Zone::kUtc || stamp->size != 19 + text.size()) {
    throw InputError("--utc-offset " + text + ": expected an offset like +01:00");
  }
  return parse_time_stamp("2000-01-01 00:00:00Z")->unix_ns - stamp->unix_ns;
}

}  // namespace switchyard
