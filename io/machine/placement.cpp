// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/machine/placement.hpp"

#include <algorithm>

#include "core/base/error.hpp"

namespace warpline {
namespace {

std::string numbers(Topology const& topology) {
  std::vector<int> sorted;
  for (auto const& processor : topology.processors()) sorted.push_back(processor.number);
  std::sort(sorted.begin(), sorted.end());
  std::string text;
  for (std::size_t i = 0; i < sorted.size();) {
    auto last = i;
    while (last + 1 < sorted.size() && sorted[last + 1] == sorted[last] + 1) ++last;
    text += (text.empty() ? "" : ",") + std::to_string(sorted[i]);
    if (last > i) text += "-" + std::to_string(sorted[last]);
    i = last + 1;
  }
  return text;
}

/// Hands processors out, each once.
class Supply {
 public:
  Supply(Topology const& topology, std::vector<int> const& port_nodes) : topology_(topology) {
    auto const near = [&](int node) {
      return std::find(port_nodes.begin(), port_nodes.end(), node) != port_nodes.end();
    };
    auto const& all = topology.processors();
    // Near nodes first, then in the topology's order. The second thread of a core comes last.
    for (int const thread : {0, 1})
      for (bool const is_near : {true, false})
        for (auto const& processor : all)
          if (near(processor.numa_node) == is_near && std::min(processor.thread, 1) == thread)
            left_.push_back(processor.number);
  }

  /// The processor that a user named for `whom`.
  void take(int number, std::string const& whom) {
    if (topology_.find(number) == nullptr)
      throw ConfigError("processor " + std::to_string(number) + " for " + whom +
                        " is not one that this process may use; those are " + numbers(topology_));
    auto const entry = std::find(left_.begin(), left_.end(), number);
    if (entry == left_.end())
      throw ConfigError("processor " + std::to_string(number) + " is asked for twice");
    left_.erase(entry);
  }
  /// The best free processor, but not `reserved` if there are others; -1 if there is none.
  int next(int reserved = -1) {
    auto entry = left_.begin();
    if (entry != left_.end() && *entry == reserved && left_.size() > 1) ++entry;
    if (entry == left_.end()) return -1;
    auto const number = *entry;
    left_.erase(entry);
    return number;
  }
  std::vector<int> const& left() const { return left_; }

 private:
  Topology const& topology_;
  std::vector<int> left_;
};

void check_list(std::vector<int> const& list, unsigned count, std::string const& whom) {
  if (!list.empty() && list.size() != count)
    throw ConfigError(std::to_string(list.size()) +
                      (list.size() == 1 ? " processor is" : " processors are") + " named for " +
                      std::to_string(count) + " " + whom);
}

/// Places the remaining helpers on processors that are already in use: with other helpers if there
/// are any, otherwise with workers.
void share(Topology const& topology, PlacementRequest const& request, Placement& placement) {
  if (placement.helpers.size() == request.helpers) return;
  auto const count = request.helpers - placement.helpers.size();
  auto const available = topology.processors().size();
  placement.notices.push_back(
      std::to_string(count) + (count == 1 ? " helper thread shares" : " helper threads share") +
      " a processor with other threads: this process may use " + std::to_string(available));
  auto const hosts = placement.helpers.empty() ? placement.workers : placement.helpers;
  for (std::size_t i = 0; placement.helpers.size() < request.helpers; ++i)
    placement.helpers.push_back(hosts[i % hosts.size()]);
}

}  // namespace

Placement place(Topology const& topology, PlacementRequest const& request) {
  check_list(request.worker_cores, request.workers, "workers");
  check_list(request.helper_cores, request.helpers, "helper threads");
  auto const available = topology.processors().size();
  if (request.workers > available)
    throw ConfigError(
        std::to_string(request.workers) + " workers are asked for, but this process " + "may use " +
        std::to_string(available) + (available == 1 ? " processor (" : " processors (") +
        numbers(topology) + ")");

  Supply supply(topology, request.port_nodes);
  Placement placement;
  for (auto const core : request.worker_cores) supply.take(core, "a worker");
  for (auto const core : request.helper_cores) supply.take(core, "a helper thread");
  placement.workers = request.worker_cores;
  placement.helpers = request.helper_cores;

  // The system's work tends to run on the first processor: workers avoid it if there are others,
  // and control gets it if there is one for each thread.
  auto const& first =
      *std::min_element(topology.processors().begin(), topology.processors().end(),
                        [](auto const& a, auto const& b) { return a.number < b.number; });
  while (placement.workers.size() < request.workers)
    placement.workers.push_back(supply.next(first.number));
  bool const all_fit = request.workers + request.helpers + 1 <= available;
  while (placement.helpers.size() < request.helpers) {
    auto const core = supply.next(all_fit ? first.number : -1);
    if (core < 0) break;
    placement.helpers.push_back(core);
  }
  share(topology, request, placement);

  auto const& left = supply.left();
  if (std::find(left.begin(), left.end(), first.number) != left.end())
    placement.control = first.number;
  else if (!left.empty())
    placement.control = left.front();
  else  // a helper waits for work more often than a worker
    placement.control = placement.helpers.empty() ? first.number : placement.helpers.front();
  return placement;
}

std::string Placement::plan(Topology const& topology) const {
  std::string text;
  auto const line = [&](std::string who, int number) {
    auto const* processor = topology.find(number);
    who.resize(std::max<std::size_t>(who.size(), 12), ' ');
    text += who + "processor " + std::to_string(number);
    if (processor != nullptr)
      text += ", core " + std::to_string(processor->core) +
              (processor->thread > 0 ? " (second thread)" : "") + ", NUMA node " +
              std::to_string(processor->numa_node);
    text += '\n';
  };
  line("control", control);
  for (std::size_t i = 0; i < workers.size(); ++i) line("worker " + std::to_string(i), workers[i]);
  for (std::size_t i = 0; i < helpers.size(); ++i) line("helper " + std::to_string(i), helpers[i]);
  for (auto const& notice : notices) text += notice + '\n';
  return text;
}

}  // namespace warpline
