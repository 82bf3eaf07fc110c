// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>

#include "core/element/metrics.hpp"
#include "core/element/offload.hpp"
#include "core/element/timer.hpp"
#include "elements/ids/aho_corasick.hpp"
#include "elements/ids/inspector.hpp"
#include "elements/ids/scan_kernel.hpp"
#include "gpu/launch.cuh"

namespace warpline {

/// Matches Suricata's rules on packets, flows and TCP streams, and writes alerts as Suricata does.
///
///     FromInput -> IDS(RULES rules/web.rules, EVE eve.json) -> ToOutput;
///
/// Rules with keywords that are not supported are left out and counted by keyword. See docs/ids.md.
///
/// With MODE ips, a rule of reject drops the packet and answers with a TCP reset, or with ICMP
/// "destination unreachable" for other protocols. An answer to the source leaves by 1 with the port of
/// the packet as its output port; one to the destination leaves by 0 in the place of the packet.
///
/// Ports: 1 in, 2 out; the second may be left unconnected, and rejected packets are then not
/// answered to their source.
/// Arguments: RULES: files of rules, separated by blanks; `*` and `?` as in a shell. VARS: a
/// suricata.yaml whose `vars` the rules use (default: HOME_NET is RFC 1918). CLASSIFICATION: file
/// of classes and their priorities. REFERENCE: file of reference kinds. EVE: file to which events
/// are appended as EVE JSON lines, relative to the current folder. EVE_TYPES: kinds of events, and
/// fields of alerts (default `alert drop stats`). FAST: file to which alerts are appended in one
/// line each. MODE: `ids` (default) or `ips`, where drop and reject drop packets. STRICT: a rule
/// that cannot be read is an error (default false). MIDSTREAM: follow TCP connections whose
/// handshake was not seen (default false). TUNNELS: look into VXLAN, GENEVE and Teredo (default
/// true). FLOWS: flows of a worker (default 65536). STREAM_MEMORY: bytes of a worker for TCP data
/// (default 67108864). DEFRAG_MEMORY: bytes of a worker
/// for fragments (default 33554432). CHECKSUM: take packets with wrong checksums of TCP, UDP or
/// ICMP from the rules: `on`, `off` or `auto`, which turns off if one of ten is wrong (default auto). HOST_OS_POLICY: a
/// suricata.yaml whose `host-os-policy` decides about overlaps. DEPTH: bytes of a stream that are looked at (default 1048576). MAX_ALERTS:
/// alerts of a packet (default 15). ON_LIMIT: what happens to a flow for whose data there is no memory:
/// `ignore` (default), `drop-flow` (with MODE ips), `pass-flow` or `bypass`. ICMP_RATE: ICMP answers
/// of reject per second and worker (default 100; 0: no limit). ICMP_BURST: answers at once within that
/// rate (from 1, default 10).
/// Drops: rule_drop (also later packets of a dropped flow), rule_reject (both with MODE ips).
/// Reads: the whole packet. Returns: up to 15 pattern ids.
class IDS final : public OffloadElement<IDS> {
 public:
  using Reads = Regions<Payload<0>, Tag>;
  using Writes = Result<ids::Matches>;
  using Sets = Annotations<Annotation::kScan>;

  explicit IDS(Args& args)
      : inspector_(std::make_unique<ids::Inspector>(args)),
        tick_(args, *this, [this](Outputs&) { inspector_->tick(); }) {}

  using Kernel = ids::ScanKernel<ids::ByTag>;
  Kernel kernel(Device& device) const {
    auto const* const automaton = inspector_->automaton();
    return {automaton != nullptr ? automaton->on(device) : ids::Automaton{}};
  }

  Verdict prepare(Packet& packet) noexcept {
    packet.tag = inspector_->tag_of(packet);
    return forward();
  }
  void cpu(std::span<Packet> packets, ids::Matches* results) noexcept {
    inspector_->search(packets, results);
  }
  Verdict finish(Packet& packet, ids::Matches const& matches) noexcept {
    switch (inspector_->inspect(packet, matches)) {
      case ids::FrameVerdict::kPass:
        return forward();
      case ids::FrameVerdict::kDrop:
        return drop<"rule_drop">();
      case ids::FrameVerdict::kReject:
        break;
    }
    return drop<"rule_reject">();
  }

  void emit_created(Batch const& batch, Outputs& out) noexcept {
    inspector_->send_rejects(batch, out);
  }

  PortCounts ports() const override { return {1, 2, 1}; }
  LinkTypeSet link_types() const override { return LinkTypeSet::all(); }
  std::vector<Metric> metrics() const override { return inspector_->metrics(); }
  void start() override { tick_.start_periodic(std::chrono::milliseconds(100)); }
  void stop() noexcept override { inspector_->finish(); }

 private:
  std::unique_ptr<ids::Inspector> inspector_;
  Timer tick_;
};
WARPLINE_ELEMENT(IDS);

}  // namespace warpline
