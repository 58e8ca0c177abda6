// A router of a shared library as one of ours: translates calls both ways, and checks what comes
// back.
#pragma once

#include <string>
#include <vector>

#include "core/random.h"
#include "routers/catalogue.h"
#include "routers/plugin/router_library.h"

namespace switchyard {

class PluginRouter : public Router {
 public:
  // `parameters` has those of the library. Throws InputError when the library's create() fails.
  PluginRouter(RouterLibrary library, const RouterSetup& setup, const Parameters& parameters);
  ~PluginRouter() override;
  PluginRouter(const PluginRouter&) = delete;
  PluginRouter& operator=(const PluginRouter&) = delete;

  Signals wants() const override;
  // This and all that follows throw InputError when the library's code throws, or answers what
  // makes no sense.
  Decision choose(const Query& query, const ClusterView& view, Nanoseconds now) override;
  void on_dispatch(const Dispatch& dispatch) override;
  void on_response(const Response& response) override;
  void on_topology(std::span<const NodeState> states, Nanoseconds now) override;
  void on_observation(const Positions& positions, Nanoseconds now) override;
  void on_session_start(SessionId session, Nanoseconds now) override;
  void on_session_end(SessionId session, Nanoseconds now) override;
  std::span<const NodeId> take_probes() override;
  void on_probe(const ProbeAnswer& answer) override;
  Nanoseconds next_timer() const override;
  void on_timer(const ClusterView& view, Nanoseconds now) override;
  void give_account(RouterAccount& account) const override;
  void finish() override;

 private:
  // What the functions of a view look at.
  struct Seen {
    Outstanding* outstanding = nullptr;
    const Positions* positions = nullptr;
  };
  friend struct ViewFunctions;

  void create(const RouterSetup& setup, const Parameters& parameters);
  bool wants(std::uint32_t signal) const { return (signals_ & signal) != 0; }
  const switchyard_view& show(const ClusterView& view);
  const switchyard_probe_answer& show(const ProbeAnswer& answer);
  Decision seldom_decision(const ClusterView& view, Nanoseconds now) const;
  NodeId checked_node(std::uint32_t node, std::string_view doing) const;
  [[noreturn]] void fail(const std::string& what) const;
  template <class Call>
  auto guarded(Call&& call) const;

  RouterLibrary library_;  // goes last
  std::string strategy_;   // as the user named it
  RandomStream random_;
  std::vector<std::string> texts_;  // that the following point to
  std::vector<switchyard_node> nodes_;
  std::vector<switchyard_value> values_;
  std::uint32_t node_count_;
  std::uint32_t signals_ = 0;
  void* router_ = nullptr;

  // Filled anew for each call.
  Seen seen_;
  switchyard_view view_ = {};
  switchyard_query query_ = {};
  switchyard_decision decision_ = {};
  switchyard_probe_answer answer_ = {};
  std::vector<switchyard_position> awaited_;
  std::vector<switchyard_position> reached_;
  std::vector<switchyard_state> states_;
  std::vector<std::uint32_t> probed_;
  std::vector<NodeId> probes_;
};

}  // namespace switchyard
