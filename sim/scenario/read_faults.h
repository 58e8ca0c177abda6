// The tables [[faults]] and [failover] of a scenario.
#pragma once

#include "cluster/spec.h"
#include "scenario/table_reader.h"

namespace switchyard {

// Throw InputError with file, line and column. `cluster` has all its databases.
FaultSpec read_fault(TableReader reader, const ClusterSpec& cluster);
FailoverSpec read_failover(TableReader reader);

}  // namespace switchyard
