// The interface of every routing strategy.
//
// A router is driven by events only: it has no clock of its own (every call carries virtual time)
// and draws only from the random stream it was given. It declares which signals it wants; the
// engine keeps and delivers those and no others. It sees what a real router could observe, never
// the future and never a node's true state (the oracle bound apart). Calls come from one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "cluster/spec.h"
#include "core/histogram.h"
#include "core/ids.h"
#include "core/time.h"
#include "routers/outstanding.h"
#include "routers/positions.h"
#include "workload/op.h"

namespace switchyard {

struct ProbeAnswer;

// A read or a write to place; transaction control and session state are not routed.
struct Query {
  RequestClass kind = RequestClass::kRead;
  Op op = Op::kRead;
  SessionId session{};
  KeyId key = kNoKey;
  TableId table = kNoTable;
  std::uint32_t transaction = 0;  // 0: none; else the session's current one
  bool read_only_transaction = false;
  Nanoseconds asked_ns = 0;  // when it came; before now if it had to wait
  // The node that the object was loaded from, or saved to since, which it names (Django's instance
  // hint), or kNoNode: that of a write, and where recorded calls name one, of reads too. Only with
  // Signals::origin.
  NodeId origin = kNoNode;
  // It names an object, and that is this one; of another table than its own for what is related to
  // an object. Only with Signals::origin.
  bool has_object = false;
  KeyId object = kNoKey;
  TableId object_table = kNoTable;
  // The router had it wait for a node's position or answer, and that took too long.
  bool waited_out = false;
  // What the node that the router had it ask has answered, until the query is sent; null before.
  const ProbeAnswer* probe = nullptr;

  // As it is without Signals::origin.
  void forget_object() {
    origin = kNoNode;
    has_object = false;
    object = kNoKey;
    object_table = kNoTable;
  }
};

// Why a decision fell as it did: tests check each, beside the shares.
enum class Reason : std::uint8_t {
  kPicked,      // the strategy's own rule among the eligible nodes
  kPrimary,     // the rule sends this class to a primary
  kNoReplica,   // reads wanted a replica and there is none
  kObjectNode,  // Django: no router answered, the object's own database
  kDefault,     // Django: no router answered, or not routed: the database `default`
  kLimited,     // rejected or postponed by the strategy
  kPinned,      // where its transaction or session is
  kSticky,      // to a primary because of an earlier write
  kCausal,      // where, or when, the position it needs has been reached
  kLagging,     // not to a node that is too far behind: to a primary, or later
  kBroken,      // the router's own code failed, or named no database
};

// Kept to two words, which are returned in registers.
struct Decision {
  enum class Kind : std::uint8_t {
    kNode,      // send it to `node`
    kNoAnswer,  // leave it to the next router of the chain
    kWait,      // ask again at `until_ns`, which must lie in the future
    kWaitFor,   // send it to `node` when that has reached view.awaited; at `until_ns`, ask again
    kReject,    // turn it away at once; counted as rejected
    kFail,      // the router itself failed; so does the query, at once
    kProbe,     // have it ask `node` by a probe; ask again when that answers, or at `until_ns`
  };
  Kind kind = Kind::kNoAnswer;
  Reason reason = Reason::kPicked;
  NodeId node = kNoNode;
  Nanoseconds until_ns = 0;

  static Decision to(NodeId node, Reason reason = Reason::kPicked) {
    return {Kind::kNode, reason, node, 0};
  }
  static Decision no_answer() { return {}; }
  static Decision wait_until(Nanoseconds time, Reason reason = Reason::kLimited) {
    return {Kind::kWait, reason, kNoNode, time};
  }
  static Decision wait_for(NodeId node, Nanoseconds until) {
    return {Kind::kWaitFor, Reason::kCausal, node, until};
  }
  // Only with Signals::probes. It is not told by on_probe().
  static Decision probe(NodeId node, Nanoseconds until, Reason reason = Reason::kPicked) {
    return {Kind::kProbe, reason, node, until};
  }
  static Decision reject(Reason reason = Reason::kLimited) {
    return {Kind::kReject, reason, kNoNode, 0};
  }
  static Decision fail() { return {Kind::kFail, Reason::kBroken, kNoNode, 0}; }
};

// What a strategy can be told. Each costs the engine something, so each must be asked for.
struct Signals {
  bool outstanding = false;  // ClusterView::outstanding
  bool responses = false;    // on_dispatch and on_response
  bool sessions = false;     // on_session_start and on_session_end
  bool timers = false;       // next_timer and on_timer
  bool origin = false;       // Query::origin
  bool positions = false;    // ClusterView::positions and on_observation
  bool server = false;       // Response::waiting and service_ns; with `responses`
  bool probes = false;       // take_probes and on_probe, Decision::probe
  bool truth = false;        // ClusterView::truth; for bounds, no real router has it

  Signals& operator|=(const Signals& other);
};

// Configuration of a node as a router knows it. The order of nodes is the cluster's and breaks
// ties.
struct NodeInfo {
  std::string name;
  Role role = Role::kReplica;
  double weight = 1;
  Nanoseconds ping_ns = 0;  // a monitor's round trip to it
};

// What routers have noticed of a node: later than it is true, if the cluster says so.
struct NodeState {
  bool up = true;  // it answers
  Role role = Role::kReplica;

  bool operator==(const NodeState&) const = default;
};

// A node's true state.
class Truth {
 public:
  virtual ~Truth() = default;
  // When the response to the query being placed would arrive if it were sent to this node now, as a
  // read or a write; kNever if it would fail.
  virtual Nanoseconds response_if_sent(NodeId node, RequestClass kind) const = 0;
  // Whether the query being placed would miss no commit of its key that was acknowledged.
  virtual bool is_fresh(NodeId node) const = 0;
};

struct ClusterView {
  Outstanding* outstanding = nullptr;    // with Signals::outstanding
  const Truth* truth = nullptr;          // with Signals::truth
  const Positions* positions = nullptr;  // with Signals::positions, …
  // … as this: where who decides kWaitFor says for what; it has room for one of each origin.
  std::vector<Position>* awaited = nullptr;
  // Set by guards: per node, whether reads may go there (1) or not (0); null: to all.
  const std::uint8_t* eligible = nullptr;
  // Whether that is, also, because the read needs a position.
  bool needs_position = false;
};

enum class Status : std::uint8_t {
  kOk,
  kRefused,   // a write sent to a replica
  kRejected,  // the node's queue was full
  kTimedOut,  // the client gave up; the node may still be working on it
  kDown,      // the node was down and refused the connection
  kError,     // the node answered with an error, and did nothing
  kLost,      // the node stopped while it had it: the outcome is unknown
};

struct Dispatch {
  Nanoseconds now_ns = 0;
  NodeId node = kNoNode;
  SessionId session{};
  KeyId key = kNoKey;
  TableId table = kNoTable;
  RequestClass kind = RequestClass::kRead;
  Op op = Op::kRead;
  std::uint32_t transaction = 0;  // 0: none; else the session's current one
};

struct Response {
  Nanoseconds now_ns = 0;
  NodeId node = kNoNode;
  SessionId session{};
  KeyId key = kNoKey;
  TableId table = kNoTable;
  RequestClass kind = RequestClass::kRead;
  Op op = Op::kRead;
  std::uint32_t transaction = 0;  // 0: none; else the session's current one
  Status status = Status::kOk;
  Nanoseconds latency_ns = 0;  // since dispatch
  // Of what it committed; number 0 if nothing, or if that was not answered. Only with
  // Signals::positions.
  Position position = {};
  // What the node tells beside its answer, with Signals::server: requests that waited there when
  // this one ended, and the time it took without waiting. 0 unless the status is kOk.
  std::uint32_t waiting = 0;
  Nanoseconds service_ns = 0;
};

// What a node answers to a probe, as of when that reached it. A probe of a node that is silent is
// never answered; that of a query, if it takes the node any time, not before that time is spent.
struct ProbeAnswer {
  Nanoseconds now_ns = 0;
  Nanoseconds sent_ns = 0;
  NodeId node = kNoNode;
  bool up = true;               // else it refused, and the rest means nothing
  std::uint32_t in_flight = 0;  // requests that it had, waiting or in service
  // The median time that recent requests spent there which met about as many on arrival; 0 if there
  // were none yet.
  Nanoseconds latency_ns = 0;
  // How far it had come in each origin's commits, if at all. Only with Signals::positions, and only
  // while the router is called.
  std::span<const Position> reached = {};
};

// What a router tells of itself after a run; those whose code is not ours have something to tell.
struct RouterAccount {
  // What users should know of how it went: sentences that depend on the run alone.
  std::vector<std::string> notes;
  // What decisions took, where it was measured otherwise than by timing choose(), which for a
  // router in another process would show the way there and back.
  Histogram decision_ns;
};

class Router {
 public:
  virtual ~Router() = default;

  virtual Signals wants() const { return {}; }

  // REQUIRES query.kind is kRead or kWrite. Must not allocate.
  virtual Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) = 0;

  virtual void on_dispatch(const Dispatch& /*dispatch*/) {}
  virtual void on_response(const Response& /*response*/) {}
  // Something has become of a node; states of all, in the cluster's order. At the start all are up
  // and have the roles of NodeInfo.
  virtual void on_topology(std::span<const NodeState> /*states*/, Nanoseconds /*now*/) {}
  // ClusterView::positions have been looked at anew; never called where they are always as of now.
  virtual void on_observation(const Positions& /*positions*/, Nanoseconds /*now*/) {}
  // Before the first request of a session.
  virtual void on_session_start(SessionId /*session*/, Nanoseconds /*now*/) {}
  // When all requests of a session have been answered, or have failed for good. One that waits for
  // an answer for ever does not end.
  virtual void on_session_end(SessionId /*session*/, Nanoseconds /*now*/) {}
  // Nodes to send a probe to now, one each; asked after choose() and on_timer(). They are valid
  // until the next call.
  virtual std::span<const NodeId> take_probes() { return {}; }
  virtual void on_probe(const ProbeAnswer& /*answer*/) {}
  // When on_timer is to be called next, or kNever; asked after every other call.
  virtual Nanoseconds next_timer() const { return kNever; }
  virtual void on_timer(const ClusterView& /*view*/, Nanoseconds /*now*/) {}
  // Adds to `account`.
  virtual void give_account(RouterAccount& /*account*/) const {}
  // The last call after a run that went well: what ending the router takes that may fail, as a
  // destructor may not.
  virtual void finish() {}
};

}  // namespace switchyard
