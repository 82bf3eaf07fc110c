// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "elements/ids/detect/detector.hpp"
#include "tests/elements/ids/hostile/frames.hpp"
#include "tests/elements/ids/test_rules.hpp"

namespace warpline::ids::testing {

using Sids = std::vector<std::uint32_t>;

/// A connection, and a detector that is replaced by others, as at a reload.
class Reloaded {
 public:
  explicit Reloaded(std::string rules, DetectorOptions options = {}) : options_(options) {
    options_.checksums = ChecksumPolicy::kOff;
    options_.flows = 64;
    options_.stream_memory = 1 << 20;
    options_.defrag_memory = 1 << 16;
    options_.datagrams = 16;
    running_ = create(std::move(rules));
  }

  /// Another detector with these rules continues.
  void reload(std::string rules) {
    auto const& before = running_->options;
    options_.inherits_flows = Detector::keeps_flows(before, options_);
    options_.inherits_fragments = Detector::keeps_fragments(before, options_);
    auto next = create(std::move(rules));
    next->detector->take_over(*running_->detector);
    running_->detector->finish();
    running_ = std::move(next);
  }
  DetectorOptions& options() { return options_; }  ///< of the next detector

  /// The next packets are those of another connection.
  void begin_connection(std::uint16_t client_port) {
    client_.source_port = client_port;
    next_[0] = 1000;
    next_[1] = 5000;
  }
  void handshake() {
    send(true, Frames::kSyn);
    send(false, Frames::kSyn | Frames::kAck);
    send(true, Frames::kAck);
  }
  FrameVerdict send(bool to_server, std::uint8_t flags, std::string const& data = {}) {
    auto& next = next_[to_server ? 0 : 1];
    auto const frame = frames_.tcp(to_server ? client_ : client_.reversed(), flags, next,
                                   next_[to_server ? 1 : 0], data);
    next += static_cast<std::uint32_t>(data.size()) + ((flags & Frames::kSyn) != 0 ? 1 : 0);
    return inspect(frame);
  }
  FrameVerdict say(std::string const& data) { return send(true, Frames::kAck, data); }
  void acknowledge() { send(false, Frames::kAck); }
  FrameVerdict datagram(std::string const& data, std::uint16_t port = 5000) {
    return inspect(frames_.udp({Frames::kClient, Frames::kServer, port, 53}, data));
  }
  FrameVerdict fragment(std::uint32_t offset, bool more, std::string const& data) {
    return inspect(
        frames_.fragment({Frames::kClient, Frames::kServer, 5000, 53}, 7, offset, more, data));
  }
  void wait_ms(std::uint64_t time) { time_ns_ += time * 1'000'000; }

  Sids const& sids() const { return sids_; }
  Sids end() {
    running_->detector->finish();
    return sids_;
  }
  std::vector<FlowEvent::Reason> const& ended() const { return ended_; }
  Detector const& detector() const { return *running_->detector; }

 private:
  struct Instance final : DetectorEvents {
    Instance(Reloaded& rig, std::string text)
        : all(rig), options(rig.options_), rules(std::move(text)) {
      detector = std::make_unique<Detector>(rules.set, rules.searches, rig.shared_, rig.options_,
                                            *this, 5);
    }
    void alert(PacketContext const&, RuleAlert const& alert) override {
      all.sids_.push_back(rules.set->rules()[alert.rule].rule.sid);
    }
    void drop(PacketContext const&, std::optional<std::uint32_t>) override {}
    void flow_ended(Flow const&, FlowEvent::Reason reason, std::uint64_t, std::uint64_t) override {
      all.ended_.push_back(reason);
    }
    Reloaded& all;
    DetectorOptions options;
    test::TestRules rules;
    std::unique_ptr<Detector> detector;
  };

  std::unique_ptr<Instance> create(std::string rules) {
    return std::make_unique<Instance>(*this, std::move(rules));
  }
  FrameVerdict inspect(Bytes frame) {
    time_ns_ += 1'000'000;
    return running_->detector->process(frame, {time_ns_, ++number_, {}}, {});
  }

  DetectorOptions options_;
  SharedState shared_{3};
  std::unique_ptr<Instance> running_;
  Frames frames_;
  Frames::Ends client_;
  Sids sids_;
  std::vector<FlowEvent::Reason> ended_;
  std::uint32_t next_[2] = {1000, 5000};
  std::uint64_t time_ns_ = 1'000'000'000, number_ = 0;
};

}  // namespace warpline::ids::testing
