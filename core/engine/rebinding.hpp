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

/// One element of one worker that changes to the next generation of its table. The control thread
/// creates it, and frees it after the worker has set `done`; in between, the worker owns it.
struct Rebinding {
  Worker* worker = nullptr;
  OffloadBase* element = nullptr;
  Segment* segment = nullptr;
  std::unique_ptr<Binding> binding;  ///< of the next generation; of the previous one once done
  bool keep = false;          ///< a task timed out, and may read the previous generation forever
  Rebinding* next = nullptr;  ///< the next one that waits for the same segment
  std::atomic<bool> done{false};
};

}  // namespace warpline
