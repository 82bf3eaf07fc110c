// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/app/tls_hello.hpp"

#include <algorithm>
#include <cstring>

namespace warpline::ids::tls {
namespace {

constexpr std::uint32_t kRandom = 32;

/// Takes numbers and parts from the front of bytes; false, and nothing taken, where they are too few.
struct Cursor {
  Bytes rest;

  bool byte(std::uint8_t& value) {
    if (rest.size < 1) return false;
    value = rest.data[0];
    rest = rest.after(1);
    return true;
  }
  bool half(std::uint16_t& value) {
    if (rest.size < 2) return false;
    value = static_cast<std::uint16_t>(rest.data[0] << 8 | rest.data[1]);
    rest = rest.after(2);
    return true;
  }
  bool part(std::uint32_t size, Bytes& value) {
    if (rest.size < size) return false;
    value = {rest.data, size};
    rest = rest.after(size);
    return true;
  }
  bool short_part(Bytes& value) {
    auto const before = rest;
    std::uint8_t size = 0;
    if (byte(size) && part(size, value)) return true;
    rest = before;
    return false;
  }
  bool long_part(Bytes& value) {
    auto const before = rest;
    std::uint16_t size = 0;
    if (half(size) && part(size, value)) return true;
    rest = before;
    return false;
  }
};

/// Reads a hello of one side. The functions are false at a fault.
class Reader {
 public:
  Reader(Bytes body, Hello& hello, bool client, bool with_ja3)
      : in_{body},
        hello_(hello),
        client_(client),
        with_ja3_(with_ja3 && hello.ja3.text().empty()) {}

  void read() {
    if (!(client_ ? client_fields() : server_fields())) return;
    if (in_.rest.size >= 2 && !extensions()) return;
    if (with_ja3_) hello_.ja3.finish(client_);
  }

 private:
  bool version() {
    if (!in_.half(hello_.version)) return false;
    if (with_ja3_) hello_.ja3.add(hello_.version);
    if (client_) return true;
    hello_.is_draft_form = hello_.version == kVersion13 || is_draft(hello_.version);
    if (hello_.version == kVersion13) hello_.version = kOldestDraft;
    return true;
  }

  bool session_id() {
    Bytes id;
    if (!in_.short_part(id) || id.size > hello_.session_id.size()) return false;
    std::copy_n(id.data, id.size, hello_.session_id.data());
    hello_.session_id_size = static_cast<std::uint8_t>(id.size);
    return true;
  }

  bool client_fields() {
    Bytes random, ciphers, compression;
    if (!version() || !in_.part(kRandom, random) || !session_id()) return false;
    if (!in_.long_part(ciphers) || ciphers.size % 2 != 0) return false;
    if (with_ja3_) {
      hello_.ja3.next_field();
      Cursor list{ciphers};
      for (std::uint16_t cipher = 0; list.half(cipher);)
        if (!is_grease(cipher)) hello_.ja3.add(cipher);
    }
    return in_.short_part(compression);
  }

  bool server_fields() {
    Bytes random;
    std::uint16_t cipher = 0;
    std::uint8_t compression = 0;
    if (!version() || !in_.part(kRandom, random)) return false;
    if (!hello_.is_draft_form && !session_id()) return false;
    if (!in_.half(cipher)) return false;
    if (with_ja3_) {
      hello_.ja3.next_field();
      hello_.ja3.add(cipher);
    }
    return hello_.is_draft_form || in_.byte(compression);
  }

  /// False if their lengths do not fit. What follows an extension whose data is wrong is not read.
  bool extensions() {
    Bytes all, data;
    if (!in_.long_part(all)) return false;
    Cursor list{all};
    for (std::uint16_t type = 0; list.half(type);) {
      if (!list.long_part(data)) return false;
      if (!extension(type, Cursor{data})) return true;
      if (with_ja3_ && !is_grease(type)) hello_.ja3.add_extension(type);
    }
    return true;
  }

  bool extension(std::uint16_t type, Cursor data) {
    constexpr std::uint16_t kServerName = 0, kGroups = 10, kPointFormats = 11, kSessionTicket = 35,
                            kSupportedVersions = 43;
    if (!client_) {
      if (type == kSupportedVersions) data.half(hello_.version);
      return true;
    }
    hello_.has_session_ticket |= type == kSessionTicket;
    if (data.rest.size == 0) return true;
    switch (type) {
      case kServerName:
        return !hello_.server_name.empty() || server_name(data);
      case kGroups:
        return groups(data);
      case kPointFormats:
        return point_formats(data);
      case kSupportedVersions:
        return supported_versions(data);
      default:
        return true;
    }
  }

  bool server_name(Cursor data) {
    constexpr std::uint8_t kHostName = 0;
    constexpr std::uint32_t kMaxName = 255;
    std::uint16_t list = 0;
    std::uint8_t type = 0;
    Bytes name;
    if (!data.half(list) || !data.byte(type) || type != kHostName) return false;
    if (!data.long_part(name) || name.size == 0 || name.size > kMaxName) return false;
    auto const* const text = reinterpret_cast<char const*>(name.data);
    hello_.server_name.assign(text, strnlen(text, name.size));
    return true;
  }

  bool groups(Cursor data) {
    Bytes list;
    if (!data.long_part(list)) return false;
    Cursor groups{list};
    for (std::uint16_t group = 0; groups.half(group);)
      if (with_ja3_ && !is_grease(group)) hello_.ja3.add_group(group);
    return groups.rest.size == 0;
  }

  bool point_formats(Cursor data) {
    Bytes formats;
    if (!data.short_part(formats)) return false;
    Cursor list{formats};
    for (std::uint8_t format = 0; list.byte(format);)
      if (with_ja3_) hello_.ja3.add_point_format(format);
    return true;
  }

  /// The first one is what the client likes best.
  bool supported_versions(Cursor data) {
    Bytes versions;
    if (!data.short_part(versions)) return false;
    Cursor list{versions};
    for (std::uint16_t version = 0; list.half(version);) {
      if (is_grease(version)) continue;
      hello_.version = version;
      return true;
    }
    return true;
  }

  Cursor in_;
  Hello& hello_;
  bool client_, with_ja3_;
};

}  // namespace

void Hello::clear() {
  version = 0;
  session_id_size = 0;
  has_session_ticket = is_draft_form = false;
  server_name.clear();
  ja3.clear();
}

void read_client_hello(Bytes body, Hello& hello, bool with_ja3) {
  Reader(body, hello, true, with_ja3).read();
}

void read_server_hello(Bytes body, Hello& hello, bool with_ja3) {
  Reader(body, hello, false, with_ja3).read();
}

}  // namespace warpline::ids::tls
