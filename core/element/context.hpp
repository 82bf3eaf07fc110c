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
#include <vector>

#include "core/device/device.hpp"
#include "core/element/port.hpp"
#include "core/element/timer.hpp"
#include "core/packet/buffer_pool.hpp"

namespace warpline {

/// Objects that the instances of an element on several workers share. Control thread only.
class SharedStore {
 public:
  /// Returns the object of type `T` with the name `key`. Creates it with `make` (which returns a
  /// `std::shared_ptr<T>`) if there is none in use; the store does not keep it alive. Throws what
  /// `make` throws.
  template <class T, class Make>
  std::shared_ptr<T> get(std::string const& key, Make&& make) {
    auto& slot = slots_[{std::type_index(typeid(T)), key}];
    auto object = std::static_pointer_cast<T>(slot.lock());
    if (!object) slot = object = std::shared_ptr<T>(make());
    return object;
  }

  /// The single object of type `T`, created by `make` on the first call. It lives as long as the
  /// store.
  template <class T, class Make>
  std::shared_ptr<T> single(Make&& make) {
    auto& slot = singles_[std::type_index(typeid(T))];
    if (!slot) slot = std::shared_ptr<T>(make());
    return std::static_pointer_cast<T>(slot);
  }
  template <class T>
  std::shared_ptr<T> single() {
    return single<T>([] { return std::make_shared<T>(); });
  }

  /// Returns all objects that `get` would find. A caller that builds several graphs holds them, so
  /// that a later graph finds the objects of an earlier one.
  std::vector<std::shared_ptr<void>> hold() const;

 private:
  std::map<std::pair<std::type_index, std::string>, std::weak_ptr<void>> slots_;
  std::map<std::type_index, std::shared_ptr<void>> singles_;
};

/// Writes `line` and an end of line to the standard error stream, in one piece. Thread-safe.
void print_line(std::string_view line);

class Handover;

/// The environment of elements during their construction. Outlives the graph.
struct BuildContext {
  PortSet& ports;
  DeviceSet& devices;
  SharedStore& shared;
  unsigned worker = 0;   ///< index of the graph's worker
  unsigned workers = 1;  ///< number of workers
  std::uint64_t seed = 1;
  BufferPool const* buffers = nullptr;  ///< packet memory; null if the graph gets no packets
  /// The graph is only checked and never runs: elements must have no side effects.
  bool dry_run = false;
  Handover* handover = nullptr;  ///< on an IO worker of the split topology
  std::shared_ptr<Timers> timers = std::make_shared<Timers>();  ///< of the graph's elements
  /// Shows a notice to the user, each text once.
  std::function<void(std::string const&)> notice = [](std::string const&) {};
  /// Writes a line for `Print`, from any worker's thread.
  std::function<void(std::string_view)> print = &print_line;
};

}  // namespace warpline
