// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/base/error.hpp"
#include "elements/ids/rules/address_set.hpp"
#include "elements/ids/rules/buffers.hpp"

/// A rule as it stands in a file, checked and resolved. Names and meaning of its parts: the rule
/// language of Suricata 7 (user guide, chapter "Suricata Rules").
namespace warpline::ids {

enum class Action : std::uint8_t {
  kAlert,
  kPass,
  kDrop,
  kReject,             ///< the sender
  kRejectDestination,  ///< the receiver
  kRejectBoth,
};

/// The protocol in a rule's header.
enum class RuleProtocol : std::uint8_t {
  kIp,  ///< any
  kIpv4,
  kIpv6,
  kTcp,        ///< packets and streams
  kTcpPacket,  ///< packets alone
  kTcpStream,  ///< streams alone
  kUdp,
  kIcmp,  ///< for IPv4 and IPv6
  kIcmpv4,
  kIcmpv6,
  kSctp,
  kPacketHeader,  ///< packets that could not be decoded, too
  kTcpFlowStart,  ///< the first packet of a TCP flow
  kIpFlowStart,   ///< the first packet of a flow
};

/// A number in a keyword: a literal, or a variable of `byte_extract` or `byte_math`.
struct Operand {
  std::int64_t value = 0;
  std::optional<std::uint8_t> variable{};  ///< index in `Rule::variables`
  friend bool operator==(Operand const&, Operand const&) = default;
};

/// How a content serves as the fast pattern of its rule.
struct FastPattern {
  enum class Use : std::uint8_t { kIfBest, kYes, kOnly, kPart };
  Use use = Use::kIfBest;
  std::uint16_t offset = 0, length = 0;  ///< with `kPart`: the part that is searched
};

/// `content`, with the keywords that change it. Offsets in bytes.
struct ContentMatch {
  std::string bytes;
  bool nocase = false, negated = false;
  bool starts_with = false, ends_with = false;
  std::optional<Operand> offset{}, depth{};     ///< from the buffer's beginning
  std::optional<Operand> distance{}, within{};  ///< from the end of the match before
  FastPattern fast{};
  bool is_relative() const { return distance || within; }
};

/// `pcre`: a regular expression of PCRE2.
struct PcreMatch {
  std::string expression;
  std::uint32_t options = 0;  ///< of `pcre2_compile`
  bool relative = false, negated = false;
};

struct IsDataAt {
  Operand offset;
  bool relative = false, negated = false;
};

/// How the bytes of `byte_test` and its like form a number.
struct NumberFormat {
  bool little_endian = false;
  bool text = false;      ///< digits of `base`
  std::uint8_t base = 0;  ///< 8, 10 or 16; 0: as `strtoul` finds it
  std::optional<std::uint32_t> mask{};
};

struct ByteTest {
  enum class Comparison : std::uint8_t {
    kLess,
    kGreater,
    kEqual,
    kLessEqual,
    kGreaterEqual,
    kAnd,
    kOr
  };
  Operand size, value, offset;
  Comparison comparison = Comparison::kEqual;
  bool negated = false, relative = false;
  NumberFormat format{};
};

struct ByteJump {
  Operand size, offset;
  std::uint16_t multiplier = 1;
  std::int32_t post_offset = 0;
  bool relative = false, align = false, from_beginning = false, from_end = false;
  NumberFormat format{};
};

struct ByteExtract {
  std::uint8_t size = 0;
  std::int32_t offset = 0;
  std::uint8_t variable = 0;
  std::uint16_t multiplier = 1;
  std::uint8_t align = 0;  ///< 0, 2 or 4
  bool relative = false;
  NumberFormat format{};
};

struct ByteMath {
  enum class Operation : std::uint8_t {
    kAdd,
    kSubtract,
    kMultiply,
    kDivide,
    kShiftLeft,
    kShiftRight
  };
  Operand size, operand;
  std::int32_t offset = 0;
  Operation operation = Operation::kAdd;
  std::uint8_t variable = 0;
  bool relative = false;
  NumberFormat format{};
};

/// `bsize` and `urilen`: the size of the whole buffer, from `min` to `max`.
struct BufferSize {
  std::uint64_t min = 0, max = 0;
  bool negated = false;
  bool matches(std::uint64_t size) const { return (size >= min && size <= max) != negated; }
};

/// One change of a buffer's bytes before keywords look at them.
struct Transform {
  enum class Kind : std::uint8_t {
    kDotPrefix,
    kStripWhitespace,
    kCompressWhitespace,
    kToLowercase,
    kToUppercase,
    kUrlDecode,
    kMd5,  ///< and the others: the digest's bytes
    kSha1,
    kSha256,
    kExpression,  ///< `pcrexform`: what the first group of `expression` matches
  };
  Kind kind;
  std::string expression{};
  friend auto operator<=>(Transform const&, Transform const&) = default;
};
/// Transforms in the order in which they are applied.
using Transforms = std::vector<Transform>;

/// One keyword that looks at a buffer.
struct BufferMatch {
  Buffer buffer = Buffer::kPayload;
  std::variant<ContentMatch, PcreMatch, IsDataAt, ByteTest, ByteJump, ByteExtract, ByteMath,
               BufferSize>
      match;
  Position position{};
  std::shared_ptr<Transforms const> transforms{};  ///< of the buffer; null: none
  /// Keywords with one buffer, transforms and number look at the same bytes: each use of a buffer
  /// that has several instances is a group of its own.
  std::uint8_t group = 0;
};

/// True if both look at the same bytes.
inline bool is_same_buffer(BufferMatch const& a, BufferMatch const& b) {
  if (a.buffer != b.buffer || a.group != b.group || !a.transforms != !b.transforms) return false;
  return !a.transforms || *a.transforms == *b.transforms;
}

/// One keyword that compares a number of a transaction.
struct AppFieldMatch {
  struct Range {
    std::uint32_t min = 0, max = 0;
  };
  AppField field;
  std::vector<Range> ranges{};  ///< the number is in one of them
  bool negated = false;         ///< in none of them
  /// Of `kSslState`: one of these states must be reached; a state in `unset_bits`, too, must not.
  std::uint32_t bits = 0, unset_bits = 0;

  bool matches(std::uint32_t value) const {
    if (field == AppField::kSslState) return ((value & bits) ^ unset_bits) != 0;
    auto const contains = [value](Range range) { return value >= range.min && value <= range.max; };
    return std::any_of(ranges.begin(), ranges.end(), contains) != negated;
  }
};

/// `app-layer-protocol`: the protocol of the flow. A flow whose protocol is not known yet matches
/// neither the name nor its negation.
struct AppProtocolMatch {
  AppProtocol protocol;
  bool negated = false;
  bool matches(AppProtocol of_flow) const {
    return of_flow != AppProtocol::kUnknown && (of_flow == protocol) != negated;
  }
};

/// One keyword that looks at a packet's headers: a number from `min` to `max`.
struct HeaderMatch {
  enum class Field : std::uint8_t {
    kPayloadSize,  ///< dsize
    kTcpSequence,
    kTcpAcknowledgment,
    kTcpWindow,
    kTcpMss,
    kTtl,
    kTos,
    kIpId,
    kIpProtocol,
    kIcmpType,
    kIcmpCode,
    kIcmpId,
    kIcmpSequence,
    kFragmentOffset,  ///< in units of 8 bytes; of IPv6 in bytes
  };
  Field field;
  std::int64_t min = 0, max = 0;
  bool negated = false;
};

/// `flags`, `fragbits`: bits of a header.
struct BitsMatch {
  enum class Field : std::uint8_t { kTcpFlags, kFragmentBits };
  enum class Mode : std::uint8_t { kExactly, kAtLeast, kAny, kNotAll };
  Field field;
  Mode mode = Mode::kExactly;
  std::uint8_t bits = 0, ignored = 0;
};

/// `ipopts`, `sameip` and checksum keywords.
struct SameAddresses {};
struct IpOption {
  std::uint8_t type = 0;  ///< 0: any
};
struct ChecksumMatch {
  enum class Protocol : std::uint8_t { kIpv4, kTcpv4, kUdpv4, kIcmpv4, kTcpv6, kUdpv6, kIcmpv6 };
  Protocol protocol;
  bool valid = true;
};
struct StreamSize {
  enum class Side : std::uint8_t { kServer, kClient, kEither, kBoth };
  enum class Comparison : std::uint8_t {
    kLess,
    kLessEqual,
    kEqual,
    kNotEqual,
    kGreater,
    kGreaterEqual
  };
  Side side = Side::kEither;
  Comparison comparison = Comparison::kEqual;
  std::uint32_t size = 0;
};
/// `decode-event` and `stream-event`, by the name after the colon.
struct EventMatch {
  std::string name;
};
using PacketMatch = std::variant<HeaderMatch, BitsMatch, SameAddresses, IpOption, ChecksumMatch,
                                 StreamSize, EventMatch>;

/// `flow`.
struct FlowMatch {
  enum class Direction : std::uint8_t { kAny, kToServer, kToClient };
  enum class State : std::uint8_t { kAny, kEstablished, kNotEstablished, kStateless };
  enum class Source : std::uint8_t { kAny, kOnlyStream, kNoStream };
  enum class Fragments : std::uint8_t { kAny, kOnly, kNone };
  Direction direction = Direction::kAny;
  State state = State::kAny;
  Source source = Source::kAny;
  Fragments fragments = Fragments::kAny;
};

/// `flowbits` and `xbits`.
struct BitAction {
  enum class Command : std::uint8_t { kSet, kUnset, kToggle, kIsSet, kIsNotSet };
  enum class Scope : std::uint8_t { kFlow, kSource, kDestination, kPair };
  Command command = Command::kSet;
  Scope scope = Scope::kFlow;
  std::vector<std::string> names;    ///< any of them, with `kIsSet` and `kIsNotSet`
  std::uint32_t expire_seconds = 0;  ///< of `xbits`
  bool tests() const { return command >= Command::kIsSet; }
};

/// `threshold` and `detection_filter`.
struct Threshold {
  enum class Type : std::uint8_t { kLimit, kThreshold, kBoth, kBackoff, kDetectionFilter };
  enum class Track : std::uint8_t { kSource, kDestination, kPair, kRule, kFlow };
  Type type = Type::kLimit;
  Track track = Track::kSource;
  std::uint32_t count = 0, seconds = 0, multiplier = 0;
  std::string unique_on{};  ///< of `detection_filter`: src_port or dst_port
};

struct Reference {
  std::string kind, id;
};

/// One loaded rule.
struct Rule {
  Position position;
  std::string text;  ///< as in the file, in one line
  std::uint32_t sid = 0, gid = 1, rev = 0;
  std::string message, classtype;
  std::string category;  ///< text of the class; empty without one
  std::uint8_t priority = 3;
  std::vector<Reference> references;
  std::vector<std::pair<std::string, std::string>> metadata;
  std::optional<bool> target_is_source;

  Action action = Action::kAlert;
  RuleProtocol protocol = RuleProtocol::kIp;
  AddressSet source, destination;
  PortSet source_ports, destination_ports;
  bool both_ways = false;
  bool negated_addresses = false;  ///< a `!` stands before some of them

  std::vector<BufferMatch> buffers;  ///< in the order of the text
  /// Of the flow, by the header or by the buffers and fields; empty: any.
  std::optional<AppProtocol> app_protocol;
  bool from_client = true, from_server = true;  ///< directions in which its buffers may exist
  std::vector<AppFieldMatch> fields;
  std::vector<AppProtocolMatch> app_protocols;  ///< all must match
  std::vector<PacketMatch> packet;
  std::optional<FlowMatch> flow;
  std::vector<BitAction> bits;
  std::optional<Threshold> threshold;
  std::vector<std::string> variables;  ///< names of `byte_extract` and `byte_math` results
  bool no_alert = false, bypass = false;

  /// The same for a rule and for its later revisions.
  std::uint64_t key() const { return std::uint64_t{gid} << 32 | sid; }
};

}  // namespace warpline::ids
