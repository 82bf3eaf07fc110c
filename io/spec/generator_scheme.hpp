// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "io/generator/generator_options.hpp"
#include "io/spec/port_spec.hpp"

namespace warpline {

/// `gen:size=64,flows=1024`.
struct GeneratorRequest final : PortRequest {
  std::string text{};
  GeneratorOptions options{};
  bool seeded = false;  ///< has a seed of its own

  std::unique_ptr<Port> open(std::string name, PortEnvironment& environment) const override;
  std::vector<std::string> inspect() override;
  std::vector<FileUse> files() const override;
};

/// Reads the specification of a generator. Throws `ConfigError`.
GeneratorOptions generator_options(std::string const& text);

}  // namespace warpline
