// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "io/capture/capture_reader.hpp"
#include "tests/support/frame.hpp"

namespace warpline::test {

/// A frame and its record in a capture.
struct Timed {
  Frame bytes;
  std::uint64_t time_ns = 0;
  std::uint32_t length = 0;
  friend bool operator==(Timed const&, Timed const&) = default;
};

/// A text of numbers in either byte order.
class NumberWriter {
 public:
  explicit NumberWriter(bool big_endian) : big_endian_(big_endian) {}

  NumberWriter& word(std::uint64_t value) { return number(value, 4); }
  NumberWriter& half(std::uint64_t value) { return number(value, 2); }
  NumberWriter& number(std::uint64_t value, unsigned size) {
    for (unsigned i = 0; i < size; ++i)
      text_ += static_cast<char>(value >> 8 * (big_endian_ ? size - 1 - i : i));
    return *this;
  }
  NumberWriter& bytes(std::string_view text) {
    text_ += text;
    return *this;
  }
  NumberWriter& bytes(Frame const& frame) {
    text_.append(frame.begin(), frame.end());
    return *this;
  }
  /// Zeros up to a multiple of 4 bytes.
  NumberWriter& pad() {
    text_.resize((text_.size() + 3) / 4 * 4);
    return *this;
  }
  std::string const& text() const { return text_; }

 private:
  bool big_endian_;
  std::string text_;
};

/// Writes pcap files byte by byte (draft-ietf-opsawg-pcap).
class FileBuilder {
 public:
  FileBuilder(bool big_endian, bool nanoseconds, std::uint32_t link = 1)
      : out_(big_endian), unit_(nanoseconds ? 1 : 1000) {
    out_.word(nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4).half(2).half(4);
    out_.word(0).word(0).word(262144).word(link);
  }
  FileBuilder& frame(Timed const& frame) {
    out_.word(frame.time_ns / 1'000'000'000).word(frame.time_ns % 1'000'000'000 / unit_);
    out_.word(frame.bytes.size()).word(frame.length).bytes(frame.bytes);
    return *this;
  }
  std::string const& text() const { return out_.text(); }

 private:
  NumberWriter out_;
  std::uint32_t unit_;
};

/// Writes pcapng files block by block (draft-ietf-opsawg-pcapng).
class PcapngBuilder {
 public:
  explicit PcapngBuilder(bool big_endian = false) : big_endian_(big_endian) { section(); }

  PcapngBuilder& section() {
    return block(0x0a0d0d0a, writer().word(0x1a2b3c4d).half(1).half(0).number(~0ull, 8).text());
  }
  /// `options`: made by `option`.
  PcapngBuilder& interface(unsigned link, std::uint32_t snap_length = 0, std::string options = {}) {
    return block(1, writer().half(link).half(0).word(snap_length).bytes(options).text());
  }
  std::string option(unsigned code, std::string const& value) const {
    return writer().half(code).half(value.size()).bytes(value).pad().text();
  }
  /// An enhanced packet block, `ticks` in units of the interface.
  PcapngBuilder& packet(unsigned interface, std::uint64_t ticks, Frame const& frame,
                        std::uint32_t length = 0, std::string const& options = {}) {
    auto out = writer().word(interface).word(ticks >> 32).word(ticks).word(frame.size());
    out.word(length == 0 ? frame.size() : length).bytes(frame).pad().bytes(options);
    return block(6, out.text());
  }
  PcapngBuilder& old_packet(unsigned interface, std::uint64_t ticks, Frame const& frame) {
    auto out = writer().half(interface).half(0).word(ticks >> 32).word(ticks).word(frame.size());
    return block(2, out.word(frame.size()).bytes(frame).pad().text());
  }
  PcapngBuilder& simple_packet(Frame const& frame, std::uint32_t length) {
    return block(3, writer().word(length).bytes(frame).pad().text());
  }
  PcapngBuilder& block(std::uint32_t type, std::string const& body) {
    auto const length = body.size() + 12;
    text_ += writer().word(type).word(length).bytes(body).word(length).text();
    return *this;
  }
  PcapngBuilder& raw(std::string const& bytes) {
    text_ += bytes;
    return *this;
  }
  NumberWriter writer() const { return NumberWriter(big_endian_); }
  std::string const& text() const { return text_; }

 private:
  bool big_endian_;
  std::string text_;
};

/// All frames of a capture; those without a time have the time `none`.
inline std::vector<Timed> read_capture(std::string const& path, std::uint64_t none = 4711) {
  std::vector<Timed> frames;
  CaptureReader reader(path);
  while (auto const* frame = reader.next())
    frames.push_back({{frame->bytes.data, frame->bytes.data + frame->bytes.size},
                      frame->time_ns.value_or(none),
                      frame->length});
  return frames;
}

inline std::string slurp(std::string const& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace warpline::test
