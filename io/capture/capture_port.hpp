// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/output_file.hpp"
#include "core/element/port.hpp"
#include "io/dpdk/dpdk_pool.hpp"

namespace warpline {

class CaptureWriter;

/// Capture files as a port: what is received is read from one, what is sent is written to another.
struct CaptureOptions {
  std::string in{};   ///< empty: nothing is ever received
  std::string out{};  ///< empty: nothing can be sent; `-`: standard output
  /// What becomes of frames that were captured shorter than they were on the wire.
  enum class Cut : std::uint8_t {
    kPad,     ///< zeros stand for what is missing
    kRefuse,  ///< left out and counted
  };
  Cut cut = Cut::kPad;
  /// Frames that `in` has, where it has just been read to its end.
  std::optional<std::uint64_t> frames{};
};

/// The input belongs to the first worker, so order and timestamps are kept; what several workers
/// send is written in turn, burst by burst. A packet without a time (a copy made inside, a frame
/// whose capture has none) gets the timestamp of the one written before it; traffic that came from
/// no capture, the time it is written.
///
/// While the output cannot be written, packets beyond its buffer are not taken and the queue has
/// `failed`; see `CaptureWriter`.
class CapturePort final : public Port {
 public:
  /// Reads the whole input once, unless that was done, so that nothing starts on a damaged file.
  /// Throws `ConfigError` as `CaptureReader` and `CaptureWriter` do, or where both are one file.
  /// The file to write is added to `outputs`, where there are any.
  CapturePort(std::string name, CaptureOptions options, DpdkPool& pool,
              OutputFiles* outputs = nullptr);
  ~CapturePort() override;

  std::string description() const override;
  PortStatistics statistics() const override;
  std::vector<std::string> remarks() const override;

  RxQueue* rx(unsigned worker) override;
  TxQueue* tx(unsigned worker) override;

  void start() override;
  void stop() noexcept override;

 private:
  class Rx;
  class Tx;

  CaptureOptions options_;
  DpdkPool& pool_;
  std::uint64_t frames_ = 0;
  std::unique_ptr<Rx> rx_;
  std::shared_ptr<CaptureWriter> output_;
  std::vector<std::unique_ptr<Tx>> tx_;  // by worker, made when asked for
};

}  // namespace warpline
