// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/element/context.hpp"
#include "elements/ids/detect/detector.hpp"
#include "elements/ids/event_output.hpp"
#include "elements/ids/rules/rule_parser.hpp"
#include "tests/elements/ids/hostile/frames.hpp"

namespace warpline::ids::test {

/// A detector whose events of all kinds go to files, as a worker has it.
class IdsWorker {
 public:
  explicit IdsWorker(std::string rules, std::size_t stream_memory = 1 << 20) {
    RuleParser parser(default_variables());
    parser.read(std::make_shared<Source>(Source{"t.rules", std::move(rules)}));
    for (auto const& error : parser.report().errors) ADD_FAILURE() << error.render();
    RuleSet set(parser.take_rules());
    OutputOptions output;
    output.eve = output.fast = "/dev/null";
    output.flows = output.http = output.dns = output.tls = true;
    output.fields = {.payload = true,
                     .payload_printable = true,
                     .packet = true,
                     .verdict = true,
                     .rule_text = true,
                     .ethernet = true};
    DatabaseCache cache;
    auto tables = std::make_shared<GroupTables const>(set.groups(), cache);
    std::vector<RuleOutput> texts;
    for (auto const& compiled : set.rules())
      texts.push_back(rule_output(compiled.rule, "class", {}, output.fields));
    rules_ = std::make_shared<LoadedRules const>(
        LoadedRules{std::move(set), {}, tables, std::move(texts), {}, {}, 0});
    output_ = std::make_unique<EventOutput>(
        output, rules_, EventOutput::open(output.eve, "event", context_, "IDS"),
        EventOutput::open(output.fast, "alert", context_, "IDS"));
    DetectorOptions options;
    options.flows = 1024;
    options.stream_memory = stream_memory;
    options.defrag_memory = 1 << 18;
    options.datagrams = 64;
    options.ips = true;
    options.checksums = ChecksumPolicy::kOff;
    detector_ = std::make_unique<Detector>(std::shared_ptr<RuleSet const>(rules_, &rules_->set),
                                           tables->cpu_matching(), shared_, options, *output_, 5);
  }

  void send(Bytes frame) {
    time_ns_ += 1'000'000;
    detector_->process(frame, {time_ns_, ++sent_, {}}, {});
    detector_->expire(time_ns_, 2);
  }
  Detector const& detector() const { return *detector_; }
  std::uint64_t sent() const { return sent_; }

 private:
  warpline::PortSet ports_;
  DeviceSet devices_;
  SharedStore store_;
  BuildContext context_{ports_, devices_, store_};
  std::shared_ptr<LoadedRules const> rules_;
  std::unique_ptr<EventOutput> output_;
  SharedState shared_{3};
  std::unique_ptr<Detector> detector_;
  std::uint64_t time_ns_ = 1'000'000'000, sent_ = 0;
};

}  // namespace warpline::ids::test
