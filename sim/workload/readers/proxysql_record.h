// One record of ProxySQL's binary log of events.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace switchyard {

struct ProxysqlRecord {
  // As ProxySQL numbers what it logs; others are no statements.
  enum class Event : std::uint8_t { kQuery = 0, kExecute = 16, kPrepare = 17 };
  // Whether a record has the id that an INSERT drew, between the rows changed and those sent.
  enum class Layout : std::uint8_t { kWithInsertId, kWithoutInsertId };

  Event event = Event::kQuery;
  std::uint64_t thread = 0;
  std::string_view server;  // empty if it went to none
  std::uint64_t start_us = 0;
  std::uint64_t end_us = 0;
  std::uint64_t rows_affected = 0;
  std::uint64_t rows_sent = 0;
  std::string_view query;
  std::size_t size = 0;  // bytes it takes
};

struct ProxysqlParse {
  enum class State : std::uint8_t { kDone, kNeedsMore, kBroken };
  State state = State::kBroken;
  ProxysqlRecord record;
};

// The record at the beginning of `bytes`, which it points into. Broken if it can't be one.
ProxysqlParse parse_proxysql_record(std::string_view bytes, ProxysqlRecord::Layout layout);

// The layout that the first records have; nothing if it is no such log.
std::optional<ProxysqlRecord::Layout> proxysql_layout(std::string_view head);

}  // namespace switchyard
