// A node whose completions are events: the general model, for what a WorkerPlan can't foresee.
//
// The owner calls its functions in time order, and complete() at next_completion().
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "cluster/spec.h"
#include "core/ring.h"
#include "core/time.h"

namespace switchyard {

using JobId = std::uint32_t;

// A job on its way to a node.
struct Coming {
  Nanoseconds arrive_ns = 0;
  Nanoseconds service_ns = 0;
};

class EventNode {
 public:
  virtual ~EventNode() = default;
  virtual void arrive(Nanoseconds now, JobId job, Nanoseconds service_ns) = 0;
  // kNever when idle.
  virtual Nanoseconds next_completion() const = 0;
  // Ends the job that is due; REQUIRES now == next_completion() < kNever.
  struct Ended {
    JobId job = 0;
    Nanoseconds started_ns = 0;
    // Of a worker's time, if that may differ from the service time.
    std::optional<Nanoseconds> worked_ns = std::nullopt;
  };
  virtual Ended complete(Nanoseconds now) = 0;
  // The job whose service began with the last call of arrive() or complete(), if any did.
  virtual std::optional<JobId> started() const = 0;
  // Jobs in the node beyond its workers.
  virtual std::size_t waiting() const = 0;
  // Jobs that its workers are busy with.
  virtual std::size_t in_service() const = 0;
  // When a job arriving at `time` would finish if no other came after it, and before it only those
  // that are on their way, in order. More than is knowable; only the oracle strategy asks.
  virtual Nanoseconds finish_if_sent(Nanoseconds time, Nanoseconds service_ns,
                                     std::span<const Coming> before) const = 0;

  // From now on all work takes `slowness` (> 0) times its service time, also what is left of work
  // under way.
  virtual void set_slowness(Nanoseconds now, double slowness) = 0;
  // Drops all jobs, and returns them in the order of their starts, then of the queue.
  struct Dropped {
    JobId job = 0;
    Nanoseconds started_ns = kNever;  // kNever if it was still waiting
    Nanoseconds worked_ns = 0;        // of a worker's time
  };
  virtual std::vector<Dropped> drop_all(Nanoseconds now) = 0;
};

std::unique_ptr<EventNode> make_event_node(const NodeSpec& spec);

}  // namespace switchyard
