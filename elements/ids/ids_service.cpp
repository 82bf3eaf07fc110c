// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/ids_service.hpp"

#include <string_view>

#include "core/base/text.hpp"

namespace warpline::ids {
namespace {

void add_line(std::string& text, std::string_view what, std::size_t bytes,
              std::string const& remark = {}) {
  auto const size = fixed(static_cast<double>(bytes) / (1 << 20), 1);
  text += "  ";
  text += what;
  text.append(34 - what.size() - size.size(), ' ');
  text += size + " MiB" + (remark.empty() ? remark : "  " + remark) + '\n';
}

}  // namespace

std::shared_ptr<IdsService> IdsService::of(SharedStore& shared) {
  return shared.single<IdsService>([&shared] {
    auto service = std::make_shared<IdsService>();
    Services::of(shared)->add(service);
    return service;
  });
}

std::string IdsService::plan(unsigned workers) const {
  std::string text;
  for (auto const& [name, needs] : needs_) {
    auto const& memory = needs.detector;
    text += "\nmemory of " + name + ", of each worker:\n";
    auto const flow_bytes = (memory.flows + memory.sessions) / needs.flows;
    add_line(
        text, "flows and TCP sessions", memory.flows + memory.sessions,
        with_commas(needs.flows) + " flows of " + std::to_string(flow_bytes) + " bytes (FLOWS)");
    add_line(text, "flowbits", memory.bits, "used by flows with bits");
    add_line(text, "TCP data", memory.stream, "used as segments wait (STREAM_MEMORY)");
    add_line(text, "HTTP", memory.http, "used by transactions (HTTP_MEMORY)");
    add_line(text, "fragments", memory.fragments, "used as fragments wait (DEFRAG_MEMORY)");
    add_line(text, "packet and search buffers", memory.buffers + needs.search);
    add_line(text, "events for files", needs.events);
    add_line(text, "a worker", needs.of_a_worker());
    add_line(text, "rules and thresholds", needs.shared, "shared by all workers");
    add_line(text, counted(workers, "worker") + " and rules",
             needs.of_a_worker() * workers + needs.shared);
    if (needs.device > 0) add_line(text, "tables of patterns", needs.device, "on each device");
  }
  return text;
}

}  // namespace warpline::ids
