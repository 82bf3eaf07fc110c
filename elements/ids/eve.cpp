// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/eve.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <cstring>
#include <ctime>
#include <string_view>
#include <utility>

#include "core/base/random.hpp"
#include "elements/ids/json.hpp"

namespace warpline::ids {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint8_t kSctp = 132, kGre = 47, kAuthentication = 51, kIcmp6 = 58;

struct Endpoints {
  std::uint8_t const *source = nullptr, *destination = nullptr;
  std::uint32_t size = 0;  // of an address
  bool ports = false;
  std::uint16_t source_port = 0, destination_port = 0;
};

Endpoints endpoints_of(Bytes frame, Layers const& layers) {
  Endpoints ends;
  if (layers.version == 0 || layers.malformed) return ends;
  ends.size = layers.version == 4 ? 4 : 16;
  ends.source = frame.data + layers.network + (layers.version == 4 ? 12 : 8);
  ends.destination = ends.source + ends.size;
  auto const p = layers.protocol;
  ends.ports = !layers.fragment && (p == protocol::kTcp || p == protocol::kUdp || p == kSctp) &&
               layers.end - layers.transport >= 4;
  if (ends.ports) {
    ends.source_port = load_be16(frame.data + layers.transport);
    ends.destination_port = load_be16(frame.data + layers.transport + 2);
  }
  return ends;
}

std::uint64_t endpoint_hash(std::uint8_t const* address, std::uint32_t size, std::uint16_t port) {
  std::uint64_t hash = Random(port).next();
  for (std::uint32_t offset = 0; offset < size; offset += 4) {
    std::uint32_t word = 0;
    std::memcpy(&word, address + offset, sizeof word);
    hash = mix64(hash + word);
  }
  return hash;
}

std::string_view protocol_name(std::uint8_t number) {
  switch (number) {
    case protocol::kTcp:
      return "TCP";
    case protocol::kUdp:
      return "UDP";
    case protocol::kIcmp:
      return "ICMP";
    case kIcmp6:
      return "IPv6-ICMP";
    case kSctp:
      return "SCTP";
    case kGre:
      return "GRE";
    case protocol::kEsp:
      return "ESP";
    case kAuthentication:
      return "AH";
    default:
      return {};
  }
}

char* put(char* out, std::string_view text) {
  std::memcpy(out, text.data(), text.size());
  return out + text.size();
}

char* put(char* out, std::uint64_t number) { return std::to_chars(out, out + 20, number).ptr; }

char* put_padded(char* out, std::uint64_t number, int digits) {
  for (int i = digits - 1; i >= 0; --i, number /= 10) out[i] = static_cast<char>('0' + number % 10);
  return out + digits;
}

char* put_address(char* out, std::uint8_t const* address, std::uint32_t size) {
  inet_ntop(size == 4 ? AF_INET : AF_INET6, address, out, INET6_ADDRSTRLEN);
  return out + std::strlen(out);
}

char* put_flow(char* out, Layers const& layers, Endpoints const& ends) {
  out = put_address(put(out, ",\"src_ip\":\""), ends.source, ends.size);
  out = put(out, "\"");
  if (ends.ports) out = put(put(out, ",\"src_port\":"), ends.source_port);
  out = put_address(put(out, ",\"dest_ip\":\""), ends.destination, ends.size);
  out = put(out, "\"");
  if (ends.ports) out = put(put(out, ",\"dest_port\":"), ends.destination_port);
  out = put(out, ",\"proto\":\"");
  auto const name = protocol_name(layers.protocol);
  out = name.empty() ? put_padded(out, layers.protocol, 3) : put(out, name);
  return put(out, "\"");
}

std::string tail_of(Pattern const& pattern, EveAlerts::Action action) {
  auto const signature =
      pattern.message.empty() ? "sid " + std::to_string(pattern.sid) : pattern.message;
  return std::string(",\"alert\":{\"action\":\"") +
         (action == EveAlerts::Action::kBlocked ? "blocked" : "allowed") +
         "\",\"gid\":1,\"signature_id\":" + std::to_string(pattern.sid) +
         ",\"rev\":0,\"signature\":" + json_string(signature) +
         ",\"category\":\"\",\"severity\":3}}\n";
}

}  // namespace

std::uint64_t flow_id(Bytes frame, Layers const& layers) {
  auto const ends = endpoints_of(frame, layers);
  if (ends.size == 0) return 0;
  auto const sum = endpoint_hash(ends.source, ends.size, ends.source_port) +
                   endpoint_hash(ends.destination, ends.size, ends.destination_port);
  return mix64(sum + layers.protocol) & ((std::uint64_t{1} << 51) - 1);
}

EveAlerts::Tails EveAlerts::tails_of(PatternSet const& set, Action action) {
  Tails tails;
  tails.reserve(set.patterns.size());
  for (auto const& pattern : set.patterns) tails.push_back(tail_of(pattern, action));
  return tails;
}

EveAlerts::EveAlerts(std::shared_ptr<AppendFile> file, PatternSet const& set, Action action)
    : file_(std::move(file)), tails_(tails_of(set, action)) {}

void EveAlerts::add(Bytes frame, Layers const& layers, std::span<PatternId const> ids,
                    std::uint64_t time_ns, std::uint64_t packet_number) noexcept {
  if (ids.empty()) return;
  char head[512];
  auto* end = put_time(put(head, "{\"timestamp\":\""), time_ns);
  end = put(put(end, "\",\"flow_id\":"), flow_id(frame, layers));
  if (packet_number != 0) end = put(put(end, ",\"pcap_cnt\":"), packet_number);
  end = put(end, ",\"event_type\":\"alert\"");
  auto const ends = endpoints_of(frame, layers);
  if (ends.size != 0) end = put_flow(end, layers, ends);
  std::string_view const common(head, static_cast<std::size_t>(end - head));
  for (auto const id : ids) file_.end_line(put(put(file_.begin_line(), common), tails_[id]));
}

void EveAlerts::write_due(std::uint64_t time_ns) noexcept {
  if (file_.waiting_bytes() == 0) {
    flushed_ns_ = time_ns;
  } else if (file_.waiting_bytes() >= kChunkBytes || time_ns - flushed_ns_ >= kSecond) {
    file_.flush();
    flushed_ns_ = time_ns;
  }
}

char* EveAlerts::put_time(char* out, std::uint64_t time_ns) noexcept {
  if (auto const second = time_ns / kSecond; second != second_) {
    second_ = second;
    auto const time = static_cast<std::time_t>(second);
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::strftime(date_, sizeof date_, "%Y-%m-%dT%H:%M:%S", &parts);
  }
  out = put(put(out, date_), ".");
  out = put_padded(out, time_ns % kSecond / 1000, 6);
  return put(out, "+0000");
}

}  // namespace warpline::ids
