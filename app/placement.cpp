// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/placement.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "app/session_options.hpp"
#include "core/error.hpp"

namespace warpline::app {
namespace {

/// Gives processors away, each once.
class Placer {
 public:
  Placer(Topology const& topology, std::vector<int> const& port_nodes) {
    // The second hardware thread of a core slows the first one down: all first ones come first.
    std::map<int, int> threads_seen;
    for (auto const& processor : topology.processors) {
      bool const near =
          std::find(port_nodes.begin(), port_nodes.end(), processor.numa_node) != port_nodes.end();
      entries_.push_back(
          {threads_seen[processor.core]++, near ? 0 : 1, processor.numa_node, processor.id});
    }
    usable_ = ids();
    if (entries_.empty()) return;
    // The first processor is where other programs and interrupts end up: workers take it last.
    auto const first = std::min_element(usable_.begin(), usable_.end());
    entries_[static_cast<std::size_t>(first - usable_.begin())].thread += 1000;
    std::stable_sort(entries_.begin(), entries_.end(), [](auto const& a, auto const& b) {
      return std::tie(a.thread, a.distance, a.node, a.id) <
             std::tie(b.thread, b.distance, b.node, b.id);
    });
  }

  std::vector<int> const& usable() const { return usable_; }
  std::size_t left() const { return entries_.size(); }

  /// The best that is left; the last one where the thread has little to do.
  int take(bool last = false) {
    auto const at = last ? entries_.end() - 1 : entries_.begin();
    auto const id = at->id;
    entries_.erase(at);
    return id;
  }

  /// Exactly this one, for what `option` asks.
  void take(int id, std::string const& option) {
    auto const found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](auto const& entry) { return entry.id == id; });
    if (found != entries_.end()) return void(entries_.erase(found));
    bool const ours = std::find(usable_.begin(), usable_.end(), id) != usable_.end();
    throw ConfigError(
        option + ": processor " + std::to_string(id) +
        (ours ? " is given twice" : " is not ours to use; usable are " + processor_list(usable_)));
  }

 private:
  struct Entry {
    int thread, distance, node, id;
  };
  std::vector<int> ids() const {
    std::vector<int> all;
    for (auto const& entry : entries_) all.push_back(entry.id);
    return all;
  }
  std::vector<Entry> entries_;
  std::vector<int> usable_;
};

std::string processors(std::size_t count) {
  return std::to_string(count) + " processor" + (count == 1 ? "" : "s");
}

void place_workers(Placement& placement, Placer& placer, SessionOptions const& options) {
  if (!options.cores.empty()) {
    auto const wanted = options.workers.value_or(static_cast<unsigned>(options.cores.size()));
    if (wanted > options.cores.size())
      throw ConfigError("more workers than cores: --workers " + std::to_string(wanted) + ", but " +
                        processors(options.cores.size()) + " in --cores " +
                        processor_list(options.cores));
    for (unsigned i = 0; i < wanted; ++i) {
      placer.take(options.cores[i], "--cores");
      placement.workers.push_back(options.cores[i]);
    }
    return;
  }
  auto const wanted = options.workers.value_or(1);
  if (wanted > placer.left())
    throw ConfigError("more workers than cores: --workers " + std::to_string(wanted) +
                      ", but this process may use " + processors(placer.left()) + " (" +
                      processor_list(placer.usable()) + ")");
  for (unsigned i = 0; i < wanted; ++i) placement.workers.push_back(placer.take());
}

void place_helpers(Placement& placement, Placer& placer, SessionOptions const& options) {
  for (auto const core : options.host_core_list) {
    placer.take(core, "host_cores");
    placement.helpers.push_back(core);
  }
  if (!placement.helpers.empty()) return;
  auto const left = placer.left();
  auto const wanted = options.host_cores.value_or(static_cast<unsigned>(
      std::clamp<std::size_t>(placement.workers.size(), 1, std::max<std::size_t>(left, 1))));
  if (wanted > std::max<std::size_t>(left, 1))
    throw ConfigError("more helpers than cores: --host-cores " + std::to_string(wanted) + ", but " +
                      processors(left) + " left beside " +
                      std::to_string(placement.workers.size()) + " worker" +
                      (placement.workers.size() == 1 ? "" : "s"));
  for (unsigned i = 0; i < wanted; ++i)
    placement.helpers.push_back(placer.left() > 0 ? placer.take() : -1);
  if (wanted > 0 && placement.helpers[0] < 0)
    placement.remarks.push_back(
        "the host device's helper shares processors with the workers: no processor is left for it");
}

}  // namespace

Placement place(Topology const& topology, SessionOptions const& options,
                std::vector<int> const& port_nodes) {
  Placement placement;
  Placer placer(topology, port_nodes);
  place_workers(placement, placer, options);
  place_helpers(placement, placer, options);
  // The control thread mostly sleeps: it may share a helper's processor, better than a worker's.
  if (placer.left() > 0)
    placement.control = placer.take(true);
  else
    placement.control = placement.helpers.empty() || placement.helpers.back() < 0
                            ? placement.workers.back()
                            : placement.helpers.back();
  return placement;
}

std::string processor_list(std::vector<int> list) {
  std::sort(list.begin(), list.end());
  std::string text;
  for (std::size_t i = 0; i < list.size(); ++i) {
    auto const begin = i;
    while (i + 1 < list.size() && list[i + 1] == list[i] + 1) ++i;
    if (!text.empty()) text += ',';
    text += std::to_string(list[begin]);
    if (i > begin) text += (i > begin + 1 ? "-" : ",") + std::to_string(list[i]);
  }
  return text.empty() ? "none" : text;
}

}  // namespace warpline::app
