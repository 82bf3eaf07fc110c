// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/generator/payload_source.hpp"

#include <cstring>

#include "core/base/error.hpp"
#include "core/base/random.hpp"
#include "core/base/text_corpus.hpp"
#include "core/net/layers.hpp"
#include "io/capture/capture_reader.hpp"

namespace warpline {
namespace {

constexpr std::size_t kMade = std::size_t{512} << 10;        // stays in a core's cache
constexpr std::size_t kMaxCaptured = std::size_t{64} << 20;  // of a capture's payloads
constexpr std::size_t kStarts = 4096;

}  // namespace

Bytes payload_of_frame(Bytes frame) {
  auto const layers = walk_layers(frame);
  return layers.version == 0 ? Bytes{} : layers.payload;
}

PayloadSource PayloadSource::make(PayloadKind kind, std::uint64_t seed,
                                  std::string const& capture) {
  PayloadSource source;
  if (kind == PayloadKind::kCapture) {
    CaptureReader reader(capture);
    while (auto const* frame = reader.next()) {
      auto const payload = payload_of_frame(frame->bytes);
      if (payload.size == 0) continue;
      if (source.bytes_.size() + payload.size > kMaxCaptured) break;
      source.starts_.push_back(static_cast<std::uint32_t>(source.bytes_.size()));
      source.bytes_.insert(source.bytes_.end(), payload.data, payload.data + payload.size);
    }
    if (source.starts_.empty())
      throw ConfigError(capture + ": no packet of it carries a payload over IP");
  } else {
    Random random(seed ^ 0x7061796c6f6164);
    if (kind == PayloadKind::kText) {
      auto const text = text_corpus(seed, kMade);
      source.bytes_.assign(text.begin(), text.end());
    } else {
      source.bytes_.resize(kMade);
      for (std::size_t i = 0; i < kMade; i += 8) {
        auto const number = random.next();
        std::memcpy(source.bytes_.data() + i, &number, 8);
      }
    }
    for (std::size_t i = 0; i < kStarts; ++i) source.starts_.push_back(random.below(kMade));
  }
  source.close();
  return source;
}

void PayloadSource::close() {
  auto const size = bytes_.size();
  bytes_.reserve(size + kLongest);
  for (std::size_t i = 0; i < kLongest; ++i) bytes_.push_back(bytes_[i]);
}

}  // namespace warpline
