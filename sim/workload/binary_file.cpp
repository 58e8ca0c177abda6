#include "workload/binary_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

// Compiled in: libpg_query exports an xxhash of its own under the same names.
#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <optional>
#include <system_error>

#include "core/error.h"

namespace switchyard {
namespace {

static_assert(std::endian::native == std::endian::little, "the binary form is little-endian");

constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kAlignment = 64;

struct Header {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t sections;
  std::uint64_t file_size;
  std::uint64_t requests;
  std::uint64_t table_checksum;  // of the section table
  std::uint64_t reserved[2];
  std::uint64_t header_checksum;  // of the bytes before this field
};
static_assert(sizeof(Header) == 64);

// Tags are part of the format: add at the end, never renumber.
enum class Tag : std::uint32_t {
  kInfo = 1,
  kTime,
  kSession,
  kOp,
  kNext,
  kDuration,
  kKey,
  kTable,
  kBytes,
  kRows,
  kTransaction,
  kFlags,
  kCount,
  kNode,
  kStatement,
  kSessionEnds,
  kSessionText,
  kKeyEnds,
  kKeyText,
  kTableEnds,
  kTableText,
  kNodeEnds,
  kNodeText,
  kStatementEnds,
  kStatementText,
  kAsked,
  kObject,
  kObjectTable,
};
constexpr std::size_t kTagLimit = static_cast<std::size_t>(Tag::kObjectTable) + 1;

struct Section {
  std::uint32_t tag;
  std::uint32_t reserved;
  std::uint64_t offset;
  std::uint64_t size;
  std::uint64_t checksum;
};
static_assert(sizeof(Section) == 32);

struct Content {
  Tag tag;
  std::span<const std::byte> bytes;
};

template <class T>
void add_content(std::vector<Content>& contents, Tag tag, std::span<const T> column) {
  if (!column.empty()) contents.push_back({tag, std::as_bytes(column)});
}

void add_names(std::vector<Content>& contents, Tag ends, Tag text, const StringTableView& names) {
  add_content(contents, ends, names.ends);
  add_content(contents, text, std::span(names.text));
}

std::string info_json(const TraceInfo& info) {
  return nlohmann::json{{"epoch_ns", info.epoch_ns}, {"source", info.source}, {"notes", info.notes}}
      // A name in another encoding must not stop the writing.
      .dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::vector<Content> contents_of(const Trace& trace, std::string_view info) {
  const TraceColumns& c = trace.columns();
  const TraceNames& names = trace.names();
  std::vector<Content> contents;
  add_content(contents, Tag::kInfo, std::span(info));
  add_content(contents, Tag::kTime, c.t_ns);
  add_content(contents, Tag::kSession, c.session);
  add_content(contents, Tag::kOp, c.op);
  add_content(contents, Tag::kNext, c.next_in_session);
  add_content(contents, Tag::kDuration, c.dur_ns);
  add_content(contents, Tag::kKey, c.key);
  add_content(contents, Tag::kTable, c.table);
  add_content(contents, Tag::kBytes, c.bytes);
  add_content(contents, Tag::kRows, c.rows);
  add_content(contents, Tag::kTransaction, c.txn);
  add_content(contents, Tag::kFlags, c.flags);
  add_content(contents, Tag::kCount, c.count);
  add_content(contents, Tag::kNode, c.node);
  add_content(contents, Tag::kStatement, c.stmt);
  add_names(contents, Tag::kSessionEnds, Tag::kSessionText, names.sessions);
  add_names(contents, Tag::kKeyEnds, Tag::kKeyText, names.keys);
  add_names(contents, Tag::kTableEnds, Tag::kTableText, names.tables);
  add_names(contents, Tag::kNodeEnds, Tag::kNodeText, names.nodes);
  add_names(contents, Tag::kStatementEnds, Tag::kStatementText, names.statements);
  add_content(contents, Tag::kAsked, c.asked);
  add_content(contents, Tag::kObject, c.object);
  add_content(contents, Tag::kObjectTable, c.object_table);
  return contents;
}

std::uint64_t checksum(std::span<const std::byte> bytes) {
  return XXH3_64bits(bytes.data(), bytes.size());
}

std::uint64_t header_checksum(const Header& header) {
  return checksum(std::as_bytes(std::span(&header, 1)).first(offsetof(Header, header_checksum)));
}

constexpr std::uint64_t aligned(std::uint64_t offset) {
  return (offset + kAlignment - 1) / kAlignment * kAlignment;
}

// Passes bytes on to the file, through zstd if asked for.
class Output {
 public:
  Output(AtomicFile& file, bool compress)
      : file_(file), stream_(compress ? ZSTD_createCStream() : nullptr, &ZSTD_freeCStream) {
    if (stream_) {
      ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_compressionLevel, 6);
      ZSTD_CCtx_setParameter(stream_.get(), ZSTD_c_checksumFlag, 1);
    }
  }
  void write(std::span<const std::byte> bytes) {
    if (stream_) {
      run(bytes, ZSTD_e_continue);
    } else {
      file_.write(bytes);
    }
  }
  void finish() {
    if (stream_) run({}, ZSTD_e_end);
  }

 private:
  void run(std::span<const std::byte> bytes, ZSTD_EndDirective directive) {
    ZSTD_inBuffer in = {bytes.data(), bytes.size(), 0};
    std::size_t left = 0;
    do {
      ZSTD_outBuffer out = {buffer_.data(), buffer_.size(), 0};
      left = ZSTD_compressStream2(stream_.get(), &out, &in, directive);
      file_.write(std::span<const std::byte>(buffer_).first(out.pos));
    } while (in.pos < in.size || (directive == ZSTD_e_end && left != 0));
  }

  AtomicFile& file_;
  std::unique_ptr<ZSTD_CStream, std::size_t (*)(ZSTD_CStream*)> stream_;
  std::vector<std::byte> buffer_ = std::vector<std::byte>(1 << 17);
};

class Mapping {
 public:
  explicit Mapping(const std::string& path) {
    const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) throw InputError(path + ": cannot be opened: " + reason());
    struct stat status {};
    if (fstat(fd, &status) == 0 && status.st_size > 0) {
      size_ = static_cast<std::size_t>(status.st_size);
      data_ = mmap(nullptr, size_, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
    }
    close(fd);
    if (data_ == MAP_FAILED) throw InputError(path + ": cannot be mapped: " + reason());
  }
  ~Mapping() {
    if (data_ != MAP_FAILED) munmap(data_, size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  std::span<const std::byte> bytes() const { return {static_cast<const std::byte*>(data_), size_}; }

 private:
  static std::string reason() { return std::generic_category().message(errno); }
  void* data_ = MAP_FAILED;
  std::size_t size_ = 0;
};

class Loader {
 public:
  Loader(std::span<const std::byte> file, const std::string& name) : file_(file), name_(name) {}

  Trace load(std::shared_ptr<const void> owner) {
    read_header();
    read_sections();
    TraceColumns c;
    c.t_ns = column<std::int64_t>(Tag::kTime, true);
    c.session = column<std::uint32_t>(Tag::kSession, true);
    c.op = column<Op>(Tag::kOp, true);
    c.next_in_session = column<RequestIndex>(Tag::kNext, true);
    c.dur_ns = column<std::int64_t>(Tag::kDuration);
    c.key = column<std::uint32_t>(Tag::kKey);
    c.table = column<std::uint32_t>(Tag::kTable);
    c.bytes = column<std::int64_t>(Tag::kBytes);
    c.rows = column<std::int64_t>(Tag::kRows);
    c.txn = column<std::uint32_t>(Tag::kTransaction);
    c.flags = column<std::uint8_t>(Tag::kFlags);
    c.count = column<std::uint32_t>(Tag::kCount);
    c.node = column<std::uint32_t>(Tag::kNode);
    c.stmt = column<std::uint32_t>(Tag::kStatement);
    c.asked = column<std::uint32_t>(Tag::kAsked);
    c.object = column<std::uint32_t>(Tag::kObject);
    c.object_table = column<std::uint32_t>(Tag::kObjectTable);
    const TraceNames names = {
        table(Tag::kSessionEnds, Tag::kSessionText), table(Tag::kKeyEnds, Tag::kKeyText),
        table(Tag::kTableEnds, Tag::kTableText), table(Tag::kNodeEnds, Tag::kNodeText),
        table(Tag::kStatementEnds, Tag::kStatementText)};
    check_ranges(c, names);
    return {c, names, read_info(), std::move(owner)};
  }

 private:
  [[noreturn]] void fail(const std::string& what) const {
    throw InputError(fmt::format("{}: {}; make it again with 'switchyard convert'", name_, what));
  }

  void read_header() {
    if (file_.size() < sizeof(Header)) fail("is too short to be a binary trace");
    std::memcpy(&header_, file_.data(), sizeof header_);
    if (std::string_view(header_.magic.data(), header_.magic.size()) != kBinaryMagic) {
      fail("is not a binary trace");
    }
    if (header_.version != kVersion) {
      fail(fmt::format("has format version {}, this program reads version {}", header_.version,
                       kVersion));
    }
    if (header_.header_checksum != header_checksum(header_)) fail("has a damaged header");
    if (header_.file_size != file_.size()) {
      fail(fmt::format("is truncated: {} bytes of {}", file_.size(), header_.file_size));
    }
    if (header_.requests == 0 || header_.requests >= kNone) fail("has a damaged header");
  }

  void read_sections() {
    const std::size_t table_size = std::size_t{header_.sections} * sizeof(Section);
    if (table_size > file_.size() - sizeof(Header)) fail("has a damaged section table");
    const auto table = file_.subspan(sizeof(Header), table_size);
    if (checksum(table) != header_.table_checksum) fail("has a damaged section table");
    for (std::size_t i = 0; i < header_.sections; ++i) {
      Section section{};
      std::memcpy(&section, table.data() + i * sizeof section, sizeof section);
      if (section.offset % kAlignment != 0 || section.offset > file_.size() ||
          section.size > file_.size() - section.offset) {
        fail("has a damaged section table");
      }
      const auto bytes = file_.subspan(section.offset, section.size);
      if (checksum(bytes) != section.checksum) {
        fail(fmt::format("is damaged: the checksum of section {} is wrong", section.tag));
      }
      // Tags above the limit come from later versions that stay readable.
      if (section.tag < kTagLimit) sections_[section.tag] = bytes;
    }
  }

  template <class T>
  std::span<const T> column(Tag tag, bool required = false) const {
    const auto& bytes = sections_[static_cast<std::size_t>(tag)];
    if (!bytes && !required) return {};
    if (!bytes || bytes->size() != header_.requests * sizeof(T)) {
      fail(fmt::format("section {} is missing or has a wrong size", static_cast<unsigned>(tag)));
    }
    return {reinterpret_cast<const T*>(bytes->data()), header_.requests};
  }

  StringTableView table(Tag ends_tag, Tag text_tag) const {
    const auto& ends = sections_[static_cast<std::size_t>(ends_tag)];
    const auto& text = sections_[static_cast<std::size_t>(text_tag)];
    StringTableView view;
    if (text) view.text = {reinterpret_cast<const char*>(text->data()), text->size()};
    if (ends) {
      if (ends->size() % sizeof(std::uint64_t) != 0) fail("has a damaged table of names");
      view.ends = {reinterpret_cast<const std::uint64_t*>(ends->data()),
                   ends->size() / sizeof(std::uint64_t)};
    }
    const bool sound =
        std::ranges::is_sorted(view.ends) &&
        (view.ends.empty() ? view.text.empty() : view.ends.back() == view.text.size());
    if (!sound) fail("has a damaged table of names");
    return view;
  }

  void check_ids(std::span<const std::uint32_t> ids, std::size_t size, bool optional) const {
    // Adding 1 turns "none" into 0, so that one comparison covers both.
    const std::uint32_t shift = optional ? 1 : 0;
    std::uint32_t highest = 0;
    for (const std::uint32_t id : ids) highest = std::max(highest, id + shift);
    if (!ids.empty() && highest >= size + shift) fail("holds an id beyond its table of names");
  }

  void check_ranges(const TraceColumns& c, const TraceNames& names) const {
    bool sorted = true;
    for (std::size_t i = 1; i < c.t_ns.size(); ++i) sorted &= c.t_ns[i - 1] <= c.t_ns[i];
    if (!sorted) fail("is not sorted by time");
    std::uint8_t highest_op = 0;
    for (const Op op : c.op) highest_op = std::max(highest_op, static_cast<std::uint8_t>(op));
    if (highest_op >= kOpCount) fail("holds an unknown operation");
    bool links_forward = true;
    for (std::size_t i = 0; i < c.next_in_session.size(); ++i) {
      links_forward &= c.next_in_session[i] > i;
    }
    if (!links_forward) fail("has a damaged session index");
    for (const std::uint32_t next : c.next_in_session) {
      if (next != kNone && next >= c.next_in_session.size()) fail("has a damaged session index");
    }
    check_ids(c.session, names.sessions.size(), false);
    check_ids(c.key, names.keys.size(), true);
    check_ids(c.table, names.tables.size(), true);
    check_ids(c.node, names.nodes.size(), true);
    check_ids(c.stmt, names.statements.size(), true);
    check_ids(c.object, names.keys.size(), true);
    check_ids(c.object_table, names.tables.size(), true);
    for (std::size_t i = 0; i < c.object.size(); ++i) {
      const bool has_table = !c.object_table.empty() && c.object_table[i] != kNone;
      if (c.object[i] != kNone && !has_table) fail("names an object of no table");
    }
    std::int64_t shortest = 0;
    for (const std::int64_t dur : c.dur_ns) shortest = std::min(shortest, dur);
    if (shortest < kUnknown) fail("holds a negative duration");
    for (const std::uint32_t asked : c.asked) {
      if (!unpack_asking(asked)) fail("holds an unknown way of asking routers");
    }
  }

  TraceInfo read_info() const {
    const auto& bytes = sections_[static_cast<std::size_t>(Tag::kInfo)];
    if (!bytes) fail("lacks its description");
    const char* text = reinterpret_cast<const char*>(bytes->data());
    try {
      const auto json = nlohmann::json::parse(text, text + bytes->size());
      return {json.at("epoch_ns"), json.at("source"), json.at("notes")};
    } catch (const nlohmann::json::exception&) {
      fail("has a damaged description");
    }
  }

  std::span<const std::byte> file_;
  const std::string& name_;
  Header header_{};
  std::array<std::optional<std::span<const std::byte>>, kTagLimit> sections_;
};

}  // namespace

Trace map_binary_trace(const std::string& path) {
  auto mapping = std::make_shared<const Mapping>(path);
  const auto bytes = mapping->bytes();
  return Loader(bytes, path).load(std::move(mapping));
}

Trace read_binary_trace(ByteSource& source, const std::string& name) {
  // Elements of 8 bytes give the alignment that mapped sections have.
  auto words = std::make_shared<std::vector<std::uint64_t>>();
  std::size_t size = 0;
  while (true) {
    if (size == words->size() * sizeof(std::uint64_t)) {
      words->resize(std::max<std::size_t>(words->size() * 2, 1 << 17));
    }
    const std::span<char> space(reinterpret_cast<char*>(words->data()),
                                words->size() * sizeof(std::uint64_t));
    const std::size_t n = source.read(space.subspan(size));
    if (n == 0) break;
    size += n;
  }
  const auto bytes = std::as_bytes(std::span(*words)).first(size);
  return Loader(bytes, name).load(std::move(words));
}

void write_binary_trace(const Trace& trace, AtomicFile& file, bool compress) {
  const std::string info = info_json(trace.info());
  const std::vector<Content> contents = contents_of(trace, info);

  std::vector<Section> table;
  std::uint64_t offset = aligned(sizeof(Header) + contents.size() * sizeof(Section));
  for (const Content& content : contents) {
    table.push_back({static_cast<std::uint32_t>(content.tag), 0, offset, content.bytes.size(),
                     checksum(content.bytes)});
    offset = aligned(offset + content.bytes.size());
  }
  Header header{};
  std::ranges::copy(kBinaryMagic, header.magic.begin());
  header.version = kVersion;
  header.sections = static_cast<std::uint32_t>(contents.size());
  header.file_size = offset;
  header.requests = trace.size();
  header.table_checksum = checksum(std::as_bytes(std::span(table)));
  header.header_checksum = header_checksum(header);

  Output out(file, compress);
  static constexpr std::array<std::byte, kAlignment> kZeros{};
  std::uint64_t written = 0;
  const auto write = [&](std::span<const std::byte> bytes) {
    out.write(bytes);
    written += bytes.size();
    const std::uint64_t padding = aligned(written) - written;
    out.write(std::span(kZeros).first(padding));
    written += padding;
  };
  out.write(std::as_bytes(std::span(&header, 1)));
  written = sizeof header;
  write(std::as_bytes(std::span(table)));
  for (const Content& content : contents) write(content.bytes);
  out.finish();
}

}  // namespace switchyard
