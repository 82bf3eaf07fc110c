// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <ostream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "core/packet/verdict.hpp"
#include "elements/ipsec/model/sa_encapsulation.hpp"
#include "tests/elements/ipsec/frames.hpp"
#include "tests/support/frame.hpp"

/// Every form of an SA, and the other end of one as the RFCs have it, without cryptography: what is
/// to be encrypted stands in clear, and integrity values are any bytes.
namespace warpline::ipsec::testing {

inline std::string reason(Verdict verdict) {
  return verdict.is_drop() ? std::string(verdict.reason().name()) : "none";
}

/// Sizes as suites have them.
struct Sizes {
  char const* name;
  std::uint8_t iv, icv, block;
  friend std::ostream& operator<<(std::ostream& out, Sizes const& sizes) {
    return out << sizes.name;
  }
};
inline constexpr Sizes kSizes[] = {
    {"gcm", 8, 16, 4},          {"ctr_sha1", 8, 12, 4},     {"cbc_sha1", 16, 12, 16},
    {"cbc_sha256", 16, 16, 16}, {"gcm8", 8, 8, 4},          {"null", 0, 16, 4},
    {"null_sha1", 0, 12, 4},    {"cbc_icv8", 16, 8, 16},    {"gcm12", 8, 12, 4},
    {"ctr_sha384", 8, 24, 4},   {"cbc_sha512", 16, 32, 16}, {"null_sha512", 0, 32, 4},
};

struct NamedForm {
  std::string name;
  SaEncapsulation form;
};

/// Tunnels over IPv4 and IPv6 and transport mode, with and without UDP, with and without extended
/// numbers.
inline std::vector<NamedForm> forms_of(Sizes const& sizes) {
  std::vector<NamedForm> forms;
  for (std::string const mode : {"tunnel4", "tunnel6", "transport"})
    for (bool const udp : {false, true})
      for (bool const esn : {false, true}) {
        SaEncapsulation form;
        bool const v4 = mode != "tunnel6";
        form.mode = mode == "transport" ? SaMode::kTransport : SaMode::kTunnel;
        form.source = *parse_ip_address(v4 ? "192.0.2.1" : "2001:db8::1");
        form.destination = *parse_ip_address(v4 ? "192.0.2.2" : "2001:db8:ffff::2");
        if (udp) form.udp = {4500, 61234};
        form.esn = esn;
        form.iv_size = sizes.iv;
        form.icv_size = sizes.icv;
        form.block = sizes.block;
        forms.push_back({mode + (udp ? " in UDP" : "") + (esn ? " with ESN" : ""), form});
      }
  return forms;
}

/// Tests that go through all forms of some sizes.
class EachForm : public ::testing::TestWithParam<Sizes> {
 protected:
  template <class Step>
  void for_each_form(Step step) {
    for (auto const& [name, form] : forms_of(GetParam())) {
      SCOPED_TRACE(name);
      step(form);
      if (HasFailure()) return;
    }
  }
};
struct SizesName {
  std::string operator()(::testing::TestParamInfo<Sizes> const& info) const {
    return info.param.name;
  }
};

inline constexpr std::uint8_t kHop = 0, kRouting = 43, kFragment = 44, kOptions = 60;

/// Extension headers of IPv6: their types, and their bytes after the first.
using Extensions = std::vector<std::pair<std::uint8_t, Octets>>;

/// An extension header of 8 bytes plus 8 for each unit.
inline Octets extension(std::uint8_t units) {
  Octets bytes(7 + 8u * units);
  bytes[0] = units;
  return bytes;
}

/// IPv6 with these headers, then one of protocol `last`.
inline Octets with_extensions(Extensions const& headers, std::uint8_t last, Octets const& payload) {
  Octets bytes;
  for (std::size_t i = 0; i < headers.size(); ++i) {
    bytes.push_back(i + 1 < headers.size() ? headers[i + 1].first : last);
    bytes.insert(bytes.end(), headers[i].second.begin(), headers[i].second.end());
  }
  bytes.insert(bytes.end(), payload.begin(), payload.end());
  return test::FrameBuilder()
      .ipv6({.next_header = headers.empty() ? last : headers[0].first})
      .payload(bytes)
      .build();
}

/// An ESP packet taken apart.
struct OpenedEsp {
  Octets outer;  ///< Ethernet and IP headers, as they stand
  std::size_t esp_offset;
  std::uint32_t spi, sequence;
  Octets iv, text;  ///< `text`: without padding and trailer
  std::uint8_t next_header;
  Octets room;  ///< of the integrity value
};

inline std::size_t be16_at(Octets const& bytes, std::size_t offset) {
  return static_cast<std::size_t>(bytes.at(offset) << 8 | bytes.at(offset + 1));
}

/// Takes a frame apart whose IP headers, Ethernet's included, have `headers` bytes. Throws
/// `std::runtime_error` where a length, checksum, protocol or padding is wrong.
inline OpenedEsp open_esp(Octets const& frame, SaEncapsulation const& form, std::size_t headers) {
  auto const require = [](bool condition, char const* what) {
    if (!condition) throw std::runtime_error(what);
  };
  OpenedEsp opened{};
  bool const v4 = frame.at(12) == 0x08 && frame.at(13) == 0x00;
  require(v4 || (frame.at(12) == 0x86 && frame.at(13) == 0xdd), "Ethernet type");
  if (v4) {
    require(frame.at(14) == 0x40 + (headers - 14) / 4, "version and header length");
    require(internet_sum(std::span(frame).subspan(14, headers - 14)) == 0xffff, "checksum");
    require(be16_at(frame, 16) == frame.size() - 14, "total length");
  } else {
    require(frame.at(14) >> 4 == 6, "version");
    require(be16_at(frame, 18) == frame.size() - 54, "payload length");
  }
  opened.esp_offset = headers;
  if (form.udp) {
    require(be16_at(frame, headers) == form.udp->source, "UDP source port");
    require(be16_at(frame, headers + 2) == form.udp->destination, "UDP destination port");
    require(be16_at(frame, headers + 4) == frame.size() - headers, "UDP length");
    // Over IPv6, before encryption, the sum of the pseudo header (with a plain IPv6 header).
    std::size_t expected = 0;
    if (!v4 && form.has_udp_checksum() && headers == 54) {
      Octets pseudo(frame.begin() + 22, frame.begin() + 54);
      pseudo.insert(pseudo.end(), {0, 17, frame.at(58), frame.at(59)});
      expected = internet_sum(pseudo);
    }
    require(headers > 54 || be16_at(frame, headers + 6) == expected, "UDP checksum");
    opened.esp_offset += 8;
  }
  std::size_t offset = opened.esp_offset;
  auto const take = [&](std::size_t size) {
    require(offset + size <= frame.size(), "size");
    auto const from = frame.begin() + static_cast<std::ptrdiff_t>(offset);
    offset += size;
    return Octets(from, from + static_cast<std::ptrdiff_t>(size));
  };
  opened.outer.assign(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(headers));
  opened.spi = load_be32(take(4).data());
  opened.sequence = load_be32(take(4).data());
  opened.iv = take(form.iv_size);
  require(frame.size() >= offset + form.icv_size + 2, "size");
  opened.text = take(frame.size() - offset - form.icv_size);
  opened.room = take(form.icv_size);
  require(opened.text.size() % form.block == 0, "alignment");
  opened.next_header = opened.text.back();
  std::size_t const padding = opened.text[opened.text.size() - 2];
  require(padding < form.block && padding + 2 <= opened.text.size(), "padding length");
  opened.text.resize(opened.text.size() - 2 - padding);
  Octets const whole = [&] {
    offset -= form.icv_size + padding + 2;
    return take(padding);
  }();
  for (std::size_t i = 0; i < padding; ++i) require(whole[i] == i + 1, "padding bytes");
  return opened;
}

/// The bytes from the ESP header on that carry `text`, as the other end might send them.
struct SealOptions {
  std::uint32_t spi = 0x1234, sequence = 1;
  std::uint8_t next_header = 4;
  int padding = -1;                ///< bytes; -1: the least
  std::uint8_t first_padding = 1;  ///< 2, 3, ... follow
};
inline Octets seal_esp(SaEncapsulation const& form, Octets const& text,
                       SealOptions const& options = {}) {
  Octets esp(8 + form.iv_size, 0x11);
  store_be32(&esp[0], options.spi);
  store_be32(&esp[4], options.sequence);
  esp.insert(esp.end(), text.begin(), text.end());
  unsigned const min_padding = (0u - static_cast<unsigned>(text.size()) - 2) & (form.block - 1u);
  unsigned const padding =
      options.padding < 0 ? min_padding : static_cast<unsigned>(options.padding);
  for (unsigned i = 0; i < padding; ++i)
    esp.push_back(static_cast<std::uint8_t>(options.first_padding + i));
  esp.push_back(static_cast<std::uint8_t>(padding));
  esp.push_back(options.next_header);
  esp.insert(esp.end(), form.icv_size, 0xcc);
  return esp;
}

/// A frame that carries these bytes, from the ESP header on, as `form` has them.
inline Octets carry_esp(SaEncapsulation const& form, Octets const& esp, bool v4 = true,
                        std::uint8_t tos = 0) {
  test::FrameBuilder builder;
  std::uint8_t const protocol = form.udp ? 17 : 50;
  if (v4)
    builder.ipv4({.tos = tos, .protocol = protocol});
  else
    builder.ipv6({.next_header = protocol});
  if (form.udp) builder.udp(form.udp->source, form.udp->destination);
  auto frame = builder.payload(esp).build();
  if (!v4) {
    frame[14] = static_cast<std::uint8_t>(0x60 | tos >> 4);
    frame[15] = static_cast<std::uint8_t>(tos << 4);
  }
  return frame;
}

/// The same without Ethernet.
inline Octets ip_of(Octets const& frame) { return {frame.begin() + 14, frame.end()}; }

}  // namespace warpline::ipsec::testing
