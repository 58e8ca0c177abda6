#include "cluster/event_node.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include "cluster/worker_plan.h"

namespace switchyard {
namespace {

Nanoseconds scaled(Nanoseconds time_ns, double factor) {
  return factor == 1 ? time_ns : std::llround(static_cast<double>(time_ns) * factor);
}

class FifoNode : public EventNode {
 public:
  explicit FifoNode(const NodeSpec& spec)
      : workers_(spec.workers), foresight_(spec.workers), scratch_(spec.workers) {
    running_.reserve(spec.workers);
  }

  void arrive(Nanoseconds now, JobId job, Nanoseconds service_ns) override {
    foresight_.submit(now, scaled(service_ns, slowness_));
    if (running_.size() < workers_) {
      start(now, {job, service_ns});
    } else {
      queue_.push({job, service_ns});
      started_.reset();
    }
  }
  Nanoseconds next_completion() const override {
    return running_.empty() ? kNever : running_.front().finish_ns;
  }
  Ended complete(Nanoseconds now) override {
    std::pop_heap(running_.begin(), running_.end(), std::greater<>());
    const Ended done = {running_.back().job, running_.back().start_ns,
                        now - running_.back().start_ns};
    running_.pop_back();
    started_.reset();
    if (!queue_.empty()) {
      start(now, queue_.front());
      queue_.pop();
    }
    return done;
  }
  std::optional<JobId> started() const override { return started_; }
  std::size_t waiting() const override { return queue_.size(); }
  std::size_t in_service() const override { return running_.size(); }
  Nanoseconds finish_if_sent(Nanoseconds time, Nanoseconds service_ns,
                             std::span<const Coming> before) const override {
    scratch_ = foresight_;
    for (const Coming& job : before) {
      scratch_.submit(job.arrive_ns, scaled(job.service_ns, slowness_));
    }
    return scratch_.submit(time, scaled(service_ns, slowness_)).finish_ns;
  }

  void set_slowness(Nanoseconds now, double slowness) override {
    for (Running& job : running_) {
      job.finish_ns = now + scaled(job.finish_ns - now, slowness / slowness_);
    }
    std::make_heap(running_.begin(), running_.end(), std::greater<>());
    slowness_ = slowness;
    foresight_ = WorkerPlan(static_cast<std::uint32_t>(workers_));
    for (const Running& job : running_) foresight_.submit(now, job.finish_ns - now);
    for (std::size_t i = 0; i < queue_.size(); ++i) {
      foresight_.submit(now, scaled(queue_[i].service_ns, slowness_));
    }
  }

  std::vector<Dropped> drop_all(Nanoseconds now) override {
    std::ranges::sort(running_, {}, &Running::sequence);
    std::vector<Dropped> dropped;
    for (const Running& job : running_) {
      dropped.push_back({job.job, job.start_ns, now - job.start_ns});
    }
    for (; !queue_.empty(); queue_.pop()) dropped.push_back({queue_.front().job, kNever, 0});
    running_.clear();
    started_.reset();
    foresight_ = WorkerPlan(static_cast<std::uint32_t>(workers_));
    return dropped;
  }

 private:
  struct Job {
    JobId job = 0;
    Nanoseconds service_ns = 0;
  };
  struct Running {
    Nanoseconds finish_ns = 0;
    Nanoseconds start_ns = 0;
    std::uint64_t sequence = 0;  // equal times finish in the order of their starts
    JobId job = 0;
    bool operator>(const Running& other) const {
      return finish_ns != other.finish_ns ? finish_ns > other.finish_ns : sequence > other.sequence;
    }
  };
  void start(Nanoseconds now, const Job& job) {
    running_.push_back({now + scaled(job.service_ns, slowness_), now, sequence_++, job.job});
    std::push_heap(running_.begin(), running_.end(), std::greater<>());
    started_ = job.job;
  }

  std::size_t workers_;
  std::vector<Running> running_;
  Ring<Job> queue_;
  double slowness_ = 1;
  std::uint64_t sequence_ = 0;
  std::optional<JobId> started_;
  WorkerPlan foresight_;        // of the work there is now
  mutable WorkerPlan scratch_;  // so that to look ahead takes no memory
};

// Egalitarian processor sharing over `workers` servers: with n jobs each is served at rate
// min(1, workers / n). Attained service is tracked on one common clock ("virtual time"): a job that
// arrives at virtual time v with service s leaves at v + s.
// Source: L. Kleinrock, Queueing Systems vol. 2 (1976), ch. 4.
class SharingNode : public EventNode {
 public:
  explicit SharingNode(const NodeSpec& spec) : workers_(spec.workers) {}

  void arrive(Nanoseconds now, JobId job, Nanoseconds service_ns) override {
    advance(now);
    jobs_.push_back({attained_ + static_cast<double>(service_ns), worked_, now, sequence_++, job});
    started_ = job;
    std::push_heap(jobs_.begin(), jobs_.end(), std::greater<>());
  }
  Nanoseconds next_completion() const override {
    if (jobs_.empty()) return kNever;
    const double left = std::max(0.0, jobs_.front().leaves_at - attained_);
    return last_ + static_cast<Nanoseconds>(std::ceil(left / rate()));
  }
  Ended complete(Nanoseconds now) override {
    advance(now);
    std::pop_heap(jobs_.begin(), jobs_.end(), std::greater<>());
    Ended done = {jobs_.back().job, jobs_.back().arrive_ns};
    if (was_slowed_) done.worked_ns = std::llround(worked_ - jobs_.back().worked_before);
    jobs_.pop_back();
    started_.reset();
    // Starting the clock afresh when idle keeps it small, and so exact.
    if (jobs_.empty()) attained_ = worked_ = 0;
    return done;
  }
  std::optional<JobId> started() const override { return started_; }
  std::size_t waiting() const override {
    return jobs_.size() > workers_ ? jobs_.size() - workers_ : 0;
  }
  std::size_t in_service() const override { return jobs_.size() - waiting(); }
  Nanoseconds finish_if_sent(Nanoseconds time, Nanoseconds service_ns,
                             std::span<const Coming> before) const override {
    const double jobs = static_cast<double>(jobs_.size() + before.size() + 1);
    const double share = std::max(1.0, jobs / workers());
    return time + static_cast<Nanoseconds>(static_cast<double>(service_ns) * share * slowness_);
  }
  void set_slowness(Nanoseconds now, double slowness) override {
    advance(now);
    slowness_ = slowness;
    was_slowed_ = true;
  }
  std::vector<Dropped> drop_all(Nanoseconds now) override {
    advance(now);
    std::ranges::sort(jobs_, {}, &Job::sequence);
    std::vector<Dropped> dropped;
    for (const Job& job : jobs_) {
      dropped.push_back({job.job, job.arrive_ns, std::llround(worked_ - job.worked_before)});
    }
    jobs_.clear();
    attained_ = worked_ = 0;
    started_.reset();
    return dropped;
  }

 private:
  struct Job {
    double leaves_at = 0;
    double worked_before = 0;
    Nanoseconds arrive_ns = 0;
    std::uint64_t sequence = 0;
    JobId job = 0;
    bool operator>(const Job& other) const {
      return leaves_at != other.leaves_at ? leaves_at > other.leaves_at : sequence > other.sequence;
    }
  };
  double workers() const { return static_cast<double>(workers_); }
  double share() const { return std::min(1.0, workers() / static_cast<double>(jobs_.size())); }
  double rate() const { return share() / slowness_; }
  void advance(Nanoseconds now) {
    if (!jobs_.empty()) {
      attained_ += static_cast<double>(now - last_) * rate();
      worked_ += static_cast<double>(now - last_) * share();
    }
    last_ = now;
  }

  std::size_t workers_;
  std::vector<Job> jobs_;
  double attained_ = 0;  // service by each job since the node was idle last
  double worked_ = 0;    // a worker's time for that
  double slowness_ = 1;
  bool was_slowed_ = false;
  Nanoseconds last_ = 0;
  std::uint64_t sequence_ = 0;
  std::optional<JobId> started_;
};

}  // namespace

std::unique_ptr<EventNode> make_event_node(const NodeSpec& spec) {
  if (spec.discipline == Discipline::kProcessorSharing) return std::make_unique<SharingNode>(spec);
  return std::make_unique<FifoNode>(spec);
}

}  // namespace switchyard
