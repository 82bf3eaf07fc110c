// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>

#include "core/element/service.hpp"
#include "elements/ids/detect/detector_memory.hpp"

namespace warpline::ids {

/// The memory of an element `IDS` in bytes, of one worker unless a member differs.
struct MemoryNeeds {
  std::uint32_t flows = 0;  ///< their number
  DetectorMemory detector{};
  std::size_t search = 0;  ///< scratch space of the search
  std::size_t events = 0;  ///< lines that wait for their file
  std::size_t shared = 0;  ///< rules, tables of patterns and thresholds, of all workers
  std::size_t device = 0;  ///< tables of patterns, on each device

  std::size_t of_a_worker() const { return detector.total() + search + events; }
};

/// The memory of all elements `IDS` of a program, for `plan`. Control thread only.
class IdsService final : public Service {
 public:
  static std::shared_ptr<IdsService> of(SharedStore& shared);

  void set(std::string const& element, MemoryNeeds const& needs) { needs_[element] = needs; }
  std::string plan(unsigned workers) const override;

 private:
  std::map<std::string, MemoryNeeds> needs_;
};

}  // namespace warpline::ids
