// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/control/port_events.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include "core/element/link.hpp"

namespace warpline::app {
namespace {

char const* name_of(LinkState state) {
  switch (state) {
    case LinkState::kDown:
      return "down";
    case LinkState::kGone:
      return "gone";
    case LinkState::kUp:
      break;
  }
  return "up";
}

}  // namespace

std::vector<ControlEvent> check_links(PortSet& ports) {
  std::vector<ControlEvent> events;
  for (std::size_t i = 0; i < ports.size(); ++i) {
    auto* watch = dynamic_cast<LinkWatch*>(&ports[i]);
    if (watch == nullptr) continue;
    auto const event = watch->check_link();
    if (!event) continue;
    auto const& port = ports[i].name();
    boost::json::object const object{
        {"event", "port"}, {"port", port}, {"state", name_of(event->state)}, {"text", event->text}};
    auto const severity = event->state == LinkState::kUp ? ControlEvent::Severity::kNote
                                                         : ControlEvent::Severity::kWarning;
    events.push_back(
        {severity, "port '" + port + "': " + event->text, boost::json::serialize(object)});
  }
  return events;
}

}  // namespace warpline::app
