// The strategies' entries, each defined in the file of its name. For the catalogue only.
#pragma once

namespace switchyard {

struct StrategyInfo;

extern const StrategyInfo kRandomAll;
extern const StrategyInfo kRandomMultiPrimary;
extern const StrategyInfo kRandomReplica;
extern const StrategyInfo kLeastOutstanding;
extern const StrategyInfo kDChoices;
extern const StrategyInfo kLeastBehind;
extern const StrategyInfo kOrdered;
extern const StrategyInfo kWeightedRandom;
extern const StrategyInfo kSmoothWrr;
extern const StrategyInfo kFinishTime;
extern const StrategyInfo kPeakEwma;
extern const StrategyInfo kLatencyWindow;
extern const StrategyInfo kC3;
extern const StrategyInfo kPrequal;
extern const StrategyInfo kBoundedHash;
extern const StrategyInfo kPrimaryOnly;
extern const StrategyInfo kOracle;

extern const StrategyInfo kStickyPrimary;
extern const StrategyInfo kCausal;
extern const StrategyInfo kLagBounded;

}  // namespace switchyard
