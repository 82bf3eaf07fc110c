// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string>
#include <vector>

#include "core/element/file_uses.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline::app {

struct PipelineOptions;
struct SessionOptions;

/// The files in the options and ports of a run: the pipeline, the deployment file, captures, those
/// of drivers (`rx_pcap=`, `tx_pcap=`). Elements name theirs while the pipeline is checked.
std::vector<FileUse> files_of(PipelineOptions const& pipeline, SessionOptions const& session,
                              std::span<PortSpec const> specs);

/// Checks that every output can be written (its folder exists, the user has the right) and is
/// neither an input nor another output: compared by device and inode if there is a file, otherwise
/// by canonical path. `-` is standard output. Devices and pipes may be shared. Creates nothing.
/// Throws `ConfigError` for the first error.
void check_outputs(std::vector<FileUse> const& files);

}  // namespace warpline::app
