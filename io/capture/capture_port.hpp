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
#include "io/capture/capture_reader.hpp"
#include "io/dpdk/dpdk_pool.hpp"

namespace warpline {

class CaptureWriter;

/// Capture files as a port: it receives frames from one file and writes sent frames to another.
struct CaptureOptions {
  std::string in{};   ///< empty: nothing is ever received
  std::string out{};  ///< empty: packets cannot be sent; `-`: standard output
  /// The treatment of frames that were captured in part.
  enum class Cut : std::uint8_t {
    kPad,     ///< the missing bytes are zeros
    kRefuse,  ///< skipped and counted
  };
  Cut cut = Cut::kPad;
  /// Of `in`, with all link types, if it has just been read to its end.
  std::optional<CaptureSummary> summary{};

  LinkTypeSet received_links() const;
  /// Of the capture that is written: those of `in`, or Ethernet.
  LinkTypeSet sent_links() const;
  /// `reads in.pcap (5 frames), writes out.pcap`.
  std::string description() const;
};

/// Reads frames of every `LinkType`; see `Arrival::link_type`. The output has the link type of the
/// input, or Ethernet.
///
/// The input belongs to the first worker, so order and timestamps are kept. Several workers write
/// their bursts in turn. A packet without a time (a copy made inside, a frame
/// whose capture has none) gets the timestamp of the packet written before it; traffic that is not
/// from a capture gets the time of writing.
///
/// While the output cannot be written, packets that its buffer cannot hold are not accepted and the
/// queue has `failed`; see `CaptureWriter`.
class CapturePort final : public Port {
 public:
  /// Reads the whole input once, unless that was done, so that a damaged file is found before the
  /// start. Throws `ConfigError` as `CaptureReader` and `CaptureWriter` do, if both are the same
  /// file, or if frames of several link types are to be written. Adds the output file to `outputs`, if that is not null.
  CapturePort(std::string name, CaptureOptions options, DpdkPool& pool,
              OutputFiles* outputs = nullptr);
  ~CapturePort() override;

  std::string description() const override { return options_.description(); }
  LinkTypeSet received_links() const override { return options_.received_links(); }
  LinkTypeSet sent_links() const override { return options_.sent_links(); }
  PortStatistics statistics() const override;
  std::vector<std::string> notices() const override;

  RxQueue* rx(unsigned worker) override;
  TxQueue* tx(unsigned worker) override;

  void start() override;
  void stop() noexcept override;

 private:
  class Rx;
  class Tx;

  CaptureOptions options_;
  DpdkPool& pool_;
  std::unique_ptr<Rx> rx_;
  std::shared_ptr<CaptureWriter> output_;
  std::vector<std::unique_ptr<Tx>> tx_;  // by worker, created on request
};

}  // namespace warpline
