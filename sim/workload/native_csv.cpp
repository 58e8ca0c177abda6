#include "workload/native_csv.h"

#include <fmt/format.h>
#include <libfccp/csv.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <iterator>

#include "core/error.h"

namespace switchyard {
namespace {

constexpr std::string_view kMagic = "# switchyard-trace v1";
constexpr std::array<const char*, 16> kColumns = {
    "t",   "session", "op",    "key",  "table", "dur",   "bytes",  "rows",
    "txn", "flags",   "count", "node", "stmt",  "asked", "object", "object_table"};
enum Column : std::size_t {
  kT,
  kSession,
  kOp,
  kKey,
  kTable,
  kDur,
  kBytes,
  kRows,
  kTxn,
  kFlags,
  kCount,
  kNode,
  kStmt,
  kAsked,
  kObject,
  kObjectTable
};

class ParserSource : public io::ByteSourceBase {
 public:
  explicit ParserSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}
  // The parser takes a short read for the end of the file, so this fills the buffer.
  int read(char* buffer, int size) override {
    const std::span<char> space(buffer, static_cast<std::size_t>(size));
    std::size_t filled = 0;
    while (filled < space.size()) {
      const std::size_t n = source_->read(space.subspan(filled));
      if (n == 0) break;
      filled += n;
    }
    return static_cast<int>(filled);
  }

 private:
  std::unique_ptr<ByteSource> source_;
};

using Reader =
    io::CSVReader<kColumns.size(), io::trim_chars<' ', '\t'>, io::double_quote_escape<',', '"'>,
                  io::throw_on_overflow, io::single_and_empty_line_comment<'#'>>;

std::string_view first_line(std::span<const char> head) {
  const std::string_view text(head.data(), head.size());
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

constexpr std::string_view kNoteMark = "# note: ";
// Line breaks and other characters that a line of CSV can't hold, and what stands for them behind a
// backslash.
constexpr std::string_view kEscaped = {"\\\n\r\0", 4};
constexpr std::string_view kEscapes = "\\nr0";

struct Head {
  TraceInfo info;
  bool has_escapes = false;
};

// key=value words after the magic; values have no blanks.
Head parse_first_line(std::string_view line, const std::string& name) {
  // A version such as "v10" is another one.
  const bool known =
      line.starts_with(kMagic) && (line.size() == kMagic.size() || line[kMagic.size()] == ' ');
  if (!known) {
    throw InputError({name, 1, 1}, fmt::format("a native trace begins with the line '{} …'; "
                                               "convert other formats with 'switchyard convert'",
                                               kMagic));
  }
  Head head;
  TraceInfo& info = head.info;
  line.remove_prefix(kMagic.size());
  while (!line.empty()) {
    const std::size_t begin = line.find_first_not_of(' ');
    if (begin == std::string_view::npos) break;
    line.remove_prefix(begin);
    const std::string_view word = line.substr(0, line.find(' '));
    line.remove_prefix(word.size());
    const std::size_t equals = word.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view value = word.substr(equals + 1);
    if (word.starts_with("source=")) info.source = value;
    if (word == "escapes=backslash") head.has_escapes = true;
    if (word.starts_with("epoch_ns=")) {
      const auto [end, error] =
          std::from_chars(value.data(), value.data() + value.size(), info.epoch_ns);
      if (error != std::errc() || end != value.data() + value.size()) {
        throw InputError({name, 1}, fmt::format("epoch_ns must be an integer, found '{}'", value));
      }
    }
  }
  return head;
}

// Comments between the first line and the header.
std::vector<std::string> parse_notes(std::string_view head) {
  std::vector<std::string> notes;
  while (head.starts_with('#')) {
    const std::size_t end = head.find('\n');
    if (end == std::string_view::npos) break;
    if (head.starts_with(kNoteMark)) {
      notes.emplace_back(head.substr(kNoteMark.size(), end - kNoteMark.size()));
    }
    head.remove_prefix(end + 1);
  }
  return notes;
}

// So many always fit in 64 bits.
constexpr std::ptrdiff_t kSafeDigits = 18;

class RowParser {
 public:
  RowParser(const std::string& name, const std::array<std::size_t, kColumns.size()>& field,
            bool has_escapes)
      : name_(name), field_(field), has_escapes_(has_escapes) {}

  TraceRow parse(const std::array<char*, kColumns.size()>& text, std::uint64_t line) {
    line_ = line;
    TraceRow row;
    row.t_ns = required_integer(text, kT);
    if (row.t_ns < previous_t_) {
      fail(kT, fmt::format("time {} is before the previous line's {}; a trace is sorted by t",
                           row.t_ns, previous_t_));
    }
    previous_t_ = row.t_ns;
    row.session = name_text(text, kSession);
    row.op = operation(text[kOp]);
    row.key = name_text(text, kKey);
    row.table = name_text(text, kTable);
    row.dur_ns = optional_integer(text, kDur, kUnknown);
    row.bytes = optional_integer(text, kBytes, kUnknown);
    row.rows = optional_integer(text, kRows, kUnknown);
    row.txn = small_integer(text, kTxn, 0);
    row.flags = flags(optional_text(text[kFlags]));
    row.count = small_integer(text, kCount, 1);
    if (row.count == 0) fail(kCount, "must be at least 1; leave out what did not happen");
    row.node = name_text(text, kNode);
    row.stmt = name_text(text, kStmt);
    row.asked = asking(optional_text(text[kAsked]));
    row.object = name_text(text, kObject);
    row.object_table = name_text(text, kObjectTable);
    if (!row.object.empty() && row.object_table.empty()) {
      fail(kObject, "names an object of no table; give its object_table as well");
    }
    return row;
  }

 private:
  [[noreturn]] void fail(std::size_t column, const std::string& message) const {
    throw InputError({name_, line_, field_[column]},
                     fmt::format("column '{}': {}", kColumns[column], message));
  }
  static std::string_view optional_text(const char* text) {
    return text == nullptr ? std::string_view() : text;
  }
  // Valid until the next row.
  [[gnu::always_inline]] std::string_view name_text(const std::array<char*, kColumns.size()>& text,
                                                    std::size_t column) {
    const std::string_view raw = optional_text(text[column]);
    return has_escapes_ ? unescaped(raw, column) : raw;
  }
  std::string_view unescaped(std::string_view raw, std::size_t column) {
    if (raw.find('\\') == std::string_view::npos) return raw;
    std::string& plain = unescaped_[column];
    plain.clear();
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != '\\') {
        plain += raw[i];
        continue;
      }
      const std::size_t which =
          i + 1 < raw.size() ? kEscapes.find(raw[i + 1]) : std::string_view::npos;
      if (which == std::string_view::npos) {
        fail(column, fmt::format("a backslash stands before '{}'; expected one of {}",
                                 raw.substr(i + 1, 1), kEscapes));
      }
      plain += kEscaped[which];
      ++i;
    }
    return plain;
  }
  std::int64_t required_integer(const std::array<char*, kColumns.size()>& text,
                                std::size_t column) const {
    // Most are short and have no sign: those are read faster like this.
    std::uint64_t plain = 0;
    const char* next = text[column];
    for (; *next >= '0' && *next <= '9'; ++next) {
      plain = plain * 10 + static_cast<std::uint64_t>(*next - '0');
    }
    const std::ptrdiff_t length = next - text[column];
    if (*next == '\0' && length > 0 && length <= kSafeDigits) {
      return static_cast<std::int64_t>(plain);
    }
    return any_integer(text[column], column);
  }
  std::int64_t any_integer(std::string_view digits, std::size_t column) const {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (error != std::errc() || end != digits.data() + digits.size()) {
      fail(column, fmt::format("expected an integer, found '{}'", digits));
    }
    return value;
  }
  std::int64_t optional_integer(const std::array<char*, kColumns.size()>& text, std::size_t column,
                                std::int64_t absent) const {
    if (text[column] == nullptr || *text[column] == '\0') return absent;
    const std::int64_t value = required_integer(text, column);
    if (value < 0) {
      fail(column,
           fmt::format("must not be negative, found {}; leave the field empty if unknown", value));
    }
    return value;
  }
  std::uint32_t small_integer(const std::array<char*, kColumns.size()>& text, std::size_t column,
                              std::uint32_t absent) const {
    const std::int64_t value = optional_integer(text, column, absent);
    if (value > UINT32_MAX) fail(column, fmt::format("is above 4294967295: {}", value));
    return static_cast<std::uint32_t>(value);
  }
  Op operation(const char* text) const {
    if (text[0] != '\0' && text[1] == '\0') {
      if (const auto op = op_of_letter(*text)) return *op;
    }
    fail(kOp, fmt::format("unknown operation '{}'; expected one of r l w d b c a s x", text));
  }
  std::uint8_t flags(std::string_view letters) const {
    std::uint8_t bits = 0;
    for (const char letter : letters) {
      const std::size_t bit = kFlagLetters.find(letter);
      if (bit == std::string_view::npos) {
        fail(kFlags,
             fmt::format("unknown flag '{}'; expected letters of {}", letter, kFlagLetters));
      }
      bits = static_cast<std::uint8_t>(bits | 1U << bit);
    }
    return bits;
  }

  Asking asking(std::string_view text) const {
    const std::optional<Asking> asking = parse_asking(text);
    if (!asking) {
      fail(kAsked,
           fmt::format("'{}' tells no way of asking routers; expected up to {} letters of r and w, "
                       "one of them capital, or =1 to ={}, or -, each with * or without",
                       text, Asking::kMostCalls, Asking::kMostRemembered));
    }
    return *asking;
  }

  const std::string& name_;
  std::array<std::size_t, kColumns.size()> field_;
  bool has_escapes_;
  std::array<std::string, kColumns.size()> unescaped_;
  std::uint64_t line_ = 0;
  std::int64_t previous_t_ = INT64_MIN;
};

// The field number of each column, for messages; 0 where the file lacks it.
std::array<std::size_t, kColumns.size()> field_numbers(std::span<const char> head) {
  std::string_view text(head.data(), head.size());
  while (text.starts_with('#') || text.starts_with('\n')) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) break;
    text.remove_prefix(end + 1);
  }
  std::string_view header = text.substr(0, text.find_first_of("\r\n"));
  std::array<std::size_t, kColumns.size()> numbers{};
  for (std::size_t field = 1; !header.empty(); ++field) {
    std::string_view name = header.substr(0, header.find(','));
    header.remove_prefix(std::min(header.size(), name.size() + 1));
    while (name.starts_with(' ')) name.remove_prefix(1);
    while (name.ends_with(' ')) name.remove_suffix(1);
    for (std::size_t i = 0; i < kColumns.size(); ++i) {
      if (name == kColumns[i]) numbers[i] = field;
    }
  }
  return numbers;
}

Trace read_rows(Reader& reader, const std::string& name, Head head,
                const std::array<std::size_t, kColumns.size()>& field) {
  reader.read_header(io::ignore_extra_column | io::ignore_missing_column, kColumns[0], kColumns[1],
                     kColumns[2], kColumns[3], kColumns[4], kColumns[5], kColumns[6], kColumns[7],
                     kColumns[8], kColumns[9], kColumns[10], kColumns[11], kColumns[12],
                     kColumns[13], kColumns[14], kColumns[15]);
  for (const std::size_t column : {kT, kSession, kOp}) {
    if (!reader.has_column(kColumns[column])) {
      throw InputError({name, reader.get_file_line()},
                       fmt::format("the header lacks the column '{}'; t, session and op are "
                                   "required",
                                   kColumns[column]));
    }
  }
  TraceBuilder builder;
  RowParser parser(name, field, head.has_escapes);
  std::array<char*, kColumns.size()> c{};
  while (reader.read_row(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7], c[8], c[9], c[10], c[11],
                         c[12], c[13], c[14], c[15])) {
    builder.add(parser.parse(c, reader.get_file_line()));
  }
  if (builder.size() == 0) throw InputError(name + ": holds no requests");
  return builder.finish(std::move(head.info));
}

// Quotes where the plain text would be read differently, and escapes what no line can hold.
void append_text(std::string& out, std::string_view text, bool escape) {
  if (escape && text.find_first_of(kEscaped) != std::string_view::npos) {
    std::string escaped;
    for (const char c : text) {
      const std::size_t which = kEscaped.find(c);
      if (which != std::string_view::npos) escaped += '\\';
      escaped += which == std::string_view::npos ? c : kEscapes[which];
    }
    return append_text(out, escaped, false);
  }
  const bool plain = text.find_first_of(",\"") == std::string_view::npos &&
                     !text.starts_with(' ') && !text.ends_with(' ') && !text.starts_with('\t') &&
                     !text.ends_with('\t');
  if (plain) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_name(std::string& out, const StringTableView& names, std::uint32_t id, bool escape) {
  if (id != kNone) append_text(out, names[id], escape);
}

void append_known(std::string& out, std::int64_t value) {
  if (value != kUnknown) fmt::format_to(std::back_inserter(out), "{}", value);
}

std::string one_word(std::string text) {
  std::ranges::replace(text, ' ', '_');
  return text;
}

void append_row(std::string& out, const Trace& trace, std::size_t i, bool escape) {
  const TraceColumns& c = trace.columns();
  const TraceNames& names = trace.names();
  fmt::format_to(std::back_inserter(out), "{},", c.t_ns[i]);
  append_text(out, names.sessions[c.session[i]], escape);
  out += ',';
  out += letter_of(c.op[i]);
  const auto field = [&](const auto& column, auto&& append) {
    if (column.empty()) return;
    out += ',';
    append(column[i]);
  };
  field(c.key, [&](std::uint32_t id) { append_name(out, names.keys, id, escape); });
  field(c.table, [&](std::uint32_t id) { append_name(out, names.tables, id, escape); });
  field(c.dur_ns, [&](std::int64_t value) { append_known(out, value); });
  field(c.bytes, [&](std::int64_t value) { append_known(out, value); });
  field(c.rows, [&](std::int64_t value) { append_known(out, value); });
  field(c.txn, [&](std::uint32_t id) { append_known(out, id == 0 ? kUnknown : id); });
  field(c.flags, [&](std::uint8_t bits) {
    for (std::size_t bit = 0; bit < kFlagLetters.size(); ++bit) {
      if ((bits >> bit & 1) != 0) out += kFlagLetters[bit];
    }
  });
  field(c.count, [&](std::uint32_t value) { append_known(out, value); });
  field(c.node, [&](std::uint32_t id) { append_name(out, names.nodes, id, escape); });
  field(c.stmt, [&](std::uint32_t id) { append_name(out, names.statements, id, escape); });
  field(c.asked, [&](std::uint32_t packed) { out += to_text(unpack_valid_asking(packed)); });
  field(c.object, [&](std::uint32_t id) { append_name(out, names.keys, id, escape); });
  field(c.object_table, [&](std::uint32_t id) { append_name(out, names.tables, id, escape); });
  out += '\n';
}

}  // namespace

Trace read_native_csv(std::unique_ptr<ByteSource> source, const std::string& name) {
  auto peeked = std::make_unique<PeekedSource>(std::move(source), std::size_t{1} << 16);
  Head head = parse_first_line(first_line(peeked->head()), name);
  head.info.notes = parse_notes(peeked->head());
  const auto field = field_numbers(peeked->head());
  const auto at = [&](const io::error::with_file_line& error) {
    return SourceLocation{name, static_cast<std::uint64_t>(error.file_line)};
  };
  try {
    Reader reader(name, std::make_unique<ParserSource>(std::move(peeked)));
    return read_rows(reader, name, std::move(head), field);
  } catch (const io::error::too_few_columns& error) {
    throw InputError(at(error), "has fewer fields than the header names");
  } catch (const io::error::too_many_columns& error) {
    throw InputError(at(error), "has more fields than the header names");
  } catch (const io::error::escaped_string_not_closed& error) {
    throw InputError(at(error), "a quoted field is not closed on its line");
  } catch (const io::error::line_length_limit_exceeded& error) {
    throw InputError(at(error), "is longer than 16 MiB; is this a CSV file?");
  } catch (const io::error::duplicated_column_in_header& error) {
    throw InputError({name}, fmt::format("the header names column '{}' twice",
                                         static_cast<const char*>(error.column_name)));
  } catch (const io::error::header_missing&) {
    throw InputError(name + ": has no header line after its first line");
  }
}

void write_native_csv(const Trace& trace, AtomicFile& file) {
  const TraceColumns& c = trace.columns();
  const TraceNames& names = trace.names();
  const bool escape = std::ranges::any_of(
      std::array{names.sessions, names.keys, names.tables, names.nodes, names.statements},
      [](const StringTableView& table) {
        return table.text.find_first_of(kEscaped.substr(1)) != std::string_view::npos;
      });
  std::string out = fmt::format("{} epoch_ns={} source={}{}\n", kMagic, trace.info().epoch_ns,
                                one_word(trace.info().source), escape ? " escapes=backslash" : "");
  for (std::string note : trace.info().notes) {
    std::ranges::replace_if(
        note, [](char ch) { return ch == '\n' || ch == '\r'; }, ' ');
    out += fmt::format("{}{}\n", kNoteMark, note);
  }
  out += "t,session,op";
  const std::array<bool, kColumns.size()> present = {false,
                                                     false,
                                                     false,
                                                     !c.key.empty(),
                                                     !c.table.empty(),
                                                     !c.dur_ns.empty(),
                                                     !c.bytes.empty(),
                                                     !c.rows.empty(),
                                                     !c.txn.empty(),
                                                     !c.flags.empty(),
                                                     !c.count.empty(),
                                                     !c.node.empty(),
                                                     !c.stmt.empty(),
                                                     !c.asked.empty(),
                                                     !c.object.empty(),
                                                     !c.object_table.empty()};
  for (std::size_t i = kKey; i < kColumns.size(); ++i) {
    if (present[i]) out += std::string(",") + kColumns[i];
  }
  out += '\n';
  for (std::size_t i = 0; i < trace.size(); ++i) {
    append_row(out, trace, i, escape);
    if (out.size() > 1 << 20) {
      file.write(out);
      out.clear();
    }
  }
  file.write(out);
}

}  // namespace switchyard
