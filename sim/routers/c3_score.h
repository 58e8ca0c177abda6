// The formulas of C3, apart from who uses them.
// Source: L. Suresh et al., "C3: Cutting tail latency in cloud data stores via adaptive replica
// selection", NSDI 2015, section 3.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/portable_math.h"
#include "core/time.h"

namespace switchyard {

// What a router knows of a node; times in milliseconds.
struct C3Node {
  double response = 0;     // seen by the router
  double service = 0;      // told by the node
  double queue = 0;        // likewise
  double outstanding = 0;  // of this router
};

// The lower the better. `clients`: how many routers send as many requests as this one.
// `inverted` takes the service time for a rate, as Elasticsearch did before 7.13.
inline double c3_score(const C3Node& node, double clients, int exponent, bool inverted = false) {
  // No service is faster than a nanosecond; 0 has no inverse.
  const double service = inverted ? 1 / std::max(node.service, 1e-6) : node.service;
  const double queue = 1 + node.outstanding * clients + node.queue;
  double power = 1;
  for (int i = 0; i < exponent; ++i) power *= queue;
  return node.response - service + power * service;
}

// What C3's rate control is made of. Rates are in requests an interval.
struct C3RateLaw {
  double growth = 4e-6;  // of the rate per cubic millisecond
  double beta = 0.2;     // what it is multiplied by when it is too high
  double max_step = 10;  // the most that it rises at once
  Nanoseconds interval_ns = 10 * kMillisecond;
};

// The rate so long after it was last lowered from `highest`, if nothing limits its rise.
inline double c3_cubic_rate(double highest, double since_ms, const C3RateLaw& law) {
  const double flat = portable_pow(law.beta * highest / law.growth, 1.0 / 3);
  const double from_flat = since_ms - flat;
  return law.growth * from_flat * from_flat * from_flat + highest;
}

// The rate at which requests may be sent to one node, as its answers allow.
// Source: the authors' simulator (absim), simulations/client.py: its rule.
class C3Rate {
 public:
  C3Rate(double initial, const C3RateLaw& law) : law_(law), rate_(initial) {}
  double rate() const { return rate_; }
  // An answer has come while answers came at `received`; 0: that is not known yet.
  void answered(double received, Nanoseconds now) {
    if (rate_ < received) {
      const double since_ms = static_cast<double>(now - lowered_ns_) / 1e6;
      const double wanted = c3_cubic_rate(lowered_from_, since_ms, law_);
      raised_ns_ = now;
      rate_ = std::max(kLeast, std::min(wanted, rate_ + law_.max_step));
    } else if (received > 0 && rate_ > received && now - raised_ns_ > 2 * law_.interval_ns) {
      lowered_from_ = rate_;
      lowered_ns_ = now;
      rate_ = std::max(kLeast, rate_ * law_.beta);
    }
  }

 private:
  static constexpr double kLeast = 0.01;
  C3RateLaw law_;
  double rate_;
  double lowered_from_ = 10;
  Nanoseconds lowered_ns_ = 0;
  Nanoseconds raised_ns_ = 0;
};

// Answers an interval: of each interval, also an empty one, a tenth counts.
class C3Received {
 public:
  explicit C3Received(Nanoseconds interval_ns) : interval_ns_(interval_ns) {}
  void add(Nanoseconds now) {
    close(now);
    ++answers_;
  }
  double rate() const { return rate_; }

 private:
  void close(Nanoseconds now) {
    const Nanoseconds passed = (now - begun_ns_) / interval_ns_;
    if (passed == 0) return;
    rate_ = 0.1 * answers_ + 0.9 * rate_;
    if (passed > 1) rate_ *= portable_pow(0.9, static_cast<double>(passed - 1));
    answers_ = 0;
    begun_ns_ += passed * interval_ns_;
  }
  Nanoseconds interval_ns_;
  Nanoseconds begun_ns_ = 0;
  double answers_ = 0;
  double rate_ = 0;
};

// Lets so many requests pass in each interval, and up to `cap` at once after a rest.
class TokenBucket {
 public:
  TokenBucket(double per_interval, Nanoseconds interval_ns, double cap)
      : rate_(per_interval), interval_ns_(static_cast<double>(interval_ns)), cap_(cap) {
    tokens_ = cap;
  }
  double rate() const { return rate_; }
  void set_rate(double per_interval, Nanoseconds now) {
    refill(now);
    rate_ = per_interval;
  }
  double tokens(Nanoseconds now) {
    refill(now);
    return tokens_;
  }
  // When the next request may pass: now, if at once.
  Nanoseconds next_ns(Nanoseconds now) {
    refill(now);
    if (tokens_ >= 1) return now;
    return now + std::max<Nanoseconds>(
                     1, static_cast<Nanoseconds>(std::ceil((1 - tokens_) * interval_ns_ / rate_)));
  }
  void take() { tokens_ -= 1; }

 private:
  void refill(Nanoseconds now) {
    tokens_ =
        std::min(cap_, tokens_ + rate_ * static_cast<double>(now - filled_ns_) / interval_ns_);
    filled_ns_ = now;
  }

  double rate_;
  double interval_ns_;
  double cap_;
  double tokens_ = 0;
  Nanoseconds filled_ns_ = 0;
};

}  // namespace switchyard
