#include "scenario/read_import.h"

#include <fmt/format.h>

namespace switchyard {
namespace {

// What `parse` makes of the text under the key; nothing if there is none.
template <class Parse>
auto parsed(TableReader& reader, std::string_view key, std::string_view form, const Parse& parse)
    -> decltype(parse("")) {
  const std::string text = reader.text(key, "");
  if (text.empty()) return std::nullopt;
  auto value = parse(text);
  if (!value) {
    reader.fail(*reader.find(key),
                fmt::format("{} = \"{}\": expected {}", reader.name_of(key), text, form));
  }
  return value;
}

template <class T>
std::optional<T> optional_integer(TableReader& reader, std::string_view key, T min, T max) {
  if (!reader.has(key)) return std::nullopt;
  return static_cast<T>(
      reader.integer(key, 0, static_cast<std::uint64_t>(min), static_cast<std::uint64_t>(max)));
}

}  // namespace

ImportOptions read_import(TableReader& reader) {
  ImportOptions import;
  import.format = reader.text("format", import.format);
  import.functions.writing = reader.texts("write_functions");
  import.functions.reading = reader.texts("read_functions");
  import.strict = reader.boolean("strict", import.strict);
  import.partial = reader.boolean("partial", import.partial);
  if (reader.has("hash_keys")) import.hash_keys = reader.text("hash_keys", "");
  import.log_line_prefix = reader.text("log_line_prefix", "");
  import.utc_offset_ns = parsed(reader, "utc_offset", kUtcOffsetForm, parse_utc_offset);
  import.year = optional_integer(reader, "year", kFirstYear, kLastYear);
  if (reader.has("read_share")) import.read_share = reader.share("read_share", 0);
  import.sessions = optional_integer(reader, "sessions", 1U, kManySessions);
  import.columns = reader.text("columns", "");
  for (const std::string& text : reader.texts("pgbench_scripts")) {
    const auto script = parse_pgbench_script(text);
    if (!script) {
      reader.fail(*reader.find("pgbench_scripts"),
                  fmt::format("{} has \"{}\": expected {}", reader.name_of("pgbench_scripts"), text,
                              kPgbenchScriptForm));
    }
    import.pgbench_scripts.insert(*script);
  }
  return import;
}

}  // namespace switchyard
