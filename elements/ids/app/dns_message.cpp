// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/dns_message.hpp"

#include <algorithm>
#include <cstring>

namespace warpline::ids::dns {
namespace {

std::uint16_t half_at(std::uint8_t const* bytes) {
  return static_cast<std::uint16_t>(bytes[0] << 8 | bytes[1]);
}

void append(Name& name, std::uint8_t const* bytes, std::uint32_t size) {
  auto const kept = std::min(size, kMaxName - name.size);
  std::memcpy(name.bytes.data() + name.size, bytes, kept);
  name.size += kept;
  name.truncated |= kept < size;
}

void append_label(Name& name, std::uint8_t const* label, std::uint32_t size) {
  constexpr std::uint8_t kDot = '.';
  if (name.size > 0) append(name, &kDot, 1);
  append(name, label, size);
}

/// Whether the data of a record has the form of its type. Empty data never has.
Parse check_data(Reader& reader, Record const& record) {
  if (record.begin == record.end) return Parse::kBad;
  Bytes text;
  std::uint16_t half = 0;
  std::uint32_t word = 0;
  auto result = Parse::kOk;
  auto const next = [&](auto read, int times) {
    for (; times > 0 && result == Parse::kOk; --times) result = read();
  };
  auto const names = [&] { return reader.skip_name(); };
  auto const halves = [&] { return reader.half(half); };
  auto const words = [&] { return reader.word(word); };
  switch (record.type) {
    case kNs:
    case kCname:
    case kPtr:
      next(names, 1);
      break;
    case kMx:
      next(halves, 1), next(names, 1);
      break;
    case kSrv:
      next(halves, 3), next(names, 1);
      break;
    case kSoa:
      next(names, 2), next(words, 5);
      break;
    case kSshfp:
      next(halves, 1);
      break;
    case kTxt:
      next([&] { return reader.string(text); }, 1);
      break;
    default:
      break;
  }
  return result;
}

}  // namespace

Header read_header(Bytes message) {
  auto const* at = message.data;
  return {half_at(at),     half_at(at + 2), half_at(at + 4),
          half_at(at + 6), half_at(at + 8), half_at(at + 10)};
}

Parse Reader::half(std::uint16_t& value) {
  if (left() < 2) return Parse::kCut;
  value = half_at(message_.data + offset_);
  offset_ += 2;
  return Parse::kOk;
}

Parse Reader::word(std::uint32_t& value) {
  if (left() < 4) return Parse::kCut;
  auto const* at = message_.data + offset_;
  value = static_cast<std::uint32_t>(half_at(at)) << 16 | half_at(at + 2);
  offset_ += 4;
  return Parse::kOk;
}

Parse Reader::string(Bytes& text) {
  if (left() == 0) return Parse::kCut;
  std::uint32_t const size = message_.data[offset_];
  if (left() - 1 < size) return Parse::kCut;
  text = {message_.data + offset_ + 1, size};
  offset_ += 1 + size;
  return Parse::kOk;
}

/// Labels and pointers (section 4.1.4). The end of the bytes ends a name too. A loop of pointers ends
/// after 255 steps, as do names with more labels.
Parse Reader::walk(Name* name) {
  constexpr unsigned kMaxNameSteps = 255;
  constexpr std::uint8_t kPointer = 0xc0;
  if (name != nullptr) name->size = 0, name->truncated = false;
  auto at = offset_, end = end_;
  bool jumped = false;
  auto const leave = [&] {
    if (!jumped) offset_ = at;
    return Parse::kOk;
  };
  for (unsigned steps = 0;;) {
    if (at >= end) return leave();
    std::uint32_t const size = message_.data[at];
    if (size == 0) {
      ++at;
      return leave();
    }
    if (size < 0x40) {
      if (end - at - 1 < size) return Parse::kCut;
      if (name != nullptr) append_label(*name, message_.data + at + 1, size);
      at += 1 + size;
    } else if (size >= kPointer) {
      if (end - at < 2) return Parse::kCut;
      std::uint32_t const target = half_at(message_.data + at) & 0x3fffu;
      if (target > message_.size) return Parse::kBad;
      bool const to_itself = target == at && end == message_.size;
      if (to_itself && !jumped) return Parse::kBad;
      if (!jumped) offset_ = at + 2;
      jumped = true;
      if (to_itself && name != nullptr) name->truncated = true;
      if (to_itself) return leave();
      at = target;
      end = message_.size;
    } else {
      return Parse::kBad;
    }
    if (++steps_ > kMaxSteps) return Parse::kBad;
    if (++steps <= kMaxNameSteps) continue;
    if (!jumped) return Parse::kBad;
    if (name != nullptr) name->truncated = true;
    return leave();
  }
}

Parse Reader::question(Name* name, std::uint16_t& type) {
  std::uint16_t question_class = 0;
  auto result = walk(name);
  if (result == Parse::kOk) result = half(type);
  return result == Parse::kOk ? half(question_class) : result;
}

Parse Reader::record(Name* name, Record& record) {
  std::uint16_t size = 0;
  auto result = question(name, record.type);
  if (result == Parse::kOk) result = word(record.ttl);
  if (result == Parse::kOk) result = half(size);
  if (result != Parse::kOk) return result;
  if (left() < size) return Parse::kCut;
  record.begin = offset_;
  record.end = offset_ += size;
  Reader data(message_, record);
  data.share_steps(*this);
  auto const checked = check_data(data, record);
  share_steps(data);
  return checked;
}

Parse check(Bytes message, bool response) {
  if (message.size < kHeaderSize) return Parse::kCut;
  auto const header = read_header(message);
  Reader reader(message);
  Record record;
  for (unsigned i = 0; i < header.questions; ++i)
    if (auto const result = reader.question(nullptr, record.type); result != Parse::kOk)
      return result;
  unsigned const records = response ? header.answers + header.authorities : 0;
  for (unsigned i = 0; i < records; ++i)
    if (auto const result = reader.record(nullptr, record); result != Parse::kOk) return result;
  return Parse::kOk;
}

}  // namespace warpline::ids::dns
