#include "workload/readers/postgres_jsonlog.h"

#include <nlohmann/json.hpp>

#include "workload/readers/line_reader.h"
#include "workload/readers/postgres_log.h"

namespace switchyard {
namespace {

using Json = nlohmann::json;

std::string_view text_of(const Json& object, const char* key) {
  const auto field = object.find(key);
  if (field == object.end() || !field->is_string()) return {};
  return field->get_ref<const std::string&>();
}

}  // namespace

Trace read_postgres_jsonlog(PeekedSource& source, std::string_view file,
                            const ImportOptions& options) {
  PostgresLog log(file, "pgjson", options);
  LineReader lines(source);
  while (const auto line = lines.next()) {
    if (line->empty()) continue;
    const auto give_up = [&](const char* what) {
      log.import().count_row();
      log.import().malformed(lines.line(), what);
    };
    if (lines.was_cut()) {
      give_up("is longer than 16 MiB");
      continue;
    }
    const Json object = Json::parse(*line, nullptr, false);
    if (!object.is_object()) {
      give_up("is not a JSON object");
      continue;
    }
    const auto stamp = parse_time_stamp(text_of(object, "timestamp"));
    if (!stamp) {
      give_up("has no \"timestamp\" like \"2026-11-22 20:50:39.922 UTC\"");
      continue;
    }
    log.row({.line = lines.line(),
             .stamp = *stamp,
             .session = text_of(object, "session_id"),
             .severity = text_of(object, "error_severity"),
             .message = text_of(object, "message"),
             .detail = text_of(object, "detail"),
             .context = text_of(object, "context"),
             .backend_type = text_of(object, "backend_type")});
  }
  return log.finish();
}

bool looks_like_postgres_jsonlog(std::string_view head) {
  return head.starts_with('{') && head.find("\"error_severity\"") != std::string_view::npos;
}

}  // namespace switchyard
