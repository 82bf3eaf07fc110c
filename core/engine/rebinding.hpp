// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <memory>

#include "core/element/shared.hpp"

namespace warpline {

class OffloadBase;
class Worker;
struct Segment;

/// One element of one worker on its way to the next generation of its table. The control thread
/// makes it, and frees it after the worker has set `done`; in between it is the worker's.
struct Rebinding {
  Worker* worker = nullptr;
  OffloadBase* element = nullptr;
  Segment* segment = nullptr;
  std::unique_ptr<Binding> binding;  ///< of the next generation; of the one before once it is done
  bool keep =
      false;  ///< a device has given a task up, which may read the generation before for ever
  Rebinding* next = nullptr;  ///< that waits for the same segment
  std::atomic<bool> done{false};
};

}  // namespace warpline
