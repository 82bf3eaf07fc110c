// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "core/base/bytes.hpp"

namespace warpline::ids::dns {

inline constexpr std::uint32_t kHeaderSize = 12;
inline constexpr std::uint32_t kLengthSize = 2;  ///< before each message over TCP
inline constexpr std::uint32_t kMaxName = 1025;  ///< bytes of a name that are kept

enum class Parse : std::uint8_t {
  kOk,
  kCut,  ///< the message ends too early
  kBad,
};

/// The header of a message (RFC 1035, section 4.1.1).
struct Header {
  std::uint16_t id = 0, flags = 0, questions = 0, answers = 0, authorities = 0, additionals = 0;

  bool is_response() const { return (flags & 0x8000) != 0; }
  std::uint8_t opcode() const { return static_cast<std::uint8_t>(flags >> 11 & 15); }
  std::uint8_t response_code() const { return static_cast<std::uint8_t>(flags & 15); }
};
/// `message` has at least `kHeaderSize` bytes.
Header read_header(Bytes message);

/// A domain name: labels with dots between them, no dot at the end.
struct Name {
  std::array<std::uint8_t, kMaxName> bytes;
  std::uint32_t size = 0;
  bool truncated = false;  ///< it was longer, or its pointers make a loop

  Bytes view() const { return {bytes.data(), size}; }
};

/// A resource record (section 4.1.3).
struct Record {
  std::uint16_t type = 0;
  std::uint32_t ttl = 0;
  std::uint32_t begin = 0, end = 0;  ///< of its data, in the message
};

/// Reads a message from front to back. Of each function `kOk` moves the offset.
class Reader {
 public:
  explicit Reader(Bytes message, std::uint32_t offset = kHeaderSize)
      : message_(message), offset_(offset), end_(message.size) {}
  /// The data of a record, within its message.
  Reader(Bytes message, Record const& record)
      : message_(message), offset_(record.begin), end_(record.end) {}

  std::uint32_t left() const { return end_ - offset_; }
  /// Goes on with the steps that another reader of the message has left.
  void share_steps(Reader const& other) { steps_ = other.steps_; }
  Parse name(Name& name) { return walk(&name); }
  Parse skip_name() { return walk(nullptr); }
  /// `name`: null if it is not needed.
  Parse question(Name* name, std::uint16_t& type);
  /// A record with data of its type; `name` is the record's, null if it is not needed.
  Parse record(Name* name, Record& record);
  /// A string with its length before it (section 3.3).
  Parse string(Bytes& text);
  Parse half(std::uint16_t& value);
  Parse word(std::uint32_t& value);

 private:
  Parse walk(Name* name);

  // Labels and pointers of all names of a message: few bytes can make each name 255 of them.
  static constexpr unsigned kMaxSteps = 65536;

  Bytes message_;
  std::uint32_t offset_, end_;
  unsigned steps_ = 0;
};

/// Whether all questions of a message are valid, and of a response the answers and authorities;
/// additional records are not read.
Parse check(Bytes message, bool response);

enum Type : std::uint16_t {
  kA = 1,
  kNs = 2,
  kCname = 5,
  kSoa = 6,
  kPtr = 12,
  kMx = 15,
  kTxt = 16,
  kAaaa = 28,
  kNull = 10,
  kSrv = 33,
  kSshfp = 44,
};

/// The name that EVE gives a type or a response code; empty if EVE has the number.
std::string_view type_name(std::uint16_t type);
std::string_view response_code_name(std::uint8_t code);

}  // namespace warpline::ids::dns
