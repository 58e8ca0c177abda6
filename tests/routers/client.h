// A client of a guarded router, for tests of what sticks to whom.
#pragma once

#include "routers/guarded.h"

namespace switchyard::testing {

// One session's statements, each sent and answered at `now`; none is recorded to take any time.
class Client {
 public:
  Client(Router& router, std::uint32_t session) : router_(router), session_(session) {}

  Nanoseconds now = 0;
  std::uint32_t transaction = 0;
  ClusterView view;

  Decision ask(std::uint32_t table) const {
    Query query = read_of(session_);
    query.table = static_cast<TableId>(table);
    query.transaction = transaction;
    return router_.choose(query, view, now);
  }
  bool reads_from_primary(std::uint32_t table) const { return ask(table).node == NodeId{0}; }

  void begin() { transaction = ++transactions_; }
  void write(std::uint32_t table, Status status = Status::kOk) {
    tell(RequestClass::kWrite, Op::kWrite, table, status);
  }
  void read(std::uint32_t table, Status status) {
    tell(RequestClass::kRead, Op::kRead, table, status);
  }
  void commit(Status status = Status::kOk) { end(Op::kCommit, status); }
  void abort() { end(Op::kAbort, Status::kOk); }
  // Without an answer.
  void send_commit() { send(RequestClass::kControl, Op::kCommit, kNone); }
  void answer_commit(Status status) { answer(RequestClass::kControl, Op::kCommit, kNone, status); }

 private:
  void end(Op op, Status status) {
    tell(RequestClass::kControl, op, kNone, status);
    transaction = 0;
  }
  void send(RequestClass kind, Op op, std::uint32_t table) {
    router_.on_dispatch(
        {now, NodeId{0}, SessionId{session_}, kNoKey, TableId{table}, kind, op, transaction});
  }
  void tell(RequestClass kind, Op op, std::uint32_t table, Status status) {
    send(kind, op, table);
    answer(kind, op, table, status);
  }
  void answer(RequestClass kind, Op op, std::uint32_t table, Status status) {
    Response response;
    response.now_ns = now;
    response.node = NodeId{0};
    response.session = SessionId{session_};
    response.table = TableId{table};
    response.kind = kind;
    response.op = op;
    response.transaction = transaction;
    response.status = status;
    router_.on_response(response);
  }

  Router& router_;
  std::uint32_t session_;
  std::uint32_t transactions_ = 0;
};

}  // namespace switchyard::testing
