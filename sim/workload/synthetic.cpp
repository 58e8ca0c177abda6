#include "workload/synthetic.h"

#include <functional>
#include <numeric>
#include <queue>

#include "core/error.h"
#include "core/portable_math.h"

namespace switchyard {
namespace {

// Successive arrival times, kept as a double so that rounding to nanoseconds does not add up.
void check_in_time(double now_ns) {
  if (now_ns < kEndOfTime) return;
  throw InputError(
      "the synthetic workload takes more than a century of virtual time: are rates per second, and "
      "service and think times as they should be?");
}

class ArrivalTimes {
 public:
  ArrivalTimes(const ArrivalLaw& law, std::uint64_t seed)
      : law_(law), random_(seed, RandomPurpose::kArrivals) {
    if (law.kind == ArrivalLaw::Kind::kMmpp) state_ends_ = stay();
  }

  Nanoseconds next() {
    switch (law_.kind) {
      case ArrivalLaw::Kind::kPoisson:
        now_ += exponential(1e9 / law_.rate);
        break;
      case ArrivalLaw::Kind::kConstant:
        // A multiple, not a sum: gaps stay equal over any number of requests.
        now_ = static_cast<double>(++sequence_) * (1e9 / law_.rate);
        break;
      case ArrivalLaw::Kind::kMmpp:
        advance_mmpp();
        break;
      case ArrivalLaw::Kind::kBatch:
        if (left_in_batch_ == 0) {
          now_ += exponential(1e9 / law_.rate);
          left_in_batch_ = batch_size();
        }
        --left_in_batch_;
        break;
    }
    check_in_time(now_);
    return static_cast<Nanoseconds>(now_);
  }

 private:
  double exponential(double mean) { return -mean * portable_log(random_.next_open_unit()); }
  double stay() { return now_ + exponential(law_.mean_durations_ns[state_]); }

  // An exponential gap that crosses the end of a state is drawn again from there, which the lack of
  // memory of the law allows.
  void advance_mmpp() {
    while (true) {
      const double rate = law_.rates[state_];
      const double at = rate > 0 ? now_ + exponential(1e9 / rate) : state_ends_;
      if (rate > 0 && at < state_ends_) {
        now_ = at;
        return;
      }
      now_ = state_ends_;
      state_ = (state_ + 1) % law_.rates.size();
      state_ends_ = stay();
    }
  }

  std::uint64_t batch_size() {
    if (law_.mean_batch_size <= 1) return 1;
    const double miss = 1 - 1 / law_.mean_batch_size;
    return 1 +
           static_cast<std::uint64_t>(portable_log(random_.next_open_unit()) / portable_log(miss));
  }

  const ArrivalLaw& law_;
  RandomStream random_;
  double now_ = 0;
  double state_ends_ = 0;
  std::size_t state_ = 0;
  std::uint64_t sequence_ = 0;
  std::uint64_t left_in_batch_ = 0;
};

// What a request is, apart from its time and session.
class Bodies {
 public:
  Bodies(const SyntheticWorkload& workload, std::uint64_t seed)
      : workload_(workload),
        operations_(seed, RandomPurpose::kOperations),
        read_service_(seed, RandomPurpose::kReadService),
        write_service_(seed, RandomPurpose::kWriteService),
        keys_(seed, RandomPurpose::kKeys) {
    if (workload.keys && workload.keys->exponent > 0) {
      zipf_.emplace(workload.keys->count, workload.keys->exponent);
    }
  }

  struct Body {
    Op op;
    std::uint32_t key;
    Nanoseconds dur_ns;
  };
  Body next() {
    const bool read = operations_.next_unit() < workload_.read_share;
    const Nanoseconds dur_ns = read ? workload_.read_service.sample_ns(read_service_)
                                    : workload_.write_service.sample_ns(write_service_);
    std::uint32_t key = kNone;
    if (zipf_) {
      key = zipf_->sample(keys_);
    } else if (workload_.keys) {
      key = keys_.next_below(workload_.keys->count);
    }
    return {read ? Op::kRead : Op::kWrite, key, dur_ns};
  }

 private:
  const SyntheticWorkload& workload_;
  RandomStream operations_;
  RandomStream read_service_;
  RandomStream write_service_;
  RandomStream keys_;
  std::optional<Zipf> zipf_;
};

void generate_open(const SyntheticWorkload& workload, std::uint64_t seed, TraceBuilder& builder) {
  ArrivalTimes times(workload.arrivals, seed);
  Bodies bodies(workload, seed);
  RandomStream sessions(seed, RandomPurpose::kSessions);
  for (std::uint64_t i = 0; i < workload.requests; ++i) {
    const Bodies::Body body = bodies.next();
    const std::uint32_t session = sessions.next_below(workload.sessions);
    builder.add_numbered(times.next(), session, body.op, body.key, body.dur_ns);
  }
}

void generate_closed(const SyntheticWorkload& workload, std::uint64_t seed, TraceBuilder& builder) {
  Bodies bodies(workload, seed);
  RandomStream thinking(seed, RandomPurpose::kThink);
  struct Client {
    Nanoseconds at;
    std::uint32_t session;
    auto operator<=>(const Client&) const = default;
  };
  std::priority_queue<Client, std::vector<Client>, std::greater<>> clients;
  for (std::uint32_t session = 0; session < workload.sessions; ++session) {
    clients.push({workload.think->sample_ns(thinking), session});
  }
  for (std::uint64_t i = 0; i < workload.requests; ++i) {
    const Client client = clients.top();
    clients.pop();
    check_in_time(static_cast<double>(client.at));
    const Bodies::Body body = bodies.next();
    builder.add_numbered(client.at, client.session, body.op, body.key, body.dur_ns);
    clients.push({client.at + body.dur_ns + workload.think->sample_ns(thinking), client.session});
  }
}

}  // namespace

double ArrivalLaw::mean_rate() const {
  switch (kind) {
    case Kind::kBatch:
      return rate * mean_batch_size;
    case Kind::kMmpp: {
      const double cycle = std::accumulate(mean_durations_ns.begin(), mean_durations_ns.end(), 0.0);
      return std::inner_product(rates.begin(), rates.end(), mean_durations_ns.begin(), 0.0) / cycle;
    }
    default:
      return rate;
  }
}

Trace generate(const SyntheticWorkload& workload, std::uint64_t seed) {
  TraceBuilder builder;
  builder.reserve(workload.requests);
  if (workload.think) {
    generate_closed(workload, seed, builder);
  } else {
    generate_open(workload, seed, builder);
  }
  TraceInfo info;
  info.source = "synthetic";
  return builder.finish(std::move(info));
}

}  // namespace switchyard
