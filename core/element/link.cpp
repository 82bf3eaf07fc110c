// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/link.hpp"

#include "core/element/port.hpp"

namespace warpline {

std::optional<std::string> describe_few_queues(Port& port, unsigned workers) {
  unsigned queues = 0;
  while (queues < workers && port.tx(queues) != nullptr) ++queues;
  if (queues == 0 || queues == workers) return {};
  auto const* advisor = dynamic_cast<QueueAdvice const*>(&port);
  auto const advice = advisor != nullptr ? advisor->queue_advice(workers) : std::string();
  auto const number = std::to_string(queues);
  return "port '" + port.name() + "': " + number + (queues == 1 ? " queue, " : " queues, ") +
         std::to_string(workers) + " workers; write " +
         (advice.empty() ? "" : "'" + advice + "' in its specification, or ") + "'--workers " +
         number + "'";
}

}  // namespace warpline
