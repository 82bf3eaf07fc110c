// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <map>
#include <set>

#include "core/base/diagnostics.hpp"
#include "core/element/context.hpp"
#include "core/engine/graph.hpp"

namespace warpline {
namespace {

std::string describe(ElementDecl const& decl) { return decl.name + " :: " + decl.class_name; }

void check_ports(Pipeline const& pipeline, std::vector<std::unique_ptr<Node>> const& nodes,
                 Diagnostics& diagnostics) {
  auto const count = nodes.size();
  std::vector<std::set<std::uint32_t>> inputs(count), outputs(count);
  for (auto const& connection : pipeline.connections) {
    inputs[connection.to].insert(connection.to_port);
    if (!outputs[connection.from].insert(connection.from_port).second)
      diagnostics.error(connection.from_position,
                        "output [" + std::to_string(connection.from_port) + "] of '" +
                            pipeline.elements[connection.from].name +
                            "' is connected twice; an output has one target (Tee makes copies)");
  }
  for (std::size_t i = 0; i < count; ++i) {
    if (!nodes[i]->element) continue;
    auto const& decl = pipeline.elements[i];
    auto const ports = nodes[i]->element->ports();
    auto const check = [&](std::set<std::uint32_t> const& used, unsigned port_count,
                           unsigned optional, char const* what) {
      for (auto const port : used)
        if (port_count != PortCounts::kAny && port >= port_count)
          diagnostics.error(decl.position, "'" + describe(decl) + "' has no " + what + " [" +
                                               std::to_string(port) + "]; it has " +
                                               std::to_string(port_count));
      auto const min_ports = port_count == PortCounts::kAny ? 1u : port_count - optional;
      auto const needed_ports = std::max(min_ports, used.empty() ? 0u : *used.rbegin() + 1);
      for (unsigned port = 0; port < std::min(needed_ports, port_count) && port < 64; ++port)
        if (!used.contains(port))
          diagnostics.error(decl.position, std::string(what) + " [" + std::to_string(port) +
                                               "] of '" + describe(decl) + "' is not connected");
    };
    check(inputs[i], ports.inputs, 0, "input");
    check(outputs[i], ports.outputs, ports.optional_outputs, "output");
    if (ports.outputs != PortCounts::kAny && ports.outputs > 64)
      diagnostics.error(decl.position, "'" + describe(decl) + "' has more than 64 outputs");
  }
}

bool holds_packets(Element* element) { return element != nullptr && element->polled() != nullptr; }

/// A batch must come to rest: a cycle needs an element that holds packets, such as Queue.
void check_cycles(Pipeline const& pipeline, std::vector<std::unique_ptr<Node>> const& nodes,
                  Diagnostics& diagnostics) {
  enum class Mark : std::uint8_t { kNew, kOpen, kDone };
  std::vector<Mark> marks(nodes.size(), Mark::kNew);
  std::vector<std::vector<std::size_t>> next(nodes.size());
  for (auto const& connection : pipeline.connections)
    if (!holds_packets(nodes[connection.to]->element.get()))
      next[connection.from].push_back(connection.to);
  for (std::size_t root = 0; root < nodes.size(); ++root) {
    std::vector<std::pair<std::size_t, std::size_t>> path;
    if (marks[root] == Mark::kNew) path.emplace_back(root, 0), marks[root] = Mark::kOpen;
    while (!path.empty()) {
      auto& [node, edge] = path.back();
      if (edge == next[node].size()) {
        marks[node] = Mark::kDone;
        path.pop_back();
        continue;
      }
      auto const target = next[node][edge++];
      if (marks[target] == Mark::kOpen) {
        auto const& decl = pipeline.elements[target];
        diagnostics.error(decl.position, "'" + describe(decl) + "' is in a cycle without a Queue");
      } else if (marks[target] == Mark::kNew) {
        marks[target] = Mark::kOpen;
        path.emplace_back(target, 0);
      }
    }
  }
}

void check_reachable(Pipeline const& pipeline, std::vector<std::unique_ptr<Node>> const& nodes,
                     Diagnostics& diagnostics) {
  std::vector<bool> visits(nodes.size(), false);
  std::vector<std::size_t> open;
  bool any_source = false;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (is_source(*nodes[i]->element)) visits[i] = any_source = true, open.push_back(i);
  if (!any_source)
    diagnostics.error({}, "no element receives packets; expected FromInput or FromDPDKDevice");
  while (!open.empty()) {
    auto const node = open.back();
    open.pop_back();
    for (auto const& connection : pipeline.connections)
      if (connection.from == node && !visits[connection.to])
        visits[connection.to] = true, open.push_back(connection.to);
  }
  for (std::size_t i = 0; any_source && i < nodes.size(); ++i)
    if (!visits[i])
      diagnostics.warning(pipeline.elements[i].position,
                          "'" + describe(pipeline.elements[i]) + "' is never reached by a packet");
}

/// The port whose frames of one of these types reach the graph, for a message.
std::string describe_origin(PortSet const& ports, LinkTypeSet types) {
  for (std::size_t i = 0; i < ports.size(); ++i)
    if (auto const some = ports[i].received_links() & types; !some.empty())
      return "port '" + ports[i].name() + "' (" + ports[i].description() + ") receives " +
             some.names();
  return "it gets " + types.names();
}

/// Follows the frames of each link type to the elements that they reach.
void check_link_types(Pipeline const& pipeline, std::vector<std::unique_ptr<Node>> const& nodes,
                      PortSet const& ports, Diagnostics& diagnostics) {
  std::vector<LinkTypeSet> types(nodes.size());
  std::vector<std::size_t> open;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    if (is_source(*nodes[i]->element))
      types[i] = nodes[i]->element->link_types(), open.push_back(i);
  while (!open.empty()) {
    auto const node = open.back();
    open.pop_back();
    auto const leaving = types[node] & nodes[node]->element->link_types();
    for (auto const& connection : pipeline.connections) {
      auto const to = connection.to;
      auto const added = leaving - types[to];
      if (connection.from != node || added.empty()) continue;
      types[to] = types[to] | added;
      open.push_back(to);
      auto const handled = nodes[to]->element->link_types();
      if (auto const refused = added - handled; !refused.empty())
        diagnostics.error(pipeline.elements[to].position,
                          "'" + describe(pipeline.elements[to]) + "' cannot handle link type " +
                              refused.names() + ", but " + describe_origin(ports, refused) +
                              "; expected " + handled.names());
    }
  }
}

}  // namespace

std::unique_ptr<Graph> Graph::build(Pipeline const& pipeline, BuildContext& context,
                                    std::vector<Diagnostic>* warnings) {
  std::unique_ptr<Graph> graph(new Graph);
  graph->timers_ = context.timers;
  context.ports.free_claims(context.worker);
  Diagnostics diagnostics(pipeline.source);
  for (auto const& decl : pipeline.elements) {
    auto node = std::make_unique<Node>();
    node->name = decl.name;
    node->class_name = decl.class_name;
    if (auto const* entry = Registry::instance().find(decl.class_name)) {
      try {
        Args args(decl, pipeline.source, context);
        node->element = entry->make(args);
        args.finish();
      } catch (ConfigError const& error) {
        diagnostics.error(decl.class_position, error);
      }
    } else {
      diagnostics.error(decl.class_position,
                        "unknown element class '" + decl.class_name + "'" +
                            did_you_mean(decl.class_name, Registry::instance().names()));
    }
    graph->nodes_.push_back(std::move(node));
  }
  for (auto const& connection : pipeline.connections) {
    auto& outputs = graph->nodes_[connection.from]->outputs;
    if (connection.from_port >= 64) {
      diagnostics.error(connection.from_position, "port numbers go up to 63");
      continue;
    }
    if (outputs.size() <= connection.from_port) outputs.resize(connection.from_port + 1);
    outputs[connection.from_port] = {graph->nodes_[connection.to].get(), connection.to_port};
  }
  check_ports(pipeline, graph->nodes_, diagnostics);
  check_cycles(pipeline, graph->nodes_, diagnostics);
  diagnostics.throw_errors();
  check_reachable(pipeline, graph->nodes_, diagnostics);
  check_link_types(pipeline, graph->nodes_, context.ports, diagnostics);
  diagnostics.throw_errors();
  for (auto const& [element, message] : graph->settle_annotations())
    diagnostics.error(pipeline.elements[element].position, message);
  diagnostics.throw_errors();
  if (warnings != nullptr) {
    warnings->insert(warnings->end(), pipeline.warnings.begin(), pipeline.warnings.end());
    for (auto& warning : diagnostics.warnings()) warnings->push_back(std::move(warning));
  }
  for (auto const& node : graph->nodes_)
    if (auto* polled = node->element->polled())
      graph->polled_.push_back({node.get(), polled, polled->is_source()});
  graph->form_segments();
  return graph;
}

std::map<Node const*, unsigned> Graph::fan_in() const {
  std::map<Node const*, unsigned> counts;
  for (auto const& node : nodes_)
    for (auto const& target : node->outputs) ++counts[target.node];
  return counts;
}

Node* Graph::follower(Node const& node, std::map<Node const*, unsigned> const& fan_in) {
  auto const* offload = node.element->offload();
  if (offload == nullptr || node.outputs.size() != 1) return nullptr;
  auto* const next = node.outputs[0].node;
  auto const* const next_offload = next->element->offload();
  if (next_offload == nullptr || next_offload->has_prepare() || fan_in.at(next) != 1)
    return nullptr;
  if (offload->only_edits() && offload->touched_bytes().edits()) return next;
  // What comes next may run before a `finish`, which may still look at the packet.
  bool const waits = offload->only_edits() || offload->finish_may_wait();
  return waits && !next_offload->touched_bytes().edits() ? next : nullptr;
}

void Graph::form_segments() {
  auto const counts = fan_in();
  std::set<Node const*> inner;
  auto const grow = [&](Node& head) {
    auto segment = std::make_unique<Segment>();
    for (Node* node = &head; node != nullptr; node = follower(*node, counts)) {
      auto const touched_bytes = node->element->offload()->touched_bytes();
      auto const begin = segment->touched_bytes.result_bytes;
      if (segment->nodes.size() == KernelChain::kMax) break;
      if (begin + touched_bytes.result_bytes > Batch::kResultBytes) break;
      if (!segment->nodes.empty())
        segment->finishes_wait |= !segment->nodes.back()->element->offload()->only_edits();
      segment->nodes.push_back(node);
      segment->touched_bytes.unite(touched_bytes);
      node->result_offset = begin * Batch::kCapacity;
      if (node != &head) inner.insert(node);
    }
    segment->index = static_cast<unsigned>(segments_.size());
    head.segment = segment.get();
    segments_.push_back(std::move(segment));
  };
  // A head is an offloadable element that no other one leads into; then whatever a full segment cut
  // off.
  std::set<Node const*> followers;
  for (auto const& node : nodes_)
    if (node->element->offload() != nullptr)
      if (auto const* next = follower(*node, counts)) followers.insert(next);
  for (auto const& node : nodes_)
    if (node->element->offload() != nullptr && !followers.contains(node.get())) grow(*node);
  for (auto const& node : nodes_)
    if (node->element->offload() != nullptr && node->segment == nullptr &&
        !inner.contains(node.get()))
      grow(*node);
}

}  // namespace warpline
