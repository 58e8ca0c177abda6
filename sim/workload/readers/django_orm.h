// ORM operations of a Django application, one JSON object a line, as data/record/django_orm.py
// writes them:
//
//   {"orm": "get_or_create.creates", "time": 1795381281.687179, "session": "104.1", "table":
//    "shop_item", "key": 7, "statements": [["r", 0.00012], ["w", 0.0009]]}
//
// `orm` is a name of orm_operations(), `time` the start in seconds since 1970. What follows may be
// missing: the `table` that routers are asked about and the `key` in it, the `object` that this is
// related to ({"table": …, "key": …}), and `statements` that were sent, without BEGIN, COMMIT and
// their like: r reads, l reads and locks, w writes, with the seconds each took, or null. Every
// operation becomes its statements, each with how routers are asked for it.
#pragma once

#include <string_view>

#include "workload/byte_source.h"
#include "workload/open_trace.h"

namespace switchyard {

// Throws InputError with file and line, and if no operation is known.
Trace read_django_orm(PeekedSource& source, std::string_view file, const ImportOptions& options);

bool looks_like_django_orm(std::string_view head);

}  // namespace switchyard
