// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/eve.hpp"

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "core/base/random.hpp"
#include "elements/ids/alert/endpoints.hpp"
#include "elements/ids/json.hpp"
#include "elements/ids/json_writer.hpp"

namespace warpline::ids {
namespace {

constexpr std::size_t kChunkBytes = 64 * 1024;
constexpr std::uint64_t kSecond = 1'000'000'000;

struct FrameEnds {
  std::uint8_t const *source = nullptr, *destination = nullptr;
  std::uint32_t size = 0;  // of an address
  bool ports = false;
  std::uint16_t source_port = 0, destination_port = 0;
};

FrameEnds ends_of(Bytes frame, Layers const& layers) {
  FrameEnds ends;
  if (layers.version == 0 || layers.malformed) return ends;
  ends.size = layers.version == 4 ? 4 : 16;
  ends.source = frame.data + layers.network + (layers.version == 4 ? 12 : 8);
  ends.destination = ends.source + ends.size;
  auto const p = layers.protocol;
  ends.ports = !layers.fragment &&
               (p == protocol::kTcp || p == protocol::kUdp || p == protocol::kSctp) &&
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

void put_flow(JsonWriter& out, Layers const& layers, FrameEnds const& ends) {
  out.address_field("src_ip", ends.source, ends.size);
  if (ends.ports) out.field("src_port", ends.source_port);
  out.address_field("dest_ip", ends.destination, ends.size);
  if (ends.ports) out.field("dest_port", ends.destination_port);
  out.name("proto");
  out.raw('"');
  put_protocol(out, layers.protocol);
  out.raw('"');
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
  auto const ends = ends_of(frame, layers);
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
  JsonWriter out(head);
  out.open('{');
  out.time_field("timestamp", time_ns);
  out.field("flow_id", flow_id(frame, layers));
  if (packet_number != 0) out.field("pcap_cnt", packet_number);
  out.field("event_type", "alert");
  auto const ends = ends_of(frame, layers);
  if (ends.size != 0) put_flow(out, layers, ends);
  auto const common = out.text();
  for (auto const id : ids) {
    auto* const line = file_.begin_line();
    auto* const tail = std::copy(common.begin(), common.end(), line);
    file_.end_line(std::copy(tails_[id].begin(), tails_[id].end(), tail));
  }
}

void EveAlerts::write_due(std::uint64_t time_ns) noexcept {
  if (file_.waiting_bytes() == 0) {
    flushed_ns_ = time_ns;
  } else if (file_.waiting_bytes() >= kChunkBytes || time_ns - flushed_ns_ >= kSecond) {
    file_.flush();
    flushed_ns_ = time_ns;
  }
}

}  // namespace warpline::ids
