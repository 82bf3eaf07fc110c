// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <set>
#include <tuple>

#include "core/base/text.hpp"
#include "core/engine/annotation_flow.hpp"
#include "core/engine/graph.hpp"
#include "core/engine/header_parser.hpp"

namespace warpline {
namespace {

AnnotationUse declared(Node const& node) {
  if (auto const own = node.element->annotations()) return *own;
  auto const* entry = Registry::instance().find(node.class_name);
  return entry != nullptr ? entry->annotations : AnnotationUse();
}

/// `IPsecPolicy`, `A or B`: the element classes that set it; empty if there are none.
std::string setters(Annotation annotation) {
  std::vector<std::string> names;
  for (auto const& name : Registry::instance().names())
    if (Registry::instance().find(name)->annotations.sets.with_lower_layers().contains(annotation))
      names.push_back(name);
  return alternatives(names);
}

}  // namespace

std::vector<Graph::Problem> Graph::settle_annotations() {
  std::map<Node const*, std::size_t> index;
  std::vector<AnnotationFlow::Element> elements;
  std::vector<AnnotationFlow::Connection> connections;
  std::vector<std::pair<Node*, unsigned>> outputs;  // of each connection
  for (auto const& node : nodes_) {
    index[node.get()] = elements.size();
    // An element without inputs, such as FromCompute, gives packets that nothing here has read.
    bool const gives = is_source(*node->element) || node->element->ports().inputs == 0;
    elements.push_back({declared(*node), gives});
  }
  for (auto const& node : nodes_)
    for (unsigned port = 0; port < node->outputs.size(); ++port)
      if (auto const* to = node->outputs[port].node) {
        connections.push_back({index[node.get()], index[to]});
        outputs.emplace_back(node.get(), port);
      }
  // No element comes between the members of a segment: what they use, its head uses.
  auto const counts = fan_in();
  std::set<std::size_t> members;
  for (auto const& node : nodes_)
    for (auto const* member = node.get(); (member = follower(*member, counts)) != nullptr;) {
      members.insert(index[member]);
      elements[index[node.get()]].use.uses |= declared(*member).uses & AnnotationSet::headers();
    }
  for (auto const member : members)
    elements[member].use.uses = elements[member].use.uses - AnnotationSet::headers();

  AnnotationFlow flow(std::move(elements), std::move(connections));
  flow.add_parsers();
  std::vector<Problem> problems;
  for (std::size_t i = 0; i < nodes_.size(); ++i)
    for (std::size_t bit = 0; bit < kAnnotations; ++bit) {
      auto const annotation = static_cast<Annotation>(bit);
      if (!flow.missing(i).contains(annotation)) continue;
      auto const& origin = *nodes_[flow.origin(i, annotation)];
      auto const expected = setters(annotation);
      problems.push_back(
          {i, "'" + nodes_[i]->name + " :: " + nodes_[i]->class_name + "' uses the " +
                  std::string(name_of(annotation)) + " of a packet, but a path from '" +
                  origin.name + " :: " + origin.class_name + "' does not set it; expected " +
                  (expected.empty() ? "an element that sets it" : expected) + " before it"});
    }
  if (problems.empty()) insert_parsers(flow, outputs);
  return problems;
}

/// One parser for all connections to an input that need the same layer.
void Graph::insert_parsers(AnnotationFlow const& flow,
                           std::vector<std::pair<Node*, unsigned>> const& outputs) {
  std::map<std::tuple<Node*, unsigned, Annotation>, Node*> parsers;
  auto const elements = nodes_.size();
  for (std::size_t i = 0; i < elements; ++i) nodes_[i]->valid = flow.before(i);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    auto const& connection = flow.connections()[i];
    if (connection.parsed.empty()) continue;
    auto const layer = connection.parsed.highest_layer();
    auto& target = outputs[i].first->outputs[outputs[i].second];
    auto& parser = parsers[{target.node, target.port, layer}];
    if (parser == nullptr) {
      auto node = std::make_unique<Node>();
      node->name = target.node->name + "/headers" +
                   (parsers.size() > 1 ? std::to_string(parsers.size()) : "");
      node->class_name = "HeaderParser";
      node->element = make_header_parser(layer);
      node->outputs.push_back(target);
      parser = node.get();
      nodes_.push_back(std::move(node));
    }
    target = {parser, 0};
  }
}

}  // namespace warpline
