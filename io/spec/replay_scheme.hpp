// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/generator/replay_port.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline {

/// `replay:FILE,rate=R,count=N`.
struct ReplayRequest final : PortRequest {
  std::string text{};
  ReplayOptions options{};

  std::unique_ptr<Port> open(std::string name, PortEnvironment& environment) const override;
  std::vector<std::string> inspect() override;
  std::vector<FileUse> files() const override;
};

}  // namespace warpline
