// What Django's ORM does in one operation: the calls of the router and the statements, and which
// call's answer decides where each statement runs.
//
// One operation calls the router up to five times, and each call is answered by itself, so that a
// router that chooses at random tears it apart: bulk_create opens its transaction where the second
// answer says and writes where the fifth does. Of Django 3.2, found by asking it
// (tests/conformance); later versions differ, in bulk_update for one.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "workload/asking.h"
#include "workload/op.h"

namespace switchyard {

struct OrmOperation {
  std::string_view name;  // "update_or_create.creates"
  // R or W for each call of db_for_read or db_for_write, in order; * behind it if it names an
  // object (the hint `instance`), @ if it does and is about the object's own model, and not about
  // what is related to it.
  std::string_view calls;
  // In order: r read, l locking read, w write, b BEGIN, c COMMIT, a ROLLBACK, s SAVEPOINT, e its
  // RELEASE, and the number of the call that decides, 0 for `default`. Where a transaction is open
  // already on that database, s and e are what they are called, elsewhere BEGIN and COMMIT; b and c
  // behind ? are left out there. + behind it: one or more such statements; * none or more.
  std::string_view statements;
};

std::span<const OrmOperation> orm_operations();
// Null if there is none of that name.
const OrmOperation* find_orm_operation(std::string_view name);

// A statement of an operation that was performed.
struct OrmStatement {
  Op op = Op::kRead;
  char letter = 'r';            // as in OrmOperation::statements
  bool is_conditional = false;  // behind ?
  std::uint8_t decided_by = 0;  // the number of the call
  Asking asking = {};
  bool about_object = false;  // its calls are: @
};

// `performed` are the letters of the statements that are neither BEGIN nor COMMIT and their like,
// empty if unknown: nothing if the operation has no such. Without `with_conditional`, statements
// behind ? are left out, and `in_transaction` leaves out those that open and end a transaction, as
// where the application has opened one.
struct OrmExpansion {
  bool with_conditional = false;
  bool in_transaction = false;
};
std::optional<std::vector<OrmStatement>> expand(const OrmOperation& operation,
                                                std::string_view performed,
                                                OrmExpansion expansion = {});

}  // namespace switchyard
