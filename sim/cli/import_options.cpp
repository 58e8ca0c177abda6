#include "cli/import_options.h"

#include "core/error.h"
#include "workload/readers/delimited.h"
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

std::pair<std::size_t, Op> pgbench_script(const std::string& text) {
  const std::string_view view = text;
  const std::size_t equals = view.find('=');
  const auto number = parse_unsigned(view.substr(0, equals), 127);
  const std::string_view letter = equals == view.npos ? "" : view.substr(equals + 1);
  if (!number || (letter != "r" && letter != "w")) {
    throw InputError("--pgbench-script " + text +
                     ": expected the number of a script and r (reads) or w (writes), like 0=r");
  }
  return {*number, letter == "r" ? Op::kRead : Op::kWrite};
}

}  // namespace switchyard
