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
    return find_or_make<T>(slots_[{std::type_index(typeid(T)), key}], make);
  }

  /// The same for an object that `make` reads from files: after `read_anew`, the next call makes
  /// another one, although elements may still use the one before.
  template <class T, class Make>
  std::shared_ptr<T> read(std::string const& key, Make&& make) {
    return find_or_make<T>(files_[{std::type_index(typeid(T)), key}], make);
  }
  void read_anew() { files_.clear(); }

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

  /// Returns all objects that `get` and `read` would find. A caller that builds several graphs holds them, so
  /// that a later graph finds the objects of an earlier one.
  std::vector<std::shared_ptr<void>> hold() const;

 private:
  template <class T, class Make>
  static std::shared_ptr<T> find_or_make(std::weak_ptr<void>& slot, Make&& make) {
    auto object = std::static_pointer_cast<T>(slot.lock());
    if (!object) slot = object = std::shared_ptr<T>(make());
    return object;
  }

  std::map<std::pair<std::type_index, std::string>, std::weak_ptr<void>> slots_, files_;
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
  /// The graph will replace the one that the worker runs; see `Element::take_over`.
  bool replaces = false;
  Handover* handover = nullptr;  ///< on an IO worker of the split topology
  std::shared_ptr<Timers> timers = std::make_shared<Timers>();  ///< of the graph's elements
  /// Shows a notice to the user, each text once.
  std::function<void(std::string const&)> notice = [](std::string const&) {};
  /// Writes a line for `Print`, from any worker's thread.
  std::function<void(std::string_view)> print = &print_line;
};

}  // namespace warpline
