#include "workload/trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/digest.h"
#include "core/error.h"

namespace switchyard {

// Vectors while building; a Trace made by finish() points into them and keeps them alive.
struct TraceBuilder::Storage {
  std::vector<std::int64_t> t_ns;
  std::vector<std::uint32_t> session;
  std::vector<Op> op;
  std::vector<RequestIndex> next_in_session;
  std::vector<std::int64_t> dur_ns;
  std::vector<std::uint32_t> key;
  std::vector<std::uint32_t> table;
  std::vector<std::int64_t> bytes;
  std::vector<std::int64_t> rows;
  std::vector<std::uint32_t> txn;
  std::vector<std::uint8_t> flags;
  std::vector<std::uint32_t> count;
  std::vector<std::uint32_t> node;
  std::vector<std::uint32_t> stmt;
  std::vector<std::uint32_t> asked;
  std::vector<std::uint32_t> object;
  std::vector<std::uint32_t> object_table;
  StringTable sessions;
  StringTable keys;
  StringTable tables;
  StringTable nodes;
  StringTable statements;
  bool ties_by_session = false;
};

namespace {

// A column begins to exist with its first value; earlier rows get the value that means "none".
template <class T>
[[gnu::always_inline]] inline void append(std::vector<T>& column, std::size_t row, T value,
                                          T none) {
  if (value == none && column.empty()) return;
  if (column.size() < row) [[unlikely]]
    column.resize(row, none);
  column.push_back(value);
}

std::uint32_t intern_or_none(StringTable& table, std::string_view name) {
  return name.empty() ? kNone : table.intern(name);
}

template <class T>
void permute(std::vector<T>& column, const std::vector<RequestIndex>& order) {
  if (column.empty()) return;
  std::vector<T> sorted(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) sorted[i] = column[order[i]];
  column = std::move(sorted);
}

// Gives ids anew in the order in which rows first use them, in the column or behind it in `second`,
// which may be empty; `name_of` an old id.
template <class NameOf>
StringTable renumber(std::vector<std::uint32_t>& column, std::vector<std::uint32_t>& second,
                     NameOf&& name_of) {
  StringTable table;
  std::vector<std::uint32_t> new_id;
  const auto change = [&](std::uint32_t& id) {
    if (id == kNone) return;
    if (id >= new_id.size()) new_id.resize(std::size_t{id} + 1, kNone);
    if (new_id[id] == kNone) new_id[id] = table.intern(name_of(id));
    id = new_id[id];
  };
  for (std::size_t i = 0; i < std::max(column.size(), second.size()); ++i) {
    if (!column.empty()) change(column[i]);
    if (!second.empty()) change(second[i]);
  }
  return table;
}

void renumber(std::vector<std::uint32_t>& column, std::vector<std::uint32_t>& second,
              StringTable& table) {
  table = renumber(column, second, [&](std::uint32_t id) { return table.view()[id]; });
}

void renumber(std::vector<std::uint32_t>& column, StringTable& table) {
  std::vector<std::uint32_t> none;
  renumber(column, none, table);
}

// Numbered ids are named by their numbers, so that the trace can be written and read back.
void name_numbers(std::vector<std::uint32_t>& column, StringTable& table) {
  if (table.size() > 0) return;
  std::vector<std::uint32_t> none;
  table = renumber(column, none, [](std::uint32_t id) { return std::to_string(id); });
}

// The place of each name among all in their order.
std::vector<std::uint32_t> ranks(const StringTableView& names) {
  std::vector<std::uint32_t> order(names.size());
  std::iota(order.begin(), order.end(), 0U);
  std::ranges::sort(order, {}, [&](std::uint32_t i) { return names[i]; });
  std::vector<std::uint32_t> rank(names.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) rank[order[i]] = i;
  return rank;
}

void hash_column(Sha256& digest, std::string_view name, std::span<const std::byte> bytes) {
  digest.update(fmt::format("{}:{};", name, bytes.size()));
  digest.update(bytes);
}

template <class T>
void hash_column(Sha256& digest, std::string_view name, std::span<const T> column) {
  if (!column.empty()) hash_column(digest, name, std::as_bytes(column));
}

void hash_names(Sha256& digest, std::string_view name, const StringTableView& table) {
  if (table.size() == 0) return;
  hash_column(digest, name, std::as_bytes(table.ends));
  hash_column(digest, name, std::as_bytes(std::span(table.text)));
}

}  // namespace

TraceBuilder::TraceBuilder() : storage_(std::make_shared<Storage>()) {}
TraceBuilder::~TraceBuilder() = default;
TraceBuilder::TraceBuilder(TraceBuilder&&) noexcept = default;
TraceBuilder& TraceBuilder::operator=(TraceBuilder&&) noexcept = default;

std::size_t TraceBuilder::size() const {
  return storage_->t_ns.size();
}

void TraceBuilder::reserve(std::size_t rows) {
  storage_->t_ns.reserve(rows);
  storage_->session.reserve(rows);
  storage_->op.reserve(rows);
  storage_->dur_ns.reserve(rows);
}

void TraceBuilder::add(const TraceRow& row) {
  Storage& s = *storage_;
  const std::size_t i = s.t_ns.size();
  s.t_ns.push_back(row.t_ns);
  s.session.push_back(s.sessions.intern(row.session));
  s.op.push_back(row.op);
  append(s.dur_ns, i, row.dur_ns, kUnknown);
  append(s.key, i, intern_or_none(s.keys, row.key), kNone);
  append(s.table, i, intern_or_none(s.tables, row.table), kNone);
  append(s.bytes, i, row.bytes, kUnknown);
  append(s.rows, i, row.rows, kUnknown);
  append(s.txn, i, row.txn, std::uint32_t{0});
  append(s.flags, i, row.flags, std::uint8_t{0});
  append(s.count, i, row.count, std::uint32_t{1});
  append(s.node, i, intern_or_none(s.nodes, row.node), kNone);
  append(s.stmt, i, intern_or_none(s.statements, row.stmt), kNone);
  append(s.asked, i, pack(row.asked), std::uint32_t{0});
  append(s.object, i, intern_or_none(s.keys, row.object), kNone);
  append(s.object_table, i, intern_or_none(s.tables, row.object_table), kNone);
}

void TraceBuilder::set_time(std::size_t row, std::int64_t t_ns) {
  storage_->t_ns[row] = t_ns;
}

void TraceBuilder::set_transaction(std::size_t row, std::uint32_t txn) {
  std::vector<std::uint32_t>& column = storage_->txn;
  if (column.empty()) column.resize(size(), 0);
  column[row] = txn;
}

void TraceBuilder::order_ties_by_session() {
  storage_->ties_by_session = true;
}

void TraceBuilder::add_numbered(std::int64_t t_ns, std::uint32_t session, Op op, std::uint32_t key,
                                std::int64_t dur_ns) {
  Storage& s = *storage_;
  const std::size_t i = s.t_ns.size();
  s.t_ns.push_back(t_ns);
  s.session.push_back(session);
  s.op.push_back(op);
  append(s.dur_ns, i, dur_ns, kUnknown);
  append(s.key, i, key, kNone);
}

std::int64_t TraceBuilder::move_epoch_to_first() {
  std::vector<std::int64_t>& times = storage_->t_ns;
  if (times.empty()) return 0;
  const std::int64_t first = *std::min_element(times.begin(), times.end());
  for (std::int64_t& t : times) t -= first;
  return first;
}

Trace TraceBuilder::finish(TraceInfo info) {
  Storage& s = *storage_;
  const std::size_t n = s.t_ns.size();
  if (n >= kNone)
    throw InputError("a trace holds at most 4294967294 requests; split the recording");
  const std::vector<std::uint32_t> rank =
      s.ties_by_session ? ranks(s.sessions.view()) : std::vector<std::uint32_t>();
  const auto precedes = [&](std::size_t a, std::size_t b) {
    if (s.t_ns[a] != s.t_ns[b] || rank.empty()) return s.t_ns[a] < s.t_ns[b];
    return rank[s.session[a]] < rank[s.session[b]];
  };
  bool is_sorted = true;
  for (std::size_t i = 1; is_sorted && i < n; ++i) is_sorted = !precedes(i, i - 1);
  if (!is_sorted) {
    std::vector<RequestIndex> order(n);
    std::iota(order.begin(), order.end(), RequestIndex{0});
    std::stable_sort(order.begin(), order.end(), precedes);
    permute(s.t_ns, order);
    permute(s.session, order);
    permute(s.op, order);
    permute(s.dur_ns, order);
    permute(s.key, order);
    permute(s.table, order);
    permute(s.bytes, order);
    permute(s.rows, order);
    permute(s.txn, order);
    permute(s.flags, order);
    permute(s.count, order);
    permute(s.node, order);
    permute(s.stmt, order);
    permute(s.asked, order);
    permute(s.object, order);
    permute(s.object_table, order);
    if (s.sessions.size() > 0) renumber(s.session, s.sessions);
    if (s.keys.size() > 0) renumber(s.key, s.object, s.keys);
    renumber(s.table, s.object_table, s.tables);
    renumber(s.node, s.nodes);
    renumber(s.stmt, s.statements);
  }
  name_numbers(s.session, s.sessions);
  name_numbers(s.key, s.keys);
  s.next_in_session = link_sessions(s.session, s.sessions.size());

  const TraceColumns columns = {
      s.t_ns,  s.session, s.op,          s.next_in_session, s.dur_ns, s.key,  s.table,
      s.bytes, s.rows,    s.txn,         s.flags,           s.count,  s.node, s.stmt,
      s.asked, s.object,  s.object_table};
  const TraceNames names = {s.sessions.view(), s.keys.view(), s.tables.view(), s.nodes.view(),
                            s.statements.view()};
  std::shared_ptr<const void> owner = std::exchange(storage_, std::make_shared<Storage>());
  return {columns, names, std::move(info), std::move(owner)};
}

TraceRow row_of(const Trace& trace, std::size_t i) {
  const TraceColumns& c = trace.columns();
  const TraceNames& names = trace.names();
  const auto value = [i](const auto& column, auto absent) {
    return column.empty() ? absent : column[i];
  };
  const auto name = [&](const auto& column, const StringTableView& table) {
    const std::uint32_t id = value(column, kNone);
    return id == kNone ? std::string_view() : table[id];
  };
  return {.t_ns = c.t_ns[i],
          .session = names.sessions[c.session[i]],
          .op = c.op[i],
          .key = name(c.key, names.keys),
          .table = name(c.table, names.tables),
          .dur_ns = value(c.dur_ns, kUnknown),
          .bytes = value(c.bytes, kUnknown),
          .rows = value(c.rows, kUnknown),
          .txn = value(c.txn, 0U),
          .flags = value(c.flags, std::uint8_t{0}),
          .count = value(c.count, 1U),
          .node = name(c.node, names.nodes),
          .stmt = name(c.stmt, names.statements),
          .asked = unpack_valid_asking(value(c.asked, 0U)),
          .object = name(c.object, names.keys),
          .object_table = name(c.object_table, names.tables)};
}

Trace expand_repeats(const Trace& trace) {
  const std::span<const std::uint32_t> count = trace.columns().count;
  if (std::ranges::all_of(count, [](std::uint32_t n) { return n == 1; })) return trace;
  TraceBuilder builder;
  for (std::size_t i = 0; i < trace.size(); ++i) {
    TraceRow row = row_of(trace, i);
    row.count = 1;
    for (std::uint32_t n = 0; n < count[i]; ++n) builder.add(row);
  }
  return builder.finish(trace.info());
}

std::vector<RequestIndex> link_sessions(std::span<const std::uint32_t> session,
                                        std::size_t session_count) {
  std::vector<RequestIndex> next(session.size(), kNone);
  std::vector<RequestIndex> following(session_count, kNone);
  for (std::size_t i = session.size(); i-- > 0;) {
    next[i] = following[session[i]];
    following[session[i]] = static_cast<RequestIndex>(i);
  }
  return next;
}

std::string content_hash(const Trace& trace) {
  const TraceColumns& c = trace.columns();
  Sha256 digest;
  digest.update(fmt::format("switchyard-trace-content-1;{};", trace.info().epoch_ns));
  hash_column(digest, "t", c.t_ns);
  hash_column(digest, "session", c.session);
  hash_column(digest, "op", c.op);
  hash_column(digest, "dur", c.dur_ns);
  hash_column(digest, "key", c.key);
  hash_column(digest, "table", c.table);
  hash_column(digest, "bytes", c.bytes);
  hash_column(digest, "rows", c.rows);
  hash_column(digest, "txn", c.txn);
  hash_column(digest, "flags", c.flags);
  hash_column(digest, "count", c.count);
  hash_column(digest, "node", c.node);
  hash_column(digest, "stmt", c.stmt);
  hash_column(digest, "asked", c.asked);
  hash_column(digest, "object", c.object);
  hash_column(digest, "object_table", c.object_table);
  hash_names(digest, "sessions", trace.names().sessions);
  hash_names(digest, "keys", trace.names().keys);
  hash_names(digest, "tables", trace.names().tables);
  hash_names(digest, "nodes", trace.names().nodes);
  hash_names(digest, "stmts", trace.names().statements);
  return digest.finish();
}

}  // namespace switchyard
