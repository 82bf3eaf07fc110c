// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/element/port.hpp"
#include "core/packet/buffer_pool.hpp"
#include "io/generator/flow_table.hpp"
#include "io/generator/generator_options.hpp"
#include "io/generator/payload_source.hpp"

namespace warpline {

/// Allocates the buffers of a generator.
struct GeneratorBuffers {
  BufferPool& pool;
  unsigned frame_size = 2048;  ///< bytes of the longest frame they hold
  /// Fills every buffer of the pool with these bytes, repeated; called once for recycled payloads.
  std::function<void(Bytes)> fill = [](Bytes) {};
};

/// Generated traffic as a port: it receives packets with new headers and lengths, and counts sent
/// packets and frees their buffers.
///
/// Each worker's queue generates a share of the flows; with fewer flows than workers, some queues
/// generate none. The packets of a queue depend only on the options, its number and the number of
/// queues.
class GeneratorPort final : public Port {
 public:
  /// Throws `ConfigError` for sizes that hold no headers or exceed the buffers, and as `make_flows`
  /// and `PayloadSource::make` do.
  GeneratorPort(std::string name, GeneratorOptions options, GeneratorBuffers buffers,
                unsigned workers);
  ~GeneratorPort() override;

  /// `64 B, 1024 flows, random payload, recycled`.
  std::string description() const override;
  ether::Address address() const override { return {{0x02, 0, 0, 0, 0, 2}}; }

  RxQueue* rx(unsigned worker) override;
  TxQueue* tx(unsigned worker) override;

  GeneratorOptions const& options() const { return options_; }
  PayloadSource const& payload() const { return payload_; }

 private:
  class Rx;

  void check() const;

  GeneratorOptions options_;
  GeneratorBuffers buffers_;
  std::vector<Flow> flows_;
  PayloadSource payload_;
  std::vector<std::unique_ptr<Rx>> rx_;
  std::vector<std::unique_ptr<TxQueue>> tx_;
};

}  // namespace warpline
