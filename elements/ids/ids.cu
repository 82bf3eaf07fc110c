// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <memory>

#include "core/element/metrics.hpp"
#include "core/element/offload.hpp"
#include "core/element/timer.hpp"
#include "elements/ids/inspector.hpp"
#include "elements/ids/scan_kernel.hpp"
#include "gpu/launch.cuh"

namespace warpline {

/// Matches Suricata's rules on packets, flows and TCP streams, and writes alerts as Suricata does.
///
///     FromInput -> IDS(RULES rules/web.rules, EVE eve.json) -> ToOutput;
///
/// Rules that need an unsupported keyword are skipped and counted by keyword. See docs/ids.md.
///
/// With MODE ips, a reject rule drops the packet and answers with a TCP reset, or with ICMP
/// "destination unreachable" for other protocols. The answer to the source leaves by output 1; its
/// output port is the port that received the packet. The answer to the destination leaves by output
/// 0 in place of the packet.
///
/// Ports: 1 in, 2 out; output 1 may be left unconnected: then no answers are sent to the source.
/// Arguments: RULES: rule files, separated by blanks; `*` and `?` as in a shell. VARS:
/// suricata.yaml with the `vars` that the rules use (default: HOME_NET is the private networks of
/// RFC 1918). CLASSIFICATION: file with rule classes and their priorities (default: those of
/// Suricata). REFERENCE: file with the URL of each kind of reference (default: none). EVE: file to
/// which events are appended as EVE JSON lines, relative to the current folder (default: none).
/// EVE_TYPES: kinds of events, and optional fields of alerts (default `alert drop stats`). FAST:
/// file to which alerts are appended, one line each (default: none). MODE: `ids` (default) only
/// alerts; in `ips`, drop and reject rules drop packets. STRICT: refuse to start if a rule cannot
/// be read (default false). MIDSTREAM: follow TCP connections without a handshake (default false).
/// TUNNELS: inspect packets within VXLAN, GENEVE and Teredo (default true). FLOWS: max flows of a
/// worker (default 65536). STREAM_MEMORY: bytes of a worker for TCP data (default 67108864).
/// DEFRAG_MEMORY: bytes of a worker for fragments (default 33554432). HTTP_MEMORY: bytes of a worker
/// for HTTP and the transactions of other applications (default 67108864). CHECKSUM: `on` skips packets
/// with a wrong TCP checksum, `off` inspects them, and `auto` (default) turns off if
/// more than 10 % of the first 1,000 packets are wrong. HOST_OS_POLICY: suricata.yaml whose
/// `host-os-policy` names the operating systems by whose rules overlapping data is reassembled
/// (default: Windows for IPv4, BSD for IPv6). DEPTH: max bytes of each direction of a TCP
/// connection that are inspected as a stream (default 1048576). MAX_ALERTS: max alerts for a packet
/// (default 15). ON_LIMIT: what happens to a flow if memory for it is full: `ignore` (default),
/// `drop-flow` (with MODE ips), `pass-flow` or `bypass`. ICMP_RATE: max ICMP answers per second and
/// worker (default 100; 0 means no limit). ICMP_BURST: max ICMP answers at once (default 10, min
/// 1). CACHE: folder in which compiled patterns are kept for the next start, or `off` (default:
/// `warpline/ids` in XDG_CACHE_HOME or `~/.cache`).
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

  using Kernel = ids::ScanKernel<ids::ByTag, ids::GroupAutomata>;
  Kernel kernel(Device& device) const { return {inspector_->automata(device)}; }

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
  void take_over(Element& old) override {
    inspector_->take_over(*dynamic_cast<IDS&>(old).inspector_);
  }
  void start() override { tick_.start_periodic(std::chrono::milliseconds(100)); }
  void stop() noexcept override { inspector_->finish(); }

 private:
  std::unique_ptr<ids::Inspector> inspector_;
  Timer tick_;
};
WARPLINE_ELEMENT(IDS);

}  // namespace warpline
