#include "measure/close_look.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <iterator>
#include <map>

#include "core/error.h"
#include "measure/report_writers.h"
#include "measure/table_text.h"
#include "replay/engine.h"
#include "replay/heat_map.h"
#include "scenario/build_chain.h"
#include "scenario/run_inputs.h"

namespace switchyard {
namespace {

std::string time_text(Nanoseconds time_ns) {
  return format_duration(static_cast<double>(time_ns));
}

std::string_view describe(Op op) {
  constexpr std::array<std::string_view, kOpCount> kNames = {
      "read",   "locking read", "write",         "DDL",  "begin of a transaction",
      "commit", "rollback",     "session state", "other"};
  return kNames[static_cast<std::size_t>(op)];
}

std::string describe(const Decision& decision, const ClusterSpec& cluster) {
  switch (decision.kind) {
    case Decision::Kind::kNode:
      return cluster.nodes[index(decision.node)].name;
    case Decision::Kind::kWait:
      return "wait until " + time_text(decision.until_ns);
    case Decision::Kind::kWaitFor:
      return "wait for " + cluster.nodes[index(decision.node)].name;
    case Decision::Kind::kProbe:
      return "ask " + cluster.nodes[index(decision.node)].name;
    case Decision::Kind::kReject:
      return "refuse";
    case Decision::Kind::kFail:
      return "fail";
    case Decision::Kind::kNoAnswer:
      return "no answer";
  }
  return "";
}

std::string describe_outcome(const JournalEntry& entry) {
  if (entry.latency_ns == kNever) return "never answered";
  const std::string after = " after " + time_text(entry.latency_ns);
  switch (entry.status) {
    case Status::kOk:
      return "answered" + after;
    case Status::kRefused:
      return "refused by a replica" + after;
    case Status::kRejected:
      return "rejected" + after;
    case Status::kTimedOut:
      return "given up" + after;
    case Status::kDown:
      return "refused by a node that was down" + after;
    case Status::kError:
      return "answered with an error" + after;
    case Status::kLost:
      return "lost with its node" + after;
  }
  return "";
}

std::vector<std::string> node_names(const ClusterSpec& cluster) {
  std::vector<std::string> names;
  for (const NodeSpec& node : cluster.nodes) names.push_back(node.name);
  return names;
}

// What all candidates would do; that of the one that ran is what it did.
std::vector<std::string> choices_of(const JournalEntry& entry, std::size_t candidate,
                                    std::size_t candidates, const ClusterSpec& cluster) {
  std::vector<std::string> choices(candidates);
  choices[candidate] = describe(entry.decision, cluster);
  for (std::size_t i = 0; i < entry.others.size(); ++i) {
    if (const auto& other = entry.others[i]) {
      choices[i < candidate ? i : i + 1] = describe(*other, cluster);
    }
  }
  return choices;
}

std::string role_text(const NodeMoment& node) {
  const std::string role = node.role == Role::kPrimary ? "primary" : "replica";
  return node.is_up ? role : role + ", down";
}

void append_state(const MomentReport& report, const DecisionReport& decision, std::string& text) {
  std::size_t width = 4;
  for (const std::string& name : report.nodes) width = std::max(width, display_width(name));
  text += fmt::format("  {}  {:<13} {:>10} {:>8} {:>14} {:>10}\n", pad_right("node", width), "role",
                      "in service", "waiting", "commits behind", "lag");
  for (std::size_t i = 0; i < report.nodes.size(); ++i) {
    const NodeMoment& node = decision.nodes[i];
    text += fmt::format("  {}  {:<13} {:>10} {:>8} {:>14} {:>10}\n",
                        pad_right(one_line(report.nodes[i]), width), role_text(node),
                        node.in_service, node.waiting, node.behind, time_text(node.lag_ns));
  }
}

// By what they would have done: "  others there: default ('MasterSlave', 'oracle'); …".
std::string others_text(const MomentReport& report, const DecisionReport& decision) {
  std::map<std::string, std::string> names;
  for (std::size_t i = 0; i < decision.choices.size(); ++i) {
    if (i == report.candidate || decision.choices[i].empty()) continue;
    std::string& list = names[decision.choices[i]];
    list += (list.empty() ? "'" : ", '") + one_line(report.candidates[i]) + "'";
  }
  std::string text;
  for (const auto& [choice, list] : names) {
    text += fmt::format("{} {} ({})", text.empty() ? "others there:" : ";", choice, list);
  }
  return text.empty() ? text : "  " + wrap(text, 96, 4);
}

void append_decision(const MomentReport& report, const DecisionReport& decision,
                     std::string& text) {
  text += fmt::format("{:.6f}s: request {}, {}", static_cast<double>(decision.at_ns) / 1e9,
                      decision.request, decision.op);
  if (!decision.key.empty()) text += " of " + one_line(decision.key);
  text += fmt::format(", session {}\n", one_line(decision.session));
  append_state(report, decision, text);
  text += fmt::format("  {}: {} ({}); {}\n", report.candidates[report.candidate], decision.decision,
                      decision.reason, decision.outcome);
  text += others_text(report, decision);
  text += '\n';
}

}  // namespace

std::string_view describe(Reason reason) {
  switch (reason) {
    case Reason::kPicked:
      return "its own rule among the eligible nodes";
    case Reason::kPrimary:
      return "this goes to a primary";
    case Reason::kNoReplica:
      return "there is no replica to send it to";
    case Reason::kObjectNode:
      return "no router answered: the database of its object";
    case Reason::kDefault:
      return "not routed, or no router answered: the database `default`";
    case Reason::kLimited:
      return "limited by the strategy";
    case Reason::kPinned:
      return "its transaction or session is there";
    case Reason::kSticky:
      return "to a primary because of an earlier write";
    case Reason::kCausal:
      return "where, or when, the position it needs has been reached";
    case Reason::kLagging:
      return "other nodes are too far behind";
    case Reason::kBroken:
      return "the router itself failed";
  }
  return "";
}

CloseLook::CloseLook(Scenario scenario, CompareControl& control)
    : scenario_((validate(scenario, &control.stop), std::move(scenario))),
      workload_(load_workload(scenario_, scenario_.seed, reading_progress(control))) {}

void CloseLook::run(std::size_t candidate, ReplayObserver& observer, const std::atomic<bool>& stop,
                    Choices* choices, CompareControl& control) const {
  if (candidate >= scenario_.candidates.size()) throw InputError("there is no such candidate");
  const Candidate& running = scenario_.candidates[candidate];
  const StringTableView tables = workload_.trace.names().tables;
  std::vector<RouterChain> instances;
  for (std::uint32_t i = 0; i < running.instances; ++i) {
    const std::uint64_t seed = instance_seed(scenario_.seed, i);
    std::unique_ptr<Alternatives> witness;
    if (choices != nullptr) {
      std::vector<RouterChain> others;
      for (std::size_t other = 0; other < scenario_.candidates.size(); ++other) {
        if (other == candidate) continue;
        others.push_back(build_chain(scenario_.candidates[other], scenario_.cluster, seed, tables,
                                     nullptr, &control.stop));
      }
      witness = std::make_unique<Alternatives>(std::move(others), *choices);
    }
    instances.push_back(
        build_chain(running, scenario_.cluster, seed, tables, std::move(witness), &control.stop));
  }
  ReplayOptions options = replay_options(scenario_, scenario_.seed, 0);
  options.all_nodes_by_events = true;
  control.requests_total = workload_.trace.size();
  const RunControl watched = {
      control.requests_done.empty() ? nullptr : &control.requests_done.front(), &stop, &observer,
      choices};
  try {
    replay(workload_, scenario_.cluster, std::span(instances), options, watched);
  } catch (const Interrupted&) {
    // Stopped as there was nothing more to see, unless somebody wants no more of it.
    if (control.stop) throw;
  }
  for (const RouterChain& instance : instances) instance.finish();
}

MomentReport CloseLook::at(std::size_t candidate, Nanoseconds time_ns, std::size_t before,
                           std::size_t after, CompareControl& control) const {
  return look(candidate, {.at_ns = time_ns, .before = before, .after = after}, control);
}

MomentReport CloseLook::at_request(std::size_t candidate, std::uint64_t request, std::size_t before,
                                   std::size_t after, CompareControl& control) const {
  if (request >= workload_.trace.size()) {
    throw InputError(fmt::format("there is no request {}: those that are replayed are 0 to {}",
                                 request, workload_.trace.size() - 1));
  }
  return look(candidate,
              {.before = before, .after = after, .request = static_cast<RequestIndex>(request)},
              control);
}

MomentReport CloseLook::look(std::size_t candidate, const Journal::Span& span,
                             CompareControl& control) const {
  Choices choices;
  Journal journal(span, scenario_.cluster.nodes.size(), choices, control.stop);
  run(candidate, journal, journal.stop(), &choices, control);

  MomentReport report;
  report.nodes = node_names(scenario_.cluster);
  for (const Candidate& one : scenario_.candidates) report.candidates.push_back(one.name);
  report.candidate = candidate;
  const TraceColumns& columns = workload_.trace.columns();
  const TraceNames& names = workload_.trace.names();
  for (JournalEntry& entry : journal.take()) {
    if (!entry.is_after) ++report.first;
    DecisionReport decision;
    decision.request = entry.request;
    decision.at_ns = entry.at_ns;
    decision.op = describe(columns.op[entry.request]);
    decision.session = names.sessions[columns.session[entry.request]];
    if (!columns.key.empty() && columns.key[entry.request] != kNone) {
      decision.key = names.keys[columns.key[entry.request]];
    }
    decision.decision = describe(entry.decision, scenario_.cluster);
    if (entry.decision.kind == Decision::Kind::kNode) decision.node = entry.decision.node;
    decision.reason = describe(entry.decision.reason);
    decision.outcome = describe_outcome(entry);
    decision.choices = choices_of(entry, candidate, scenario_.candidates.size(), scenario_.cluster);
    decision.nodes = std::move(entry.nodes);
    report.decisions.push_back(std::move(decision));
  }
  return report;
}

HeatReport CloseLook::heat(std::size_t candidate, std::size_t columns,
                           CompareControl& control) const {
  HeatReport report;
  report.nodes = node_names(scenario_.cluster);
  report.columns = columns;
  const auto span = static_cast<Nanoseconds>(static_cast<double>(workload_.trace.span_ns()) /
                                             scenario_.workload.speed);
  const MeasuredTime measured = {scenario_.run.warmup_ns.value_or(0),
                                 scenario_.run.measure_until_ns};
  report.from_ns = measured.from_ns;
  const Nanoseconds length =
      std::max<Nanoseconds>(0, std::min(span, measured.until_ns) - measured.from_ns);
  report.column_ns = length / static_cast<Nanoseconds>(columns) + 1;
  HeatMap map(report.nodes.size(), columns, report.column_ns, measured);
  run(candidate, map, control.stop, nullptr, control);
  for (std::size_t node = 0; node < report.nodes.size(); ++node) {
    for (std::size_t column = 0; column < columns; ++column) {
      const Histogram* cell = map.cell(node, column);
      report.answered.push_back(cell == nullptr ? 0 : cell->count());
      report.p50_ns.push_back(cell == nullptr ? -1 : cell->quantile(0.5));
      report.p99_ns.push_back(cell == nullptr ? -1 : cell->quantile(0.99));
    }
  }
  return report;
}

std::string to_text(const MomentReport& report, std::size_t shown) {
  std::string text;
  for (std::size_t i = report.first; i < report.decisions.size() && i < report.first + shown; ++i) {
    append_decision(report, report.decisions[i], text);
  }
  return text.empty() ? "nothing was decided from then on\n" : text;
}

std::string to_csv(const HeatReport& report) {
  std::string text = "node,from_ns,answered,p50_ns,p99_ns\n";
  for (std::size_t node = 0; node < report.nodes.size(); ++node) {
    for (std::size_t column = 0; column < report.columns; ++column) {
      const std::size_t cell = node * report.columns + column;
      fmt::format_to(std::back_inserter(text), "{},{},{}", csv_field(report.nodes[node]),
                     report.from_ns + static_cast<Nanoseconds>(column) * report.column_ns,
                     report.answered[cell]);
      if (report.answered[cell] == 0) {
        text += ",,\n";
      } else {
        fmt::format_to(std::back_inserter(text), ",{},{}\n", report.p50_ns[cell],
                       report.p99_ns[cell]);
      }
    }
  }
  return text;
}

}  // namespace switchyard
