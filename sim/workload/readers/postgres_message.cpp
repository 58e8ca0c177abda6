#include "workload/readers/postgres_message.h"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <cstring>
#include <vector>

#include "workload/readers/csv_records.h"

namespace switchyard {
namespace {

constexpr double kLongestMs = 1e12;

class TextSource : public ByteSource {
 public:
  explicit TextSource(std::string_view text) : rest_(text) {}
  std::size_t read(std::span<char> buffer) override {
    const std::size_t n = std::min(buffer.size(), rest_.size());
    std::memcpy(buffer.data(), rest_.data(), n);
    rest_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view rest_;
};

// "statement: SQL", "execute NAME: SQL", "execute fetch from NAME: SQL", "parse NAME: SQL".
// Names may hold colons, but no blank behind one.
bool take_text(std::string_view text, PostgresMessage& message) {
  const std::size_t colon = text.find(": ");
  if (colon == std::string_view::npos) return false;
  const std::string_view step = text.substr(0, std::min(text.find(' '), colon));
  message.is_prepared = step == "execute";
  message.is_parse_or_bind = step == "parse" || step == "bind";
  message.sql = text.substr(colon + 2);
  return step == "statement" || message.is_prepared || message.is_parse_or_bind;
}

std::vector<std::string> fields_of(std::string_view text) {
  TextSource source(text);
  CsvRecords records(source);
  if (records.next() != CsvRecords::Result::kRecord) return {};
  return {records.fields().begin(), records.fields().end()};
}

}  // namespace

PostgresMessage parse_postgres_message(std::string_view text) {
  using Kind = PostgresMessage::Kind;
  static constexpr std::string_view kDuration = "duration: ";
  static constexpr std::string_view kAudit = "AUDIT: ";
  PostgresMessage message;
  if (text.starts_with(kAudit)) {
    message.kind = Kind::kAudit;
    message.sql = text.substr(kAudit.size());
    return message;
  }
  if (!text.starts_with(kDuration)) {
    if (take_text(text, message) && !message.is_parse_or_bind) message.kind = Kind::kStatements;
    return message;
  }
  text.remove_prefix(kDuration.size());
  double ms = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), ms);
  if (error != std::errc() || !(ms >= 0 && ms <= kLongestMs)) return message;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  if (!text.starts_with(" ms")) return message;
  text.remove_prefix(3);
  message.dur_ns = std::llround(ms * 1e6);
  static constexpr std::string_view kPlan = "  plan:\n";
  if (text.empty()) {
    message.kind = Kind::kLoneDuration;
  } else if (text.starts_with(kPlan)) {
    message.kind = Kind::kPlans;
    message.sql = text.substr(kPlan.size());
  } else if (text.starts_with("  ") && take_text(text.substr(2), message)) {
    message.kind = Kind::kDurations;
  }
  return message;
}

std::optional<AuditMessage> parse_audit_message(std::string_view text) {
  // SESSION,statement,substatement,class,command,object type,object,text,parameters[,rows]
  enum Field : std::size_t { kId = 1, kClass = 3, kStatement = 7, kParameters = 8 };
  static constexpr std::size_t kMark = 7;  // "AUDIT: "
  if (text.size() < kMark) return std::nullopt;
  const std::vector<std::string> fields = fields_of(text.substr(kMark));
  if (fields.size() <= kStatement) return std::nullopt;
  return AuditMessage{fields[kId], fields[kClass], fields[kStatement],
                      fields.size() > kParameters ? fields[kParameters] : std::string()};
}

std::string parameter_value(std::string_view detail, std::uint32_t number) {
  const std::string mark = fmt::format("${} = ", number);
  // From one parameter to the next, since a value may itself look like "$2 = 'x'".
  std::size_t at = detail.find('$');
  while (at != std::string_view::npos) {
    const bool wanted = detail.substr(at).starts_with(mark);
    at = detail.find(" = ", at);
    if (at == std::string_view::npos) break;
    at += 3;
    std::string value;
    if (at < detail.size() && detail[at] == '\'') {
      for (++at; at < detail.size(); ++at) {
        if (detail[at] == '\'') {
          if (at + 1 == detail.size() || detail[at + 1] != '\'') break;
          ++at;
        }
        value += detail[at];
      }
    }
    if (wanted) return value;
    at = detail.find('$', at);
  }
  return {};
}

std::string listed_value(std::string_view list, std::uint32_t number) {
  const std::vector<std::string> values = fields_of(list);
  return number >= 1 && number <= values.size() ? values[number - 1] : std::string();
}

}  // namespace switchyard
