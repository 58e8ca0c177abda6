// Our words for what happens, in those of the C interface.
#pragma once

#include "routers/plugin/switchyard_router.h"
#include "routers/router.h"

namespace switchyard {

// Both sides number these alike.
constexpr bool same(auto ours, int theirs) {
  return static_cast<int>(ours) == theirs;
}
static_assert(same(RequestClass::kRead, SWITCHYARD_READ) &&
              same(RequestClass::kWrite, SWITCHYARD_WRITE) &&
              same(RequestClass::kControl, SWITCHYARD_CONTROL) &&
              same(Role::kPrimary, SWITCHYARD_PRIMARY) && same(Role::kReplica, SWITCHYARD_REPLICA));
static_assert(
    same(Reason::kPicked, SWITCHYARD_PICKED) && same(Reason::kPrimary, SWITCHYARD_NEEDS_PRIMARY) &&
    same(Reason::kNoReplica, SWITCHYARD_NO_REPLICA) &&
    same(Reason::kObjectNode, SWITCHYARD_OBJECT_NODE) &&
    same(Reason::kDefault, SWITCHYARD_DEFAULT) && same(Reason::kLimited, SWITCHYARD_LIMITED) &&
    same(Reason::kPinned, SWITCHYARD_PINNED) && same(Reason::kSticky, SWITCHYARD_STICKY) &&
    same(Reason::kCausal, SWITCHYARD_CAUSAL) && same(Reason::kLagging, SWITCHYARD_LAGGING));
static_assert(same(Status::kOk, SWITCHYARD_OK) && same(Status::kRefused, SWITCHYARD_REFUSED) &&
              same(Status::kRejected, SWITCHYARD_QUEUE_FULL) &&
              same(Status::kTimedOut, SWITCHYARD_TIMED_OUT) &&
              same(Status::kDown, SWITCHYARD_DOWN) && same(Status::kError, SWITCHYARD_ERROR) &&
              same(Status::kLost, SWITCHYARD_LOST));
static_assert(kNone == SWITCHYARD_NONE && kNever == SWITCHYARD_NEVER);

inline std::uint32_t number_of(NodeId node) {
  return node == kNoNode ? SWITCHYARD_NONE : static_cast<std::uint32_t>(index(node));
}

inline switchyard_position theirs(const Position& position) {
  return {position.number, number_of(position.origin), 0};
}

// What Dispatch and Response have in common.
template <class Theirs, class Ours>
Theirs sent(const Ours& ours) {
  Theirs theirs = {};
  theirs.struct_size = sizeof theirs;
  theirs.node = number_of(ours.node);
  theirs.now_ns = ours.now_ns;
  theirs.session = static_cast<std::uint32_t>(ours.session);
  theirs.key = static_cast<std::uint32_t>(ours.key);
  theirs.table = static_cast<std::uint32_t>(ours.table);
  theirs.kind = static_cast<std::uint32_t>(ours.kind);
  theirs.op = static_cast<std::uint32_t>(letter_of(ours.op));
  theirs.transaction = ours.transaction;
  return theirs;
}

}  // namespace switchyard
