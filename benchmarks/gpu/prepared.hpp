// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/element/context.hpp"
#include "core/engine/graph.hpp"
#include "measure/scratch_folder.hpp"

namespace warpline::bench {

/// An element to measure: a pipeline in which it is called `e`, and its kind of payload.
struct KernelCase {
  std::string name;
  std::string pipeline;
  std::string payload = "random";  ///< or `text`
  double bytes_per_clock = 0;      ///< calculated limit of a multiprocessor; 0: only memory limits
  std::string floor;               ///< how that number was calculated, or why there is none
  std::vector<unsigned> sizes = {64, 256, 1024, 1408};  ///< of frames, in bytes
};

/// One case for every registered element with a kernel; for IPsec elements, one per suite. Elements
/// without an entry have no pipeline. SA files are written to the folder.
std::vector<KernelCase> kernel_cases(ScratchFolder const& folder);

/// Packets in their state before the element's kernel: headers written, SAs looked up, and
/// encrypted if the kernel decrypts. The elements before it run on the CPU.
class Prepared {
 public:
  /// `count` frames of `size` bytes. Throws `ConfigError` for a pipeline that cannot be built.
  Prepared(KernelCase const& subject, DeviceSet& devices, unsigned size, std::size_t count);
  ~Prepared();

  /// In batches; fewer packets than requested if some were dropped on the way.
  std::vector<BatchPtr>& batches() { return batches_; }
  std::size_t packets() const;
  OffloadBase& element() { return *node_->element->offload(); }
  TouchedBytes touched_bytes() { return element().touched_bytes(); }

 private:
  class Catcher;

  PortSet ports_;
  SharedStore shared_;
  WorkerCounters counters_;
  HeapBufferPool buffers_;
  BatchPool pool_;
  BuildContext context_;
  std::vector<BatchPtr> batches_;
  std::unique_ptr<Catcher> catcher_;
  std::unique_ptr<Graph> graph_;
  Node* node_ = nullptr;
};

}  // namespace warpline::bench
