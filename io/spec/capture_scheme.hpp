// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/capture/capture_port.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline {

class SpecOptions;

/// `pcap:in=FILE,out=FILE`.
struct CaptureRequest final : PortRequest {
  CaptureOptions options{};
  std::string in_user{}, out_user{};  ///< who names the files, for error messages

  std::unique_ptr<Port> open(std::string name, PortEnvironment& environment) const override;
  std::vector<std::string> inspect() override;
  std::uint32_t longest_frame() const override {
    return options.summary ? options.summary->longest_packet : 0;
  }
  std::vector<FileUse> files() const override;
  LinkTypeSet received_links() const override { return options.received_links(); }
  LinkTypeSet sent_links() const override { return options.sent_links(); }
  std::string description() const override { return options.description(); }
  bool receives() const override { return !options.in.empty(); }
  bool transmits() const override { return !options.out.empty(); }
};

/// The file before the first key, or that of the key `in`; empty if there is neither.
std::string input_file(SpecOptions& options);

}  // namespace warpline
