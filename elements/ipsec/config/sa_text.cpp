// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/config/sa_text.hpp"

#include <cstdarg>
#include <cstdio>

namespace warpline::ipsec {
namespace {

constexpr std::uint32_t kWordBits = 32;

[[gnu::format(printf, 1, 2)]] std::string format(char const* text, ...) {
  char line[256];
  va_list arguments;
  va_start(arguments, text);
  std::vsnprintf(line, sizeof line, text, arguments);
  va_end(arguments);
  return line;
}

/// The kernel's ring, in which number n has bit (n - 1) % `window`.
std::vector<std::uint32_t> ring_of(SaStatus const& sa) {
  auto const window = sa.window_size;
  std::vector<std::uint32_t> ring((window + kWordBits - 1) / kWordBits);
  for (std::uint32_t back = 0; back < window && back < sa.sequence; ++back) {
    if ((sa.accepted[back / kWordBits] >> back % kWordBits & 1) == 0) continue;
    auto const bit = (sa.sequence - back - 1) % window;
    ring[bit / kWordBits] |= 1u << bit % kWordBits;
  }
  return ring;
}

/// `separator` separates the kernel's lines.
std::string anti_replay(SaStatus const& sa, char const* separator) {
  bool const outbound = sa.name.direction == Direction::kOutbound;
  auto const low = static_cast<unsigned>(sa.sequence);
  auto const high = static_cast<unsigned>(sa.sequence >> kWordBits);
  if (sa.window_size == 0 && !sa.form.esn)
    return format("anti-replay context: seq 0x%x, oseq 0x%x, bitmap 0x00000000", outbound ? 0 : low,
                  outbound ? low : 0);
  auto const ring = ring_of(sa);
  auto text = std::string("anti-replay esn context:") + separator +
              format("seq-hi 0x%x, seq 0x%x, oseq-hi 0x%x, oseq 0x%x", outbound ? 0 : high,
                     outbound ? 0 : low, outbound ? high : 0, outbound ? low : 0) +
              separator +
              format("replay_window %u, bitmap-length %zu", sa.window_size, ring.size());
  text += ring.empty() ? "" : separator;
  for (auto word = ring.rbegin(); word != ring.rend(); ++word)
    text += format(word == ring.rbegin() ? "%08x" : " %08x", *word);
  return text;
}

std::string prefix_text(std::optional<IpPrefix> const& prefix, unsigned version) {
  if (!prefix) return version == 4 ? "0.0.0.0/0" : "::/0";
  return to_string(*prefix);
}

/// A range of ports has no words there.
std::string protocol_text(TrafficSelector const& selector) {
  if (!selector.protocol) return {};
  auto text = " proto " + std::to_string(*selector.protocol);
  for (auto const& [name, range] : {std::pair(" sport ", selector.source_port),
                                    std::pair(" dport ", selector.destination_port)})
    if (range.first == range.last) text += name + std::to_string(range.first);
  return text;
}

}  // namespace

std::string anti_replay_text(SaStatus const& sa) { return anti_replay(sa, " "); }

std::string xfrm_state_text(SaStatus const& sa) {
  auto const& suite = info(sa.suite);
  auto const bits = suite.icv_size * 8;
  std::string const hidden = " <<Keys hidden>>";
  auto text = "src " + to_string(sa.form.source) + " dst " + to_string(sa.form.destination) +
              format("\n\tproto esp spi 0x%08x reqid %u mode %s\n", sa.name.spi, sa.reqid,
                     sa.form.mode == SaMode::kTunnel ? "tunnel" : "transport") +
              format("\treplay-window %u%s\n", sa.window_size, sa.form.esn ? " flag esn" : "");
  if (suite.aead()) {
    text += "\taead " + std::string(suite.cipher) + hidden + format(" %d\n", bits);
  } else {
    text += "\tauth-trunc " + std::string(suite.authentication) + hidden + format(" %d\n", bits) +
            "\tenc " + std::string(suite.cipher) + hidden + '\n';
  }
  if (sa.form.udp)
    text += format("\tencap type espinudp sport %u dport %u addr 0.0.0.0\n", sa.form.udp->source,
                   sa.form.udp->destination);
  text += '\t' + anti_replay(sa, "\n\t ") + '\n';
  if (sa.selector)
    text += "\tsel src " + prefix_text(sa.selector->source, sa.form.source.version) + " dst " +
            prefix_text(sa.selector->destination, sa.form.source.version) +
            protocol_text(*sa.selector) + '\n';
  text += sa.name.direction == Direction::kOutbound ? "\tdir out\n" : "\tdir in\n";
  return text;
}

}  // namespace warpline::ipsec
