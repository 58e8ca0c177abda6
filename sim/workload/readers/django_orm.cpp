#include "workload/readers/django_orm.h"

#include <fmt/format.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "workload/orm_operations.h"
#include "workload/readers/import.h"
#include "workload/readers/line_reader.h"

namespace switchyard {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kOtherStatements =
    "operations whose statements are not those of Django 3.2 (several batches, other versions)";
// What the application says `using()` of is not routed, and may have no counterpart.
constexpr std::string_view kUsing = "using:";
constexpr std::string_view kNamedDatabases = "operations on a database that the application names";
constexpr double kLatestSecond = 7e9;  // in the year 2191
constexpr double kLongestSeconds = 1e6;

std::string_view text_of(const Json& object, const char* key) {
  const auto field = object.find(key);
  if (field == object.end() || !field->is_string()) return {};
  return field->get_ref<const std::string&>();
}

// Also of a number.
std::string word_of(const Json& object, const char* key) {
  const auto field = object.find(key);
  if (field == object.end() || field->is_null() || field->is_structured()) return {};
  return field->is_string() ? field->get<std::string>() : field->dump();
}

std::optional<double> seconds_of(const Json& number, double most) {
  if (!number.is_number()) return std::nullopt;
  const double value = number.get<double>();
  return value >= 0 && value < most ? std::optional(value) : std::nullopt;
}

// A number of this size is exact to a quarter of a microsecond.
std::optional<std::int64_t> start_of(const Json& object) {
  const auto time = object.find("time");
  if (time == object.end()) return std::nullopt;
  const auto seconds = seconds_of(*time, kLatestSecond);
  return seconds ? std::optional(std::llround(*seconds * 1e6) * kMicrosecond) : std::nullopt;
}

// What was sent in an operation.
struct Sent {
  std::string letters;
  std::vector<Nanoseconds> dur_ns;
};

// Nothing if it is written otherwise.
std::optional<Sent> sent_in(const Json& object) {
  Sent sent;
  const auto field = object.find("statements");
  if (field == object.end()) return sent;
  if (!field->is_array()) return std::nullopt;
  for (const Json& one : *field) {
    if (!one.is_array() || one.empty() || !one[0].is_string()) return std::nullopt;
    const auto& letter = one[0].get_ref<const std::string&>();
    if (letter != "r" && letter != "l" && letter != "w") return std::nullopt;
    sent.letters += letter;
    const auto took = one.size() > 1 ? seconds_of(one[1], kLongestSeconds) : std::nullopt;
    sent.dur_ns.push_back(took ? std::llround(*took * 1e9) : kUnknown);
  }
  return sent;
}

// The object that what it is about is related to, if there is one.
const Json* object_of(const Json& line) {
  const auto field = line.find("object");
  return field == line.end() || text_of(*field, "table").empty() ? nullptr : &*field;
}

class OrmImport {
 public:
  OrmImport(std::string_view file, const ImportOptions& options)
      : import_(file, "djangoorm", options) {}

  void line(std::string_view text, bool was_cut, std::uint64_t number) {
    import_.count_row();
    const Json object = Json::parse(text, nullptr, false);
    if (was_cut || !object.is_object()) {
      return import_.malformed(number, "is not a JSON object of up to 16 MiB");
    }
    const std::string_view name = text_of(object, "orm");
    if (name.starts_with(kUsing)) return import_.skip(kNamedDatabases, number);
    const OrmOperation* operation = find_orm_operation(name);
    if (operation == nullptr) {
      return import_.malformed(
          number, fmt::format("names no known operation: \"orm\": \"{}\"", name.substr(0, 40)));
    }
    const auto start_ns = start_of(object);
    if (!start_ns) return import_.malformed(number, "has no time in seconds");
    const auto sent = sent_in(object);
    if (!sent) {
      return import_.malformed(number, "has statements that are not like [[\"r\", 0.001]]");
    }
    const std::string session = word_of(object, "session");
    const bool in_transaction = in_transaction_.contains(session);
    const auto statements = expand(*operation, sent->letters, {.in_transaction = in_transaction});
    if (!statements) return import_.skip(kOtherStatements, number);
    add({.session = session, .line = number, .stamp_ns = *start_ns}, *operation, *statements, *sent,
        object);
    if (name == "atomic.begin") in_transaction_.insert(session);
    if (name == "atomic.commit" || name == "atomic.rollback") in_transaction_.erase(session);
  }

  Trace finish() {
    if (has_control_) {
      import_.note("invented: BEGIN, COMMIT and their like take no time");
    }
    return import_.finish("ORM operation");
  }

 private:
  void add(RecordedStatement recorded, const OrmOperation& operation,
           const std::vector<OrmStatement>& statements, const Sent& sent, const Json& object) {
    const std::string key = word_of(object, "key");
    const Json* const named = object_of(object);
    const std::string named_key = named == nullptr ? std::string() : word_of(*named, "key");
    std::size_t next = 0;
    for (const OrmStatement& statement : statements) {
      SqlStatement what;
      what.op = statement.op;
      what.text = operation.name;
      const bool is_control = class_of(statement.op) == RequestClass::kControl;
      // Of BEGIN and its like what their calls are about: routers go by the model and the object.
      const bool has_calls = statement.asking.call_count > 0;
      const bool names_object = !is_control || statement.asking.with_object;
      if (!is_control || has_calls) what.table = text_of(object, "table");
      // All calls of an operation on what is related to an object name that.
      const bool is_other = named != nullptr && has_calls;
      recorded.object_table = is_other ? text_of(*named, "table") : std::string_view();
      recorded.object_key = is_other ? named_key : std::string_view();
      const bool is_about_other = is_other && statement.about_object;
      if (is_about_other) what.table = recorded.object_table;
      if (is_control) {
        has_control_ = true;
        recorded.dur_ns = 0;
      } else {
        recorded.dur_ns = next < sent.dur_ns.size() ? sent.dur_ns[next] : kUnknown;
        ++next;
      }
      recorded.asked = statement.asking;
      recorded.asked.with_object |= is_other;
      import_.add(
          recorded,
          {.statement = what, .literals = {}, .key = names_object && !is_about_other ? key : ""});
      recorded.stamp_ns += std::max<Nanoseconds>(recorded.dur_ns, 0);
    }
  }

  Import import_;
  std::set<std::string, std::less<>> in_transaction_;  // sessions whose atomic() is open
  bool has_control_ = false;
};

}  // namespace

Trace read_django_orm(PeekedSource& source, std::string_view file, const ImportOptions& options) {
  OrmImport import(file, options);
  LineReader lines(source);
  while (const auto line = lines.next()) {
    if (!line->empty()) import.line(*line, lines.was_cut(), lines.line());
  }
  return import.finish();
}

bool looks_like_django_orm(std::string_view head) {
  return head.starts_with('{') && head.find("\"orm\"") != std::string_view::npos;
}

}  // namespace switchyard
