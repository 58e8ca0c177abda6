#include "workload/orm_operations.h"

#include <algorithm>
#include <array>

namespace switchyard {
namespace {

constexpr std::array kOperations = {
    OrmOperation{"get", "R", "r1"},
    OrmOperation{"list", "R", "r1"},
    OrmOperation{"count", "R", "r1"},
    OrmOperation{"exists", "R", "r1"},
    OrmOperation{"aggregate", "R", "r1"},
    OrmOperation{"iterator", "RR", "r2"},
    OrmOperation{"in_bulk", "RR", "r2"},
    OrmOperation{"prefetch", "R*R*", "r2"},
    OrmOperation{"raw", "R", "r1"},
    OrmOperation{"raw.write", "R", "w1"},
    OrmOperation{"cursor", "", "r0"},
    OrmOperation{"cursor.write", "", "w0"},
    OrmOperation{"using_default", "", "r0"},
    OrmOperation{"using_default.write", "", "w0"},
    OrmOperation{"select_for_update", "W", "l1"},
    OrmOperation{"refresh_from_db", "R*", "r1"},
    OrmOperation{"related.get", "R*", "r1"},
    OrmOperation{"related.list", "R*R*", "r2"},
    OrmOperation{"related.create", "W*W*", "w1"},
    OrmOperation{"create", "W", "w1"},
    OrmOperation{"save.new", "W*", "w1"},
    OrmOperation{"save.loaded", "W*", "w1"},
    OrmOperation{"get_or_create.exists", "W", "r1"},
    OrmOperation{"get_or_create.creates", "WWW", "r1 b2 w3 c2"},
    OrmOperation{"update_or_create.exists", "WWWW", "b1 l3 w4 c1"},
    OrmOperation{"update_or_create.creates", "WWWWW", "b1 l3 s4 w5 e4 c1"},
    OrmOperation{"bulk_create", "WWWWW", "b2 w5 c2"},
    OrmOperation{"bulk_update", "RRRWW", "b3 w5 c3"},
    OrmOperation{"update", "WW", "w2"},
    OrmOperation{"delete", "WW", "r2 r1* b1 w1* c1"},
    OrmOperation{"delete.fast", "W", "b1 w1 c1"},
    OrmOperation{"delete_object", "W*", "r1* b1 w1+ c1"},
    OrmOperation{"delete_object.fast", "W*", "w1"},
    OrmOperation{"m2m.list", "R*", "r1"},
    OrmOperation{"m2m.create", "W@W*W*", "w1 b2 ?b3 w3 ?c3 c2"},
    OrmOperation{"m2m.add", "W*W*", "b1 ?b2 w2 ?c2 c1"},
    OrmOperation{"m2m.remove", "W*", "b1 w1 c1"},
    OrmOperation{"m2m.clear", "W*", "b1 w1 c1"},
    OrmOperation{"m2m.set.same", "W*W*", "b1 r1 ?b2 ?c2 c1"},
    OrmOperation{"m2m.set.adds", "W*W*W*", "b1 r1 ?b2 ?b3 w3 ?c3 ?c2 c1"},
    OrmOperation{"m2m.set.removes", "W*W*W*", "b1 r1 ?b2 w2 ?c2 ?b3 ?c3 c1"},
    OrmOperation{"m2m.set", "W*W*W*W*", "b1 r1 ?b2 w2 ?c2 ?b3 ?b4 w4 ?c4 ?c3 c1"},
    OrmOperation{"validate.unique", "R", "r1"},
    OrmOperation{"validate.related", "R*", "r1"},
    OrmOperation{"session.save", "W*", "b1 w1 c1"},  // `exists` comes before if it is new
    OrmOperation{"session.load", "R", "r1"},
    OrmOperation{"cache.set", "W", "r1 b1 r1 w1 c1"},
    OrmOperation{"cache.get", "R", "r1"},
    OrmOperation{"content_type", "RRR", "r2"},
    // Of the application's own atomic().
    OrmOperation{"atomic.begin", "", "b0"},
    OrmOperation{"atomic.commit", "", "c0"},
    OrmOperation{"atomic.rollback", "", "a0"},
};

struct Calls {
  std::array<RequestClass, Asking::kMostCalls> kinds{};
  std::size_t count = 0;
  std::array<bool, Asking::kMostCalls> about_object{};
  bool with_object = false;  // all or none
};

Calls calls_of(const OrmOperation& operation) {
  Calls calls;
  for (const char c : operation.calls) {
    if (c == '*' || c == '@') {
      calls.with_object = true;
      calls.about_object[calls.count - 1] = c == '@';
    } else {
      calls.kinds[calls.count++] = c == 'R' ? RequestClass::kRead : RequestClass::kWrite;
    }
  }
  return calls;
}

// "?b2", "w1+"
struct Step {
  bool is_conditional = false;
  char letter = 'r';
  std::uint8_t decided_by = 0;
  std::size_t least = 1;
  std::size_t most = 1;
};

Step take_step(std::string_view& statements) {
  std::string_view word = statements.substr(0, statements.find(' '));
  statements.remove_prefix(std::min(statements.size(), word.size() + 1));
  Step step;
  step.is_conditional = word.front() == '?';
  if (step.is_conditional) word.remove_prefix(1);
  step.letter = word[0];
  step.decided_by = static_cast<std::uint8_t>(word[1] - '0');
  if (word.ends_with('*')) step.least = 0;
  if (word.ends_with('+') || word.ends_with('*')) step.most = SIZE_MAX;
  return step;
}

bool is_control(char letter) {
  return std::string_view("bcase").find(letter) != std::string_view::npos;
}

// Of a savepoint there is none.
Op op_of(char letter) {
  return letter == 's' || letter == 'e' ? Op::kOther : *op_of_letter(letter);
}

// Calls are made before the first statement that they, or later ones, decide; the last statement
// has those that decide nothing.
void attribute_calls(const Calls& calls, std::vector<OrmStatement>& statements) {
  std::size_t made = 0;
  for (std::size_t i = 0; i < statements.size(); ++i) {
    OrmStatement& statement = statements[i];
    const bool is_last = i + 1 == statements.size();
    const std::size_t until =
        is_last ? calls.count : std::max<std::size_t>(made, statement.decided_by);
    Asking& asking = statement.asking;
    asking.is_recorded = true;
    asking.with_object = calls.with_object && until > made;
    for (; made < until; ++made) {
      asking.calls[asking.call_count++] = calls.kinds[made];
      statement.about_object = calls.about_object[made];
    }
    if (statement.decided_by > 0) {
      asking.decided_by = static_cast<std::uint8_t>(made - statement.decided_by + 1);
    }
  }
}

}  // namespace

std::span<const OrmOperation> orm_operations() {
  return kOperations;
}

const OrmOperation* find_orm_operation(std::string_view name) {
  const auto found = std::ranges::find(kOperations, name, &OrmOperation::name);
  return found == kOperations.end() ? nullptr : &*found;
}

std::optional<std::vector<OrmStatement>> expand(const OrmOperation& operation,
                                                std::string_view performed,
                                                OrmExpansion expansion) {
  const bool is_known = !performed.empty();
  std::vector<OrmStatement> statements;
  for (std::string_view left = operation.statements; !left.empty();) {
    const Step step = take_step(left);
    std::size_t count = step.least;
    if (is_control(step.letter)) {
      // The application's own transaction stays; of an operation's there is nothing inside it.
      const bool is_own = step.decided_by > 0;
      const bool is_left_out =
          (step.is_conditional && !expansion.with_conditional) ||
          (expansion.in_transaction && is_own && op_of(step.letter) != Op::kOther);
      if (is_left_out) continue;
    } else if (is_known) {
      std::size_t same = 0;
      // A locking read may have been recorded as a read: some databases have none.
      const auto fits = [&](char c) {
        return c == step.letter || (c == 'r' && step.letter == 'l');
      };
      while (same < std::min(step.most, performed.size()) && fits(performed[same])) ++same;
      if (same < step.least) return std::nullopt;
      performed.remove_prefix(same);
      count = same;
    }
    for (std::size_t i = 0; i < count; ++i) {
      statements.push_back(
          {op_of(step.letter), step.letter, step.is_conditional, step.decided_by, {}, false});
    }
  }
  if (!performed.empty()) return std::nullopt;
  attribute_calls(calls_of(operation), statements);
  return statements;
}

}  // namespace switchyard
