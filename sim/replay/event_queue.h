// Future events in the order of time; equal times in the order of `EventKind`, then of payload.
//
// A hierarchical timing wheel (256 slots a level) whose due events are kept sorted: the cost of an
// event hardly depends on how many are pending. Measured at 1,000 pending events, and far more so
// at a million, it beats heaps.
// Source: Varghese and Lauck, "Hashed and hierarchical timing wheels", SOSP 1987.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <vector>

#include "core/ring.h"
#include "core/time.h"

namespace switchyard {

// The order settles what happens at one instant: work ends before work arrives, and what other
// nodes send arrives before new requests do.
enum class EventKind : std::uint8_t {
  kFault,           // payload: fault, occurrence: it begins or ends
  kNotice,          // node, version: routers are told what has become of it
  kPromote,         // node, version: it has been lost for long enough to be replaced
  kNodeCompletion,  // node, version
  kApplyEnd,        // flight, generation: of an apply that takes none of the node's workers
  kCommit,          // commit, order
  kResponse,        // flight, instance + 1 if only its witness hears: its response is there
  kSessionEnd,      // session: its last request has had its answer
  kApplierReady,    // node
  kDeliverToAll,    // commit, order: it reaches all other nodes
  kDeliver,         // commit, node that it reaches
  kDeliverNext,     // version, route: the first commit on that way arrives
  kAckArrives,      // ack, order: one more node has a commit, received or applied
  kAcknowledged,    // commit, order: enough nodes have it
  kCaughtUp,        // flight, generation: the node that it waits for has come far enough
  kWaitOver,        // flight, generation: it waits no longer for that
  kTimeout,         // flight, generation
  kObserve,         // the positions that routers see are looked at
  kTimer,
  kProbeArrival,  // probe: it reaches its node
  kProbeAnswer,   // probe: its answer reaches its router
  kNodeArrival,   // node: the request that was sent to it longest ago
  kRetry,         // flight: the router asked to wait
  kSession,       // request: its session is free to issue it
};

struct Event {
  Nanoseconds time_ns = 0;
  std::uint64_t what = 0;  // kind in the top 8 bits, then the payload

  Event() = default;
  Event(Nanoseconds time, EventKind kind, std::uint64_t payload)
      : time_ns(time), what(static_cast<std::uint64_t>(kind) << kPayloadBits | payload) {}
  // Two payloads of 32 and 24 bits.
  Event(Nanoseconds time, EventKind kind, std::uint32_t low, std::uint64_t high)
      : Event(time, kind, low | (high & 0xFFFFFF) << 32) {}

  EventKind kind() const { return static_cast<EventKind>(what >> kPayloadBits); }
  std::uint64_t payload() const { return what & ((std::uint64_t{1} << kPayloadBits) - 1); }
  std::uint32_t low() const { return static_cast<std::uint32_t>(what); }
  std::uint32_t high() const { return static_cast<std::uint32_t>(what >> 32) & 0xFFFFFF; }

  bool before(const Event& other) const {
    return time_ns != other.time_ns ? time_ns < other.time_ns : what < other.what;
  }

 private:
  static constexpr int kPayloadBits = 56;
};

// Told of the events that come soon, so that it can have the memory they need fetched meanwhile.
class EventPreview {
 public:
  virtual ~EventPreview() = default;
  virtual void coming(const Event& event) = 0;
};

class EventQueue {
 public:
  // `typical_gap_ns`: expected time between events. Ten times off costs little.
  explicit EventQueue(Nanoseconds typical_gap_ns)
      : tick_bits_(static_cast<unsigned>(
            std::bit_width(static_cast<std::uint64_t>(std::max<Nanoseconds>(1, typical_gap_ns))))) {
    for (auto& level : heads_) level.fill(kEnd);
  }

  // Previews the sessions' events; nullptr (as at the start) for none.
  void set_session_preview(EventPreview* preview) { preview_ = preview; }

  bool empty() const { return due_.empty() && in_wheel_ == 0 && late_.empty(); }

  // REQUIRES time >= 0, and not before an event already popped.
  void push(const Event& event) {
    no_event_before_ns_ = std::min(no_event_before_ns_, event.time_ns);
    const std::uint64_t tick = tick_of(event.time_ns);
    if (tick <= now_tick_) {
      insert_due(event);
    } else {
      link(event, tick);
    }
  }

  // As push(), for an event that hardly any of those pushed this way comes after: these are kept in
  // a list of their own, as a place near its end is found faster than one in the wheel.
  void push_late(const Event& event) {
    no_event_before_ns_ = std::min(no_event_before_ns_, event.time_ns);
    late_.push(event);
    std::size_t i = late_.size() - 1;
    for (; i > 0 && event.before(late_[i - 1]); --i) late_[i] = late_[i - 1];
    late_[i] = event;
  }

  // Takes the first event if it is due at `limit_ns` or before.
  bool pop_until(Nanoseconds limit_ns, Event& event) {
    if (limit_ns < no_event_before_ns_) return false;
    return find_until(limit_ns, event);
  }

 private:
  [[gnu::noinline]] bool find_until(Nanoseconds limit_ns, Event& event) {
    const Nanoseconds first_late_ns = late_.empty() ? kNever : late_.front().time_ns;
    const bool is_due =
        !due_.empty() || (in_wheel_ > 0 && advance(tick_of(std::min(limit_ns, first_late_ns))));
    if (!late_.empty() && first_late_ns <= limit_ns &&
        (!is_due || late_.front().before(due_.back()))) {
      event = late_.front();
      late_.pop();
      no_event_before_ns_ = first_time_at_least();
      return true;
    }
    if (!is_due || due_.back().time_ns > limit_ns) {
      no_event_before_ns_ = first_time_at_least();
      return false;
    }
    event = due_.back();
    due_.pop_back();
    no_event_before_ns_ = event.time_ns;
    return true;
  }

  // Of the first event, from below; kNever if there is none.
  Nanoseconds first_time_at_least() const {
    const Nanoseconds late = late_.empty() ? kNever : late_.front().time_ns;
    if (!due_.empty()) return std::min(late, due_.back().time_ns);
    if (in_wheel_ == 0) return late;
    return std::min(late, static_cast<Nanoseconds>(earliest_tick_ << tick_bits_));
  }

  static constexpr unsigned kSlotBits = 8;
  static constexpr unsigned kSlots = 1U << kSlotBits;
  // 8 levels of 8 bits cover every tick of 64 bits.
  static constexpr unsigned kLevels = 8;
  static constexpr std::uint32_t kEnd = 0xFFFFFFFF;

  // Events of one slot lie together: a list of single ones would be a cache miss each.
  struct alignas(64) Chunk {
    static constexpr std::uint32_t kEvents = 15;
    std::uint32_t next = kEnd;
    std::uint32_t count = 0;
    std::array<Event, kEvents> events;
  };

  std::uint64_t tick_of(Nanoseconds time) const {
    return static_cast<std::uint64_t>(time) >> tick_bits_;
  }

  // Due events lie in falling order: the next one is at the back.
  void insert_due(const Event& event) {
    due_.push_back(event);
    std::size_t i = due_.size() - 1;
    while (i > 0 && due_[i - 1].before(event)) {
      due_[i] = due_[i - 1];
      --i;
    }
    due_[i] = event;
  }

  // Into the slot of the highest digit in which the tick differs from the present one.
  void link(const Event& event, std::uint64_t tick) {
    const auto differing = static_cast<unsigned>(63 - std::countl_zero(tick ^ now_tick_));
    const unsigned level = differing / kSlotBits;
    const auto slot = static_cast<unsigned>(tick >> (level * kSlotBits)) % kSlots;
    std::uint32_t& head = heads_[level][slot];
    if (head == kEnd || chunks_[head].count == Chunk::kEvents) head = new_chunk(head);
    Chunk& chunk = chunks_[head];
    chunk.events[chunk.count++] = event;
    occupied_[level][slot / 64] |= std::uint64_t{1} << (slot % 64);
    ++in_wheel_;
    earliest_tick_ = std::min(earliest_tick_, tick);
    if (preview_ != nullptr && level == 0 && event.kind() == EventKind::kSession) {
      preview_->coming(event);
    }
  }

  std::uint32_t new_chunk(std::uint32_t next) {
    std::uint32_t chunk = free_;
    if (chunk == kEnd) {
      chunk = static_cast<std::uint32_t>(chunks_.size());
      chunks_.emplace_back();
    } else {
      free_ = chunks_[chunk].next;
    }
    chunks_[chunk].next = next;
    chunks_[chunk].count = 0;
    return chunk;
  }

  // The first occupied slot of a level at or after `from`, or kSlots.
  unsigned next_occupied(unsigned level, unsigned from) const {
    for (unsigned word = from / 64; word < kSlots / 64; ++word) {
      std::uint64_t bits = occupied_[level][word];
      if (word == from / 64) bits &= ~std::uint64_t{0} << (from % 64);
      if (bits != 0) return word * 64 + static_cast<unsigned>(std::countr_zero(bits));
    }
    return kSlots;
  }

  // Moves on to the next tick with events, if it is not after `limit_tick`, and makes them due.
  bool advance(std::uint64_t limit_tick) {
    while (earliest_tick_ <= limit_tick && in_wheel_ > 0) {
      unsigned level = 0;
      unsigned slot = kSlots;
      for (; level < kLevels; ++level) {
        slot =
            next_occupied(level, static_cast<unsigned>(now_tick_ >> (level * kSlotBits)) % kSlots);
        if (slot < kSlots) break;
      }
      const unsigned shift = level * kSlotBits;
      const std::uint64_t above =
          shift + kSlotBits < 64 ? now_tick_ >> (shift + kSlotBits) << (shift + kSlotBits) : 0;
      const std::uint64_t start = above | std::uint64_t{slot} << shift;
      if (start > limit_tick) {
        earliest_tick_ = start;
        return false;
      }
      empty_slot(level, slot, start);
      if (!due_.empty()) return true;
    }
    return false;
  }

  void empty_slot(unsigned level, unsigned slot, std::uint64_t start_tick) {
    now_tick_ = start_tick;
    // A lower bound until the next advance finds out more.
    earliest_tick_ = in_wheel_ > 0 ? start_tick : ~std::uint64_t{0};
    std::uint32_t at = heads_[level][slot];
    heads_[level][slot] = kEnd;
    occupied_[level][slot / 64] &= ~(std::uint64_t{1} << (slot % 64));
    while (at != kEnd) {
      const std::uint32_t next = chunks_[at].next;
      if (next != kEnd) __builtin_prefetch(&chunks_[next]);
      const std::uint32_t count = chunks_[at].count;
      in_wheel_ -= count;
      for (std::uint32_t i = 0; i < count; ++i) push(Event(chunks_[at].events[i]));
      chunks_[at].next = free_;
      free_ = at;
      at = next;
    }
    if (in_wheel_ == 0) earliest_tick_ = ~std::uint64_t{0};
  }

  unsigned tick_bits_;
  std::uint64_t now_tick_ = 0;
  Nanoseconds no_event_before_ns_ = 0;               // what a look at the queue has shown last
  std::uint64_t earliest_tick_ = ~std::uint64_t{0};  // no event of the wheel is before it
  std::vector<Event> due_;
  Ring<Event> late_;  // in the order of events
  std::array<std::array<std::uint32_t, kSlots>, kLevels> heads_{};
  std::array<std::array<std::uint64_t, kSlots / 64>, kLevels> occupied_{};
  std::vector<Chunk> chunks_;
  std::uint32_t free_ = kEnd;
  std::size_t in_wheel_ = 0;
  EventPreview* preview_ = nullptr;
};

}  // namespace switchyard
