// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/engine/annotation_flow.hpp"

#include <algorithm>
#include <utility>

namespace warpline {

AnnotationFlow::AnnotationFlow(std::vector<Element> elements, std::vector<Connection> connections)
    : elements_(std::move(elements)), connections_(std::move(connections)) {
  propagate();
}

AnnotationSet AnnotationFlow::valid_at(Connection const& connection) const {
  return elements_[connection.from].use.after(before_[connection.from]) |
         connection.parsed.with_lower_layers();
}

/// The greatest solution: starts from everything and takes away until nothing changes.
void AnnotationFlow::propagate() {
  before_.assign(elements_.size(), AnnotationSet::all());
  for (std::size_t i = 0; i < elements_.size(); ++i)
    if (elements_[i].source) before_[i] = {};
  for (bool changed = true; changed;) {
    changed = false;
    for (auto const& connection : connections_) {
      auto const valid = before_[connection.to] & valid_at(connection);
      changed = changed || valid != before_[connection.to];
      before_[connection.to] = valid;
    }
  }
}

AnnotationSet AnnotationFlow::missing(std::size_t element) const {
  return elements_[element].use.uses - before_[element];
}

/// The annotations that each element, or one after it, uses and that nothing in between sets.
std::vector<AnnotationSet> AnnotationFlow::demand() const {
  std::vector<AnnotationSet> demand(elements_.size());
  for (bool changed = true; changed;) {
    changed = false;
    for (std::size_t i = 0; i < elements_.size(); ++i) {
      auto later = elements_[i].use.uses;
      for (auto const& connection : connections_)
        if (connection.from == i)
          later |= demand[connection.to] - connection.parsed.with_lower_layers() -
                   elements_[i].use.sets.with_lower_layers() - elements_[i].use.overwritten();
      changed = changed || later != demand[i];
      demand[i] = later;
    }
  }
  return demand;
}

/// The headers that a parser before the element has to read: those that it uses, and those that an
/// element after it uses and only some of the paths to here have read.
AnnotationSet AnnotationFlow::lacking(std::size_t element, AnnotationSet demand) const {
  AnnotationSet some;
  auto all = AnnotationSet::all();
  for (auto const& connection : connections_)
    if (connection.to == element) {
      some |= valid_at(connection);
      all = all & valid_at(connection);
    }
  return (missing(element) | (demand & (some - all))) & AnnotationSet::headers();
}

void AnnotationFlow::add_parsers() {
  for (std::size_t i = 0; i < elements_.size();) {
    auto const demand = this->demand();
    auto const lacks = lacking(i, demand[i]);
    bool first = !lacks.empty();
    for (std::size_t other = 0; first && other < elements_.size(); ++other)
      if (other != i && !lacking(other, demand[other]).empty())
        first = !leads_to(other, i) || leads_to(i, other);
    if (!first) {
      ++i;
      continue;
    }
    AnnotationSet const layer = (demand[i] & AnnotationSet::headers()).highest_layer();
    for (auto& connection : connections_)
      if (connection.to == i && !valid_at(connection).contains(lacks)) connection.parsed = layer;
    propagate();
    i = 0;
  }
}

std::size_t AnnotationFlow::origin(std::size_t element, Annotation annotation) const {
  std::vector<bool> visits(elements_.size());
  while (!visits[element]) {
    visits[element] = true;
    auto const from =
        std::find_if(connections_.begin(), connections_.end(), [&](Connection const& connection) {
          return connection.to == element && !valid_at(connection).contains(annotation) &&
                 !visits[connection.from];
        });
    if (from == connections_.end()) break;
    element = from->from;
    if (elements_[element].use.overwritten().contains(annotation)) break;
  }
  return element;
}

bool AnnotationFlow::leads_to(std::size_t from, std::size_t to) const {
  std::vector<bool> visits(elements_.size());
  std::vector<std::size_t> open{from};
  while (!open.empty()) {
    auto const element = open.back();
    open.pop_back();
    for (auto const& connection : connections_)
      if (connection.from == element && !visits[connection.to]) {
        visits[connection.to] = true;
        open.push_back(connection.to);
      }
  }
  return visits[to];
}

}  // namespace warpline
