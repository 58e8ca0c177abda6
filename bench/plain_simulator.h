// The simulator one would write in an afternoon, as a yardstick: the same model in the open loop,
// built from std::priority_queue, std::function and std::deque.
//
// Every arrival, completion and delivery of a write is an event with a callback. Routing is uniform
// over all nodes or to the fewest outstanding; writes go to node 0 and are applied on the others
// after a delay, `apply_workers` at a time, on the same workers as reads.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <queue>
#include <random>
#include <vector>

#include "cluster/spec.h"
#include "core/histogram.h"
#include "replay/workload.h"

namespace switchyard::bench {

enum class PlainRouting { kRandom, kLeastOutstanding };

class PlainSimulator {
 public:
  PlainSimulator(const ReplayWorkload& workload, const ClusterSpec& cluster, PlainRouting routing)
      : workload_(workload),
        cluster_(cluster),
        routing_(routing),
        nodes_(cluster.nodes.size()),
        delay_ns_(static_cast<Nanoseconds>(cluster.replication.delay.mean())) {}

  // Mean latency in nanoseconds.
  double run() {
    schedule_arrival(0);
    while (!events_.empty()) {
      const Event event = events_.top();
      events_.pop();
      now_ = event.time;
      event.action();
    }
    return latency_.mean();
  }

 private:
  struct Event {
    Nanoseconds time;
    std::uint64_t sequence;
    std::function<void()> action;
    bool operator>(const Event& other) const {
      return time != other.time ? time > other.time : sequence > other.sequence;
    }
  };
  struct Job {
    Nanoseconds service;
    std::function<void()> done;
  };
  struct Node {
    std::uint32_t busy = 0;
    std::uint32_t outstanding = 0;
    std::uint32_t applying = 0;
    std::deque<Job> queue;
    std::deque<std::size_t> backlog;
  };

  void at(Nanoseconds time, std::function<void()> action) {
    events_.push({time, sequence_++, std::move(action)});
  }

  void schedule_arrival(std::size_t i) {
    if (i == workload_.trace.size()) return;
    const auto& times = workload_.trace.columns().t_ns;
    at(times[i] - times[0], [this, i] {
      arrive(i);
      schedule_arrival(i + 1);
    });
  }

  void arrive(std::size_t i) {
    const bool write = workload_.trace.columns().op[i] == Op::kWrite;
    const std::size_t node = write ? 0 : pick();
    ++nodes_[node].outstanding;
    submit(node, {workload_.service_ns[i], [this, i, node, write, arrival = now_] {
                    --nodes_[node].outstanding;
                    latency_.record(now_ - arrival);
                    if (write) ship(i);
                  }});
  }

  std::size_t pick() {
    if (routing_ == PlainRouting::kRandom) {
      return std::uniform_int_distribution<std::size_t>(0, nodes_.size() - 1)(random_);
    }
    std::size_t best = 0;
    for (std::size_t i = 1; i < nodes_.size(); ++i) {
      if (nodes_[i].outstanding < nodes_[best].outstanding) best = i;
    }
    return best;
  }

  void submit(std::size_t node, Job job) {
    if (nodes_[node].busy < cluster_.nodes[node].workers) {
      start(node, std::move(job));
    } else {
      nodes_[node].queue.push_back(std::move(job));
    }
  }

  void start(std::size_t node, Job job) {
    ++nodes_[node].busy;
    at(now_ + job.service, [this, node, done = std::move(job.done)] {
      --nodes_[node].busy;
      done();
      if (nodes_[node].queue.empty()) return;
      Job next = std::move(nodes_[node].queue.front());
      nodes_[node].queue.pop_front();
      start(node, std::move(next));
    });
  }

  void ship(std::size_t write) {
    for (std::size_t node = 1; node < nodes_.size(); ++node) {
      at(now_ + delay_ns_, [this, node, write] {
        nodes_[node].backlog.push_back(write);
        apply(node);
      });
    }
  }

  void apply(std::size_t node) {
    Node& n = nodes_[node];
    if (n.backlog.empty() || n.applying == cluster_.replication.apply_workers) return;
    n.backlog.pop_front();
    ++n.applying;
    submit(node,
           {static_cast<Nanoseconds>(cluster_.replication.apply_service.mean()), [this, node] {
              --nodes_[node].applying;
              apply(node);
            }});
  }

  const ReplayWorkload& workload_;
  const ClusterSpec& cluster_;
  PlainRouting routing_;
  std::vector<Node> nodes_;
  Nanoseconds delay_ns_;
  std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
  std::uint64_t sequence_ = 0;
  Nanoseconds now_ = 0;
  std::mt19937_64 random_{1};
  Histogram latency_;
};

}  // namespace switchyard::bench
