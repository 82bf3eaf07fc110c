// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <optional>
#include <utility>

#include "core/element/element.hpp"
#include "core/element/metrics.hpp"
#include "core/net/token_bucket.hpp"
#include "core/packet/ipv4_fragments.hpp"
#include "elements/ipsec/mtu_check.hpp"
#include "elements/ipsec/packet/icmp_too_big.hpp"
#include "elements/ipsec/sa_args.hpp"

namespace warpline {

/// Keeps the ESP form of packets within the MTU of the next link: fragments packets before
/// encryption, or reports the maximum size to their source (RFC 4301 section 8, RFC 4303 section
/// 3.3.4).
///
///     FromInput -> spd :: IPsecPolicy(sa/gateway.sa);
///     spd[0] -> mtu :: IPsecFragmenter(sa/gateway.sa, MTU 1500, SOURCE 10.1.0.1)
///            -> IPsecEncrypt(SA sa/gateway.sa, TAGGED true) -> ToOutput;
///     mtu[1] -> ToOutput;
///     spd[1] -> ToOutput;
///
/// The SA that IPsecPolicy has found determines the size of the ESP form. IPv4 packets without DF
/// that are too big for a tunnel leave by 0 as fragments. For other packets that are too big, an
/// error to the source leaves by 1: ICMP "fragmentation needed" or ICMPv6 "packet too big", with
/// the size that fits. In transport mode, which protects whole packets only, all get the error. A
/// packet that fits costs one check of its header.
///
/// Ports: 1 in, 2 out; the second may be left unconnected.
/// Arguments: SA: file of SAs, the same as in IPsecEncrypt, to share its database. POLICY: file of
/// policies, also the same (default none). STATE: see IPsecEncrypt. MTU: maximum size of an IP
/// packet on the link in bytes (68 to 65535, default 1500). SOURCE: IPv4 address of the gateway as
/// the source of ICMP errors (default none: no such errors). SOURCE6: the same for IPv6. TOO_BIG:
/// treatment of IPv4 packets without DF: fragment or drop (default fragment). ICMP_RATE: errors per
/// second and worker (default 100; 0: no limit). ICMP_BURST: errors at once within that rate (from
/// 1, default 10).
/// Drops: truncated, vlan (more than two tags), not_ip, bad_ip_header, no_sa (the packet has none),
/// too_big (also of packets whose source got an error; of IPv4 packets that would be more than 256
/// fragments), ip_bad_checksum (of packets to be fragmented), fragment (a too big fragment, in
/// transport mode), long_headers (also in transport mode), no_batch (no batch was free for
/// fragments or an error), no_buffer (no buffer was free), copy_too_long (a fragment, or the
/// quotation in an error, did not fit into a buffer).
class IPsecFragmenter final : public Element {
 public:
  using Uses = Annotations<Annotation::kNetwork, Annotation::kSa>;
  using Clears = Annotations<Annotation::kTransport>;  // fragments and ICMP errors have none

  explicit IPsecFragmenter(Args& args)
      : check_(ipsec::database_argument(args), mtu_argument(args)),
        source_(address_argument(args, "SOURCE", 4)),
        source6_(address_argument(args, "SOURCE6", 6)),
        fragments_(too_big_argument(args)),
        errors_allowed_(bucket_argument(args)) {}
  PortCounts ports() const override { return {1, 2, 1}; }

  void process(BatchPtr batch, unsigned, Outputs& out) noexcept override {
    ipsec::Measured measured[Batch::kCapacity];
    if (check_.measure(std::as_const(*batch).packets(), measured)) [[likely]]
      out.emit(std::move(batch));
    else
      handle(std::move(batch), measured, out);
  }

  std::vector<Metric> metrics() const override {
    return {{"fragmented_packets", "Packets sent as fragments", "packets", fragmented_.get()},
            {"icmp_errors", "ICMP errors sent", "packets", icmp_errors_.get()},
            {"icmp_errors_suppressed", "ICMP errors not sent, because of ICMP_RATE", "packets",
             suppressed_.get()}};
  }

  void take_over(Element& old) override {
    auto const& before = dynamic_cast<IPsecFragmenter const&>(old);
    errors_allowed_.take_over(before.errors_allowed_);
    fragmented_.add(before.fragmented_.get());
    icmp_errors_.add(before.icmp_errors_.get());
    suppressed_.add(before.suppressed_.get());
  }

 private:
  /// Emits the packets of output 0, in order.
  struct Sequence {
    static constexpr unsigned kMax = 64;
    BatchPtr batches[kMax], spare;
    unsigned used = 1;

    Batch& last() { return *batches[used - 1]; }
    /// Returns whether there is space for this number of packets, at most a batch.
    bool reserve(unsigned packets, BatchPool& pool) noexcept {
      if (last().size() + packets <= Batch::kCapacity || spare) return true;
      if (used < kMax) spare = pool.allocate();
      return spare != nullptr;
    }
    /// Requires space.
    void add(Packet const& packet) noexcept {
      if (last().full()) {
        spare->received = last().received;
        spare->device = last().device;
        batches[used++] = std::move(spare);
      }
      last().add(packet);
    }
  };

  static std::uint32_t mtu_argument(Args& args);
  static std::optional<IpAddress> address_argument(Args& args, char const* name, unsigned version);
  static bool too_big_argument(Args& args);
  static TokenBucket bucket_argument(Args& args);
  void handle(BatchPtr batch, ipsec::Measured const* measured, Outputs& out) noexcept;
  void fragment(Packet& packet, std::uint32_t max_size, Sequence& sequence, BatchPtr& others,
                Outputs& out) noexcept;
  void report(Packet const& packet, ipsec::Measured const& measured, BatchPtr& errors,
              Outputs& out) noexcept;

  ipsec::MtuCheck check_;
  std::optional<IpAddress> source_, source6_;
  bool fragments_;
  TokenBucket errors_allowed_;
  Counter fragmented_, icmp_errors_, suppressed_;
};
WARPLINE_ELEMENT(IPsecFragmenter);

std::uint32_t IPsecFragmenter::mtu_argument(Args& args) {
  auto const mtu = args.keyword<std::uint32_t>("MTU", 1500);
  if (mtu < 68 || mtu > 65535)
    throw args.error("MTU is " + std::to_string(mtu) + "; expected 68 to 65535", "MTU");
  return mtu;
}

std::optional<IpAddress> IPsecFragmenter::address_argument(Args& args, char const* name,
                                                           unsigned version) {
  auto const text = args.keyword<std::string>(name, "");
  if (text.empty()) return std::nullopt;
  auto const address = parse_ip_address(text);
  if (!address || address->version != version || !ipsec::is_single_host(*address))
    throw args.error(std::string(name) + " is '" + text + "'; expected the gateway's IPv" +
                         std::to_string(version) + " address",
                     name);
  return address;
}

bool IPsecFragmenter::too_big_argument(Args& args) {
  auto const text = args.keyword<std::string>("TOO_BIG", "fragment");
  if (text != "fragment" && text != "drop")
    throw args.error("TOO_BIG is '" + text + "'; expected fragment or drop", "TOO_BIG");
  return text == "fragment";
}

TokenBucket IPsecFragmenter::bucket_argument(Args& args) {
  auto const rate = args.keyword<std::uint32_t>("ICMP_RATE", 100);
  auto const burst = args.keyword<std::uint32_t>("ICMP_BURST", 10);
  if (burst == 0) throw args.error("ICMP_BURST is 0; expected at least 1", "ICMP_BURST");
  return {rate, burst};
}

/// Some do not fit. Their descriptors are copied, so that the batch itself can carry the packets
/// that continue.
void IPsecFragmenter::handle(BatchPtr batch, ipsec::Measured const* measured,
                             Outputs& out) noexcept {
  Packet packets[Batch::kCapacity];
  auto const count = batch->size();
  std::copy_n(batch->slots(), count, packets);
  batch->resize(0);
  BatchPtr errors, others;
  Sequence sequence;
  sequence.batches[0] = std::move(batch);
  for (unsigned i = 0; i < count; ++i) {
    auto& packet = packets[i];
    auto const& measurement = measured[i];
    switch (measurement.fit) {
      case ipsec::Fit::kFits:
        if (sequence.reserve(1, out.batches()))
          sequence.add(packet);
        else
          out.drop({&packet, 1}, detail::drop_reason<"no_batch">);
        break;
      case ipsec::Fit::kFragment:
        if (fragments_)
          fragment(packet, measurement.max_size, sequence, others, out);
        else
          out.drop({&packet, 1}, detail::drop_reason<"too_big">);
        break;
      case ipsec::Fit::kReport:
        report(packet, measurement, errors, out);
        out.drop({&packet, 1}, detail::drop_reason<"too_big">);
        break;
      case ipsec::Fit::kDrop:
        out.drop({&packet, 1}, measurement.verdict.reason());
        break;
    }
  }
  // The pending steps are a stack: pushed in reverse, the first is served first.
  if (errors) {
    errors->received = sequence.batches[0]->received;
    out.count_created(*errors);
    out.emit(std::move(errors), 1);
  }
  while (sequence.used > 0) out.emit(std::move(sequence.batches[--sequence.used]));
}

/// All fragments or none: an incomplete packet is useless.
void IPsecFragmenter::fragment(Packet& packet, std::uint32_t max_size, Sequence& sequence,
                               BatchPtr& others, Outputs& out) noexcept {
  auto const refuse = [&](DropReason reason) { out.drop({&packet, 1}, reason); };
  Ipv4Fragments const fragments(packet, max_size);
  if (fragments.verdict().is_drop()) return refuse(fragments.verdict().reason());
  if (fragments.count() > Batch::kCapacity) return refuse(detail::drop_reason<"too_big">);
  if (!others) others = out.batches().allocate();
  if (!others || !sequence.reserve(fragments.count(), out.batches()))
    return refuse(detail::drop_reason<"no_batch">);
  std::span const copies(others->slots(), fragments.count() - 1);
  if (!out.buffers().allocate(copies)) return refuse(detail::drop_reason<"no_buffer">);
  if (copies[0].tailroom < fragments.longest_frame()) {
    out.buffers().release(copies);
    return refuse(detail::drop_reason<"copy_too_long">);
  }
  fragments.write(packet, copies);
  others->resize(static_cast<unsigned>(copies.size()));
  out.count_created(*others);
  others->resize(0);
  sequence.add(packet);
  for (auto const& copy : copies) sequence.add(copy);
  fragmented_.add(1);
}

/// Emits the error about a packet that is dropped, if one is allowed.
void IPsecFragmenter::report(Packet const& packet, ipsec::Measured const& measured,
                             BatchPtr& errors, Outputs& out) noexcept {
  bool const v4 = ipsec::is_ipv4(packet);
  auto const& source = v4 ? source_ : source6_;
  // No host makes packets smaller than the minimum because of an error (RFC 1191, RFC 8201).
  std::uint32_t const mtu =
      std::max(std::uint32_t{measured.max_size}, v4 ? ipsec::kMinMtu4 : ipsec::kMinMtu6);
  if (out.ports() < 2 || !source || packet.ip_length <= mtu || !ipsec::may_be_reported(packet))
    return;
  if (!errors_allowed_.take(out.now())) {
    suppressed_.add(1);
    return;
  }
  if (!errors) errors = out.batches().allocate();
  if (!errors) {
    out.count_uncopied(1, detail::drop_reason<"no_batch">);
    return;
  }
  auto const used = errors->size();
  std::span const copies(errors->slots() + used, 1);
  if (!out.buffers().allocate(copies)) {
    out.count_uncopied(1, detail::drop_reason<"no_buffer">);
    return;
  }
  if (!ipsec::write_too_big(copies[0], packet, *source, mtu)) {
    out.buffers().release(copies);
    out.count_uncopied(1, detail::drop_reason<"copy_too_long">);
    return;
  }
  errors->resize(used + 1);
  icmp_errors_.add(1);
}

}  // namespace warpline
