// The formulas of C3, apart from who uses them.
// Source: L. Suresh et al., "C3: Cutting tail latency in cloud data stores via adaptive replica
// selection", NSDI 2015, section 3.
#pragma once

#include <algorithm>
#include <cmath>

#include "core/portable_math.h"
#include "core/time.h"

namespace switchyard {

// What a router knows of a node; times in one unit.
struct C3Node {
  double response = 0;     // seen by the router
  double service = 0;      // told by the node
  double queue = 0;        // likewise
  double outstanding = 0;  // of this router
};

// The lower the better. `clients`: how many routers send as many requests as this one.
// `inverted` takes the service time for a rate, as Elasticsearch did before 7.13.
inline double c3_score(const C3Node& node, double clients, int exponent, bool inverted = false) {
  const double service = inverted ? 1 / node.service : node.service;
  const double queue = 1 + node.outstanding * clients + node.queue;
  double power = 1;
  for (int i = 0; i < exponent; ++i) power *= queue;
  return node.response - service + power * service;
}

// The rate to which C3 lets a router come so long after it last lowered it from `highest`; in
// requests an interval. `growth` is per cubic millisecond, `beta` what it was lowered by.
inline double c3_cubic_rate(double highest, double since_ms, double growth, double beta) {
  const double flat = portable_pow(beta * highest / growth, 1.0 / 3);
  const double from_flat = since_ms - flat;
  return growth * from_flat * from_flat * from_flat + highest;
}

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
