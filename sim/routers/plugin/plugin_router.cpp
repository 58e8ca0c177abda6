#include "routers/plugin/plugin_router.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/error.h"
#include "routers/plugin/translation.h"

namespace switchyard {
struct ViewFunctions {
  static const PluginRouter::Seen& seen(const switchyard_view* view) {
    return *static_cast<const PluginRouter::Seen*>(view->host);
  }
  static std::uint32_t outstanding(const switchyard_view* view, std::uint32_t node) {
    return node < view->node_count ? (*seen(view).outstanding)[node_id(node)] : 0;
  }
  static int reached(const switchyard_view* view, std::uint32_t node,
                     switchyard_position position) {
    if (node >= view->node_count || position.origin >= view->node_count) return 0;
    return seen(view).positions->reached(node_id(node), {node_id(position.origin), position.number})
               ? 1
               : 0;
  }
  static std::uint64_t missing(const switchyard_view* view, std::uint32_t node) {
    return node < view->node_count ? seen(view).positions->missing(node_id(node)) : 0;
  }
  static std::int64_t lag_ns(const switchyard_view* view, std::uint32_t node) {
    if (node >= view->node_count) return 0;
    const Positions& positions = *seen(view).positions;
    return positions.lag_is_known(node_id(node)) ? positions.lag_ns(node_id(node))
                                                 : SWITCHYARD_UNKNOWN;
  }
  static std::int64_t last_write_ns(const switchyard_view* view, std::uint32_t node) {
    return node < view->node_count ? seen(view).positions->last_write_ns(node_id(node)) : 0;
  }
};

// An exception may not outlive the library that it comes from.
template <class Call>
auto PluginRouter::guarded(Call&& call) const {
  try {
    return call();
  } catch (...) {
    fail(description_of_thrown());
  }
}

PluginRouter::PluginRouter(RouterLibrary library, const RouterSetup& setup,
                           const Parameters& parameters)
    : library_(std::move(library)),
      strategy_(parameters.strategy()),
      random_(setup.random),
      node_count_(static_cast<std::uint32_t>(setup.nodes.size())),
      awaited_(node_count_),
      states_(node_count_),
      probed_(node_count_),
      probes_(node_count_) {
  reached_.reserve(node_count_);
  create(setup, parameters);
  const switchyard_plugin& plugin = library_.plugin();
  signals_ = plugin.signals;
  if (plugin.signals_of != nullptr) {
    signals_ = guarded([&] { return plugin.signals_of(router_); });
    if ((signals_ & ~plugin.signals) != 0) {
      fail(fmt::format("wants signals ({:#x}) that are not among all it may want ({:#x})", signals_,
                       plugin.signals));
    }
  }
  view_.struct_size = sizeof view_;
  view_.node_count = node_count_;
  view_.host = &seen_;
  if (wants(SWITCHYARD_OUTSTANDING)) view_.outstanding = &ViewFunctions::outstanding;
  if (wants(SWITCHYARD_POSITIONS)) {
    view_.reached = &ViewFunctions::reached;
    view_.missing = &ViewFunctions::missing;
    view_.lag_ns = &ViewFunctions::lag_ns;
    view_.last_write_ns = &ViewFunctions::last_write_ns;
  }
  query_.struct_size = sizeof query_;
  answer_.struct_size = sizeof answer_;
  decision_.struct_size = sizeof decision_;
}

PluginRouter::~PluginRouter() {
  try {
    PluginRouter::finish();
  } catch (...) {
    // After a run that went well finish() has been called, and after another its error is told.
  }
}

void PluginRouter::finish() {
  void* const router = std::exchange(router_, nullptr);
  if (router != nullptr) guarded([&] { library_.plugin().destroy(router); });
}

void PluginRouter::create(const RouterSetup& setup, const Parameters& parameters) {
  const std::span<const ParameterInfo> declared =
      library_.parameters().first(library_.plugin().parameter_count);
  // Texts may not move any more once something points to them.
  texts_.reserve(setup.nodes.size() + declared.size());
  for (const NodeInfo& node : setup.nodes) {
    nodes_.push_back({texts_.emplace_back(node.name).c_str(), static_cast<std::uint32_t>(node.role),
                      0, node.weight, node.ping_ns});
  }
  for (const ParameterInfo& info : declared) {
    switchyard_value value = {texts_.emplace_back(parameters.text(info.name)).c_str(), 0, 0};
    switch (info.type) {
      case ParameterInfo::Type::kInteger:
        value.integer = parameters.integer(info.name);
        break;
      case ParameterInfo::Type::kNumber:
        value.number = parameters.number(info.name);
        break;
      case ParameterInfo::Type::kBoolean:
        value.integer = parameters.boolean(info.name) ? 1 : 0;
        break;
      case ParameterInfo::Type::kChoice:
        value.integer = parameters.choice<std::int64_t>(info.name);
        break;
      case ParameterInfo::Type::kDuration:
        value.integer = parameters.duration(info.name);
        break;
      case ParameterInfo::Type::kText:
      case ParameterInfo::Type::kFile:
        break;
    }
    values_.push_back(value);
  }
  std::vector<std::string> table_names;
  for (std::size_t i = 0; i < setup.tables.size(); ++i) table_names.emplace_back(setup.tables[i]);
  std::vector<const char*> tables;
  for (const std::string& name : table_names) tables.push_back(name.c_str());

  std::array<char, 1024> error = {};
  switchyard_config config = {};
  config.struct_size = sizeof config;
  config.node_count = node_count_;
  config.nodes = nodes_.data();
  config.default_node = number_of(setup.default_node);
  config.instances = setup.instances;
  config.values = values_.data();
  config.value_count = static_cast<std::uint32_t>(values_.size());
  config.table_count = static_cast<std::uint32_t>(tables.size());
  config.tables = tables.data();
  // Another stream's word, so that it is one of this router's own.
  config.seed = RandomStream(random_).next_u64();
  config.random = &random_;
  config.random_u32 = [](void* random) { return static_cast<RandomStream*>(random)->next_u32(); };
  config.random_below = [](void* random, std::uint32_t n) {
    return n == 0 ? 0 : static_cast<RandomStream*>(random)->next_below(n);
  };
  config.error = error.data();
  config.error_size = error.size();
  router_ = guarded([&] { return library_.plugin().create(&config); });
  error.back() = '\0';
  if (router_ != nullptr) return;
  throw InputError(
      fmt::format("router '{}': {}", strategy_,
                  error.front() == '\0' ? "its create() failed without saying why" : error.data()));
}

void PluginRouter::fail(const std::string& what) const {
  throw InputError(fmt::format("router '{}' ({}) {}", strategy_, library_.plugin().name, what));
}

Signals PluginRouter::wants() const {
  Signals signals;
  signals.outstanding = wants(SWITCHYARD_OUTSTANDING);
  signals.responses = wants(SWITCHYARD_RESPONSES);
  signals.sessions = wants(SWITCHYARD_SESSIONS);
  signals.timers = wants(SWITCHYARD_TIMERS);
  signals.origin = wants(SWITCHYARD_ORIGIN);
  signals.positions = wants(SWITCHYARD_POSITIONS);
  signals.server = wants(SWITCHYARD_SERVER);
  signals.probes = wants(SWITCHYARD_PROBES);
  return signals;
}

const switchyard_view& PluginRouter::show(const ClusterView& view) {
  seen_ = {view.outstanding, view.positions};
  view_.eligible = view.eligible;
  view_.needs_position = view.needs_position ? 1 : 0;
  return view_;
}

const switchyard_probe_answer& PluginRouter::show(const ProbeAnswer& answer) {
  reached_.clear();
  if (wants(SWITCHYARD_POSITIONS)) {
    for (const Position& position : answer.reached) reached_.push_back(theirs(position));
  }
  answer_.node = number_of(answer.node);
  answer_.now_ns = answer.now_ns;
  answer_.sent_ns = answer.sent_ns;
  answer_.is_up = answer.up ? 1 : 0;
  answer_.in_flight = answer.in_flight;
  answer_.latency_ns = answer.latency_ns;
  answer_.reached_count = static_cast<std::uint32_t>(reached_.size());
  answer_.reached = reached_.data();
  return answer_;
}

Decision PluginRouter::choose(const Query& query, const ClusterView& view, Nanoseconds now) {
  query_.kind = static_cast<std::uint32_t>(query.kind);
  query_.op = static_cast<std::uint32_t>(letter_of(query.op));
  query_.session = static_cast<std::uint32_t>(query.session);
  query_.key = static_cast<std::uint32_t>(query.key);
  query_.table = static_cast<std::uint32_t>(query.table);
  query_.transaction = query.transaction;
  query_.read_only_transaction = query.read_only_transaction ? 1 : 0;
  query_.origin = number_of(query.origin);
  query_.waited_out = query.waited_out ? 1 : 0;
  query_.asked_ns = query.asked_ns;
  query_.probe = query.probe == nullptr ? nullptr : &show(*query.probe);
  decision_.kind = SWITCHYARD_NO_ANSWER;
  decision_.reason = SWITCHYARD_PICKED;
  decision_.node = SWITCHYARD_NONE;
  decision_.until_ns = 0;
  decision_.awaited = awaited_.data();
  decision_.awaited_count = 0;
  const switchyard_view& seen = show(view);
  guarded([&] { library_.plugin().choose(router_, &query_, &seen, now, &decision_); });
  if (decision_.kind == SWITCHYARD_TO_NODE && decision_.node < node_count_ &&
      decision_.reason <= SWITCHYARD_LAGGING) [[likely]] {
    return Decision::to(node_id(decision_.node), static_cast<Reason>(decision_.reason));
  }
  return seldom_decision(view, now);
}

Decision PluginRouter::seldom_decision(const ClusterView& view, Nanoseconds now) const {
  if (decision_.reason > SWITCHYARD_LAGGING) {
    fail(fmt::format("gave {} as its reason, which is none of SWITCHYARD_PICKED …",
                     decision_.reason));
  }
  const auto reason = static_cast<Reason>(decision_.reason);
  const auto checked_time = [&] {
    if (decision_.until_ns > now) return decision_.until_ns;
    fail(fmt::format("asked at {} ns to wait until {} ns, which is not in the future", now,
                     decision_.until_ns));
  };
  switch (decision_.kind) {
    case SWITCHYARD_TO_NODE:
      return Decision::to(checked_node(decision_.node, "chose"), reason);
    case SWITCHYARD_NO_ANSWER:
      return Decision::no_answer();
    case SWITCHYARD_WAIT:
      return Decision::wait_until(checked_time(), reason);
    case SWITCHYARD_WAIT_FOR: {
      if (!wants(SWITCHYARD_POSITIONS)) {
        fail("waits for a node's position without SWITCHYARD_POSITIONS among its signals");
      }
      if (decision_.awaited_count > node_count_) {
        fail(fmt::format("waits for {} positions, but there is room for {}",
                         decision_.awaited_count, node_count_));
      }
      view.awaited->clear();
      for (const switchyard_position& one : std::span(decision_.awaited, decision_.awaited_count)) {
        view.awaited->push_back({checked_node(one.origin, "waits for a commit of"), one.number});
      }
      Decision decision =
          Decision::wait_for(checked_node(decision_.node, "waits for"), checked_time());
      decision.reason = reason;
      return decision;
    }
    case SWITCHYARD_REJECT:
      return Decision::reject(reason);
    case SWITCHYARD_FAIL:
      return Decision::fail();
    case SWITCHYARD_PROBE:
      if (!wants(SWITCHYARD_PROBES)) {
        fail("asks a node without SWITCHYARD_PROBES among its signals");
      }
      return Decision::probe(checked_node(decision_.node, "asks"), checked_time(), reason);
    default:
      fail(fmt::format("gave {} as the kind of its decision, which is none of SWITCHYARD_TO_NODE …",
                       decision_.kind));
  }
}

NodeId PluginRouter::checked_node(std::uint32_t node, std::string_view doing) const {
  if (node < node_count_) return node_id(node);
  fail(fmt::format("{} {}, but the cluster's nodes are 0 to {}", doing,
                   node == SWITCHYARD_NONE ? "no node" : fmt::format("node number {}", node),
                   node_count_ - 1));
}

void PluginRouter::on_dispatch(const Dispatch& dispatch) {
  const auto call = library_.plugin().on_dispatch;
  if (call == nullptr || !wants(SWITCHYARD_RESPONSES)) return;
  const auto told = sent<switchyard_dispatch>(dispatch);
  guarded([&] { call(router_, &told); });
}

void PluginRouter::on_response(const Response& response) {
  const auto call = library_.plugin().on_response;
  if (call == nullptr || !wants(SWITCHYARD_RESPONSES)) return;
  auto told = sent<switchyard_response>(response);
  told.status = static_cast<std::uint32_t>(response.status);
  told.latency_ns = response.latency_ns;
  // Another router of the run may want what this one does not.
  if (wants(SWITCHYARD_POSITIONS)) told.position = theirs(response.position);
  if (wants(SWITCHYARD_SERVER)) {
    told.waiting = response.waiting;
    told.service_ns = response.service_ns;
  }
  guarded([&] { call(router_, &told); });
}

void PluginRouter::on_topology(std::span<const NodeState> states, Nanoseconds now) {
  const auto call = library_.plugin().on_topology;
  if (call == nullptr) return;
  for (std::size_t i = 0; i < states.size(); ++i) {
    states_[i] = {states[i].up ? 1U : 0U, static_cast<std::uint32_t>(states[i].role)};
  }
  guarded([&] { call(router_, states_.data(), node_count_, now); });
}

void PluginRouter::on_observation(const Positions& positions, Nanoseconds now) {
  const auto call = library_.plugin().on_observation;
  if (call == nullptr || !wants(SWITCHYARD_POSITIONS)) return;
  ClusterView view;
  view.positions = &positions;
  switchyard_view seen = show(view);
  // Only positions have changed, and only they can be seen.
  seen.outstanding = nullptr;
  guarded([&] { call(router_, &seen, now); });
}

void PluginRouter::on_session_start(SessionId session, Nanoseconds now) {
  const auto call = library_.plugin().on_session_start;
  if (call == nullptr || !wants(SWITCHYARD_SESSIONS)) return;
  guarded([&] { call(router_, static_cast<std::uint32_t>(session), now); });
}

void PluginRouter::on_session_end(SessionId session, Nanoseconds now) {
  const auto call = library_.plugin().on_session_end;
  if (call == nullptr || !wants(SWITCHYARD_SESSIONS)) return;
  guarded([&] { call(router_, static_cast<std::uint32_t>(session), now); });
}

std::span<const NodeId> PluginRouter::take_probes() {
  const auto call = library_.plugin().take_probes;
  if (call == nullptr || !wants(SWITCHYARD_PROBES)) return {};
  const std::uint32_t count = guarded([&] { return call(router_, probed_.data()); });
  if (count > node_count_) {
    fail(fmt::format("wants to probe {} nodes at once, but there is room for {}", count,
                     node_count_));
  }
  for (std::uint32_t i = 0; i < count; ++i) probes_[i] = checked_node(probed_[i], "probes");
  return std::span(probes_).first(count);
}

void PluginRouter::on_probe(const ProbeAnswer& answer) {
  const auto call = library_.plugin().on_probe;
  if (call == nullptr || !wants(SWITCHYARD_PROBES)) return;
  const switchyard_probe_answer& told = show(answer);
  guarded([&] { call(router_, &told); });
}

Nanoseconds PluginRouter::next_timer() const {
  const auto call = library_.plugin().next_timer;
  if (call == nullptr || !wants(SWITCHYARD_TIMERS)) return kNever;
  return guarded([&] { return call(router_); });
}

void PluginRouter::on_timer(const ClusterView& view, Nanoseconds now) {
  const switchyard_view& seen = show(view);
  guarded([&] { library_.plugin().on_timer(router_, &seen, now); });
  const Nanoseconds next = next_timer();
  if (next > now) return;
  fail(fmt::format("wants its next timer at {} ns, when it is {} ns already", next, now));
}

void PluginRouter::give_account(RouterAccount& account) const {
  const std::string begin = fmt::format("{} is ", library_.file_name());
  const auto is_told = [&](const std::string& note) { return note.starts_with(begin); };
  if (std::ranges::any_of(account.notes, is_told)) return;
  try {
    account.notes.push_back(
        fmt::format("{}'{}', SHA-256 {}", begin, library_.plugin().name, library_.sha256()));
  } catch (const InputError&) {
    account.notes.push_back(
        fmt::format("{}'{}', and can't be read any more", begin, library_.plugin().name));
  }
}

}  // namespace switchyard
