// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/spec/replay_scheme.hpp"

#include <limits>

#include "io/capture/capture_reader.hpp"
#include "io/spec/capture_scheme.hpp"
#include "io/spec/port_scheme.hpp"
#include "io/spec/spec_options.hpp"

namespace warpline {
namespace {

constexpr auto kAny = std::numeric_limits<std::uint64_t>::max();

PortSpec parse(PortText const& text) {
  SpecOptions options(text, 7, "replay", {});
  auto const request = std::make_shared<ReplayRequest>();
  PortSpec spec{text.text, "replay", options.text("name").value_or(""), request};
  request->text = text.text;
  auto& replay = request->options;
  replay.file = input_file(options);
  if (replay.file.empty()) options.fail("", "a replay port needs a capture: replay:FILE");
  replay.rate = options.rate("rate");
  replay.count = options.number("count", 0, 0, kAny);
  options.finish();
  return spec;
}

PortSchemeRegistration const registration{{.name = "replay",
                                           .rank = 30,
                                           .expected = "replay:...",
                                           .nearest = {"replay"},
                                           .parse = parse}};

}  // namespace

std::unique_ptr<Port> ReplayRequest::open(std::string name, PortEnvironment& environment) const {
  auto& pool = environment.pool;
  return std::make_unique<ReplayPort>(std::move(name), options, pool, pool.options().frame_size,
                                      environment.workers);
}

std::vector<std::string> ReplayRequest::inspect() {
  return summarise_capture(options.file).warnings(options.file);
}

std::vector<FileUse> ReplayRequest::files() const {
  return {{options.file, text, FileUse::Kind::kInput}};
}

}  // namespace warpline
