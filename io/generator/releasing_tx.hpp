// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "core/element/port.hpp"
#include "core/packet/buffer_pool.hpp"

namespace warpline {

/// The transmit queue of a port that generates its packets: accepts all and frees their buffers.
/// Worker's thread.
class ReleasingTx final : public TxQueue {
 public:
  explicit ReleasingTx(BufferPool& pool) : pool_(pool) {}

  unsigned transmit(std::span<Packet const> packets) noexcept override {
    pool_.release(packets);
    return static_cast<unsigned>(packets.size());
  }

 private:
  BufferPool& pool_;
};

}  // namespace warpline
