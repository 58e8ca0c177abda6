#include "workload/import_options.h"

#include <string>
#include <tuple>

#include "workload/readers/delimited.h"
#include "workload/readers/time_stamp.h"

namespace switchyard {

bool ImportOptions::operator==(const ImportOptions& other) const {
  const auto all = [](const ImportOptions& o) {
    return std::tie(o.format, o.functions, o.strict, o.hash_keys, o.log_line_prefix,
                    o.utc_offset_ns, o.year, o.partial, o.read_share, o.sessions, o.columns,
                    o.pgbench_scripts);
  };
  return all(*this) == all(other);
}

std::optional<Nanoseconds> parse_utc_offset(std::string_view text) {
  // As the zone of some stamp.
  const auto stamp = parse_time_stamp("2000-01-01 00:00:00" + std::string(text));
  if (!stamp || stamp->zone != TimeStamp::Zone::kUtc || stamp->size != 19 + text.size()) {
    return std::nullopt;
  }
  return parse_time_stamp("2000-01-01 00:00:00Z")->unix_ns - stamp->unix_ns;
}

std::optional<std::pair<std::size_t, Op>> parse_pgbench_script(std::string_view text) {
  const std::size_t equals = text.find('=');
  const auto number = parse_unsigned(text.substr(0, equals), 127);
  const std::string_view letter = equals == text.npos ? "" : text.substr(equals + 1);
  if (!number || (letter != "r" && letter != "w")) return std::nullopt;
  return std::pair{std::size_t{*number}, letter == "r" ? Op::kRead : Op::kWrite};
}

}  // namespace switchyard
