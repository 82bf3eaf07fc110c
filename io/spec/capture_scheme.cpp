// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/spec/capture_scheme.hpp"

#include "io/capture/capture_reader.hpp"
#include "io/spec/port_scheme.hpp"
#include "io/spec/spec_options.hpp"

namespace warpline {
namespace {

PortSpec parse(PortText const& text) {
  SpecOptions options(text, 5, "pcap", {});
  auto const request = std::make_shared<CaptureRequest>();
  PortSpec spec{text.text, "pcap", options.text("name").value_or(""), request};
  request->in_user = request->out_user = text.text;
  auto& capture = request->options;
  capture.in = input_file(options);
  capture.out = options.text("out").value_or("");
  auto const cut = options.text("cut");
  if (cut && *cut == "refuse")
    capture.cut = CaptureOptions::Cut::kRefuse;
  else if (cut && *cut != "pad" && !cut->empty())
    options.fail("cut", "'cut' is '" + *cut + "'; expected pad or refuse");
  if (capture.in.empty() && capture.out.empty())
    options.fail("", "a capture port needs in=FILE or out=FILE");
  options.finish();
  return spec;
}

PortSchemeRegistration const registration{
    {.name = "pcap", .rank = 20, .expected = "pcap:...", .nearest = {"pcap"}, .parse = parse}};

}  // namespace

std::string input_file(SpecOptions& options) {
  auto const first = options.positional();
  auto file = options.text("in").value_or(first.value_or(""));
  if (first && file != *first) options.fail("in", "the input file is given twice");
  return file;
}

std::unique_ptr<Port> CaptureRequest::open(std::string name, PortEnvironment& environment) const {
  return std::make_unique<CapturePort>(std::move(name), options, environment.pool,
                                       environment.outputs);
}

// The port itself reports frames of other link types after it has read the capture.
std::vector<std::string> CaptureRequest::inspect() {
  if (options.in.empty()) return {};
  auto summary = summarise_capture(options.in, LinkTypeSet::all());
  options.summary = summary;
  summary.other_frames = 0;
  return summary.warnings(options.in);
}

std::vector<FileUse> CaptureRequest::files() const {
  std::vector<FileUse> files;
  if (!options.in.empty()) files.push_back({options.in, in_user, FileUse::Kind::kInput});
  if (!options.out.empty()) files.push_back({options.out, out_user, FileUse::Kind::kOutput});
  return files;
}

}  // namespace warpline
