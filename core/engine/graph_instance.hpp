// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>

#include "core/engine/graph.hpp"
#include "core/engine/offloader.hpp"

namespace warpline {

/// A graph that a worker runs, and the offloader of its segments.
struct GraphInstance {
  std::unique_ptr<Graph> graph;
  std::unique_ptr<Offloader> offloader;  // destroyed first: its lanes read the graph's tables
};

/// A graph on its way to a worker, in place of the one that it runs. The control thread makes it. When
/// the worker has set `done`, it holds the graph before, for the control thread to free.
struct GraphReplacement {
  GraphInstance instance;
  std::atomic<bool> done{false};
};

}  // namespace warpline
