// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/json_writer.hpp"

#include <arpa/inet.h>

#include <charconv>
#include <chrono>
#include <cstring>

namespace warpline::ids {
namespace {

constexpr std::uint64_t kSecond = 1'000'000'000;

struct Date {
  unsigned year, month, day;
};

Date date_of(std::uint64_t time_ns) {
  using namespace std::chrono;
  year_month_day const date{floor<days>(sys_seconds{seconds{time_ns / kSecond}})};
  return {static_cast<unsigned>(static_cast<int>(date.year())), static_cast<unsigned>(date.month()),
          static_cast<unsigned>(date.day())};
}

}  // namespace

bool JsonWriter::has(std::size_t size) {
  if (size <= static_cast<std::size_t>(end_ - at_)) return true;
  overflow_ = true;
  return false;
}

void JsonWriter::raw(std::string_view text) {
  if (!has(text.size()) || text.empty()) return;
  std::memcpy(at_, text.data(), text.size());
  at_ += text.size();
}

void JsonWriter::number(std::uint64_t value) {
  if (has(20)) at_ = std::to_chars(at_, end_, value).ptr;
}

void JsonWriter::padded(std::uint64_t value, int digits) {
  if (!has(static_cast<std::size_t>(digits))) return;
  for (int i = digits - 1; i >= 0; --i, value /= 10) at_[i] = static_cast<char>('0' + value % 10);
  at_ += digits;
}

void JsonWriter::hex(std::uint8_t byte) {
  constexpr char kDigits[] = "0123456789abcdef";
  raw(kDigits[byte >> 4]);
  raw(kDigits[byte & 15]);
}

void JsonWriter::time(std::uint64_t time_ns) {
  auto const [year, month, day] = date_of(time_ns);
  padded(year, 4);
  raw('-');
  padded(month, 2);
  raw('-');
  padded(day, 2);
  raw('T');
  time_of_day(time_ns);
  raw("+0000");
}

void JsonWriter::fast_time(std::uint64_t time_ns) {
  auto const [year, month, day] = date_of(time_ns);
  padded(month, 2);
  raw('/');
  padded(day, 2);
  raw('/');
  padded(year, 4);
  raw('-');
  time_of_day(time_ns);
}

void JsonWriter::time_of_day(std::uint64_t time_ns) {
  auto const seconds = time_ns / kSecond;
  padded(seconds / 3600 % 24, 2);
  raw(':');
  padded(seconds / 60 % 60, 2);
  raw(':');
  padded(seconds % 60, 2);
  raw('.');
  padded(time_ns % kSecond / 1000, 6);
}

void JsonWriter::address(std::uint8_t const* address, std::size_t size) {
  if (!has(INET6_ADDRSTRLEN)) return;
  inet_ntop(size == 4 ? AF_INET : AF_INET6, address, at_, INET6_ADDRSTRLEN);
  at_ += std::strlen(at_);
}

void JsonWriter::base64(Bytes bytes) {
  constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (!has((bytes.size + 2ul) / 3 * 4)) return;
  for (std::uint32_t i = 0; i < bytes.size; i += 3) {
    auto const rest = bytes.size - i;
    std::uint32_t const bits = static_cast<std::uint32_t>(bytes.data[i]) << 16 |
                               (rest > 1 ? static_cast<std::uint32_t>(bytes.data[i + 1]) << 8 : 0) |
                               (rest > 2 ? bytes.data[i + 2] : 0u);
    *at_++ = kDigits[bits >> 18];
    *at_++ = kDigits[bits >> 12 & 63];
    *at_++ = rest > 1 ? kDigits[bits >> 6 & 63] : '=';
    *at_++ = rest > 2 ? kDigits[bits & 63] : '=';
  }
}

void JsonWriter::printable(Bytes bytes) {
  if (!has(bytes.size * 2ul)) return;
  for (std::uint32_t i = 0; i < bytes.size; ++i) {
    char c = static_cast<char>(bytes.data[i]);
    bool const line_end = c == '\r' || c == '\n';
    if (c == '"' || c == '\\' || line_end) *at_++ = '\\';
    if (c == '\r') c = 'r';
    if (c == '\n') c = 'n';
    *at_++ = c >= 0x20 && c < 0x7f ? c : '.';
  }
}

void JsonWriter::element() {
  if (!opened()) raw(',');
}

void JsonWriter::name(std::string_view name) {
  element();
  raw('"');
  raw(name);
  raw("\":");
}

void JsonWriter::open(std::string_view name, char bracket) {
  this->name(name);
  raw(bracket);
}

void JsonWriter::field(std::string_view name, std::string_view value) {
  this->name(name);
  raw('"');
  raw(value);
  raw('"');
}

void JsonWriter::field(std::string_view name, std::uint64_t value) {
  this->name(name);
  number(value);
}

void JsonWriter::flag(std::string_view name, bool value) {
  this->name(name);
  raw(value ? "true" : "false");
}

void JsonWriter::time_field(std::string_view name, std::uint64_t time_ns) {
  this->name(name);
  raw('"');
  time(time_ns);
  raw('"');
}

void JsonWriter::address_field(std::string_view name, std::uint8_t const* address,
                               std::size_t size) {
  this->name(name);
  raw('"');
  this->address(address, size);
  raw('"');
}

void JsonWriter::base64_field(std::string_view name, Bytes bytes) {
  this->name(name);
  raw('"');
  base64(bytes);
  raw('"');
}

void JsonWriter::printable_field(std::string_view name, Bytes bytes) {
  this->name(name);
  raw('"');
  printable(bytes);
  raw('"');
}

}  // namespace warpline::ids
