// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <typeindex>

#include "core/device/device.hpp"
#include "core/element/port.hpp"
#include "core/packet/buffer_pool.hpp"

namespace warpline {

/// Read-only tables that the instances of an element on several workers share, built once.
/// Used while graphs are built, by one thread.
class SharedStore {
 public:
  /// The table of type `T` called `key`, made by `make` (returning a `std::shared_ptr<T>`) the
  /// first time.
  template <class T, class Make>
  std::shared_ptr<T> get(std::string const& key, Make&& make) {
    auto& slot = slots_[{std::type_index(typeid(T)), key}];
    if (!slot) slot = std::shared_ptr<T>(make());
    return std::static_pointer_cast<T>(slot);
  }

 private:
  std::map<std::pair<std::type_index, std::string>, std::shared_ptr<void>> slots_;
};

/// Writes `line` and an end of line to the standard error stream, in one piece. Thread-safe.
void print_line(std::string_view line);

class Handover;

/// What elements may reach while they are constructed. Outlives the graph.
struct BuildContext {
  PortSet& ports;
  DeviceSet& devices;
  SharedStore& shared;
  unsigned worker = 0;   ///< index of the worker the graph is built for
  unsigned workers = 1;  ///< how many there are
  std::uint64_t seed = 1;
  BufferPool const* buffers = nullptr;  ///< where packets lie; null where none will come
  /// The graph is only checked and will never run: elements leave the world as it is.
  bool trial = false;
  Handover* handover = nullptr;  ///< on an IO worker of the split topology
  /// Tells the user something once per text, whoever says it.
  std::function<void(std::string const&)> notice = [](std::string const&) {};
  /// Writes a line for `Print`, from any worker's thread.
  std::function<void(std::string_view)> print = &print_line;
};

}  // namespace warpline
