// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>

#include "elements/ids/app/line_reader.hpp"
#include "elements/ids/app/sessions.hpp"
#include "elements/ids/json_writer.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint32_t kMaxBanner = 1024;  ///< bytes of a line that are kept

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}

/// The identification that one side sends first (RFC 4253, section 4.2).
struct Banner {
  LineReader reader{kMaxBanner};
  std::string protocol, software;
  bool is_read = false;
  bool closed = false;

  void clear() {
    reader.clear();
    protocol.clear();
    software.clear();
    is_read = closed = false;
  }

  /// False if it is none.
  bool read(std::string_view line) {
    constexpr std::string_view kPrefix = "SSH-";
    if (!line.starts_with(kPrefix)) return false;
    line.remove_prefix(kPrefix.size());
    auto const dash = line.find('-');
    if (dash == 0 || dash == line.npos) return false;
    protocol = line.substr(0, dash);
    line.remove_prefix(dash + 1);
    software = line.substr(0, line.find_first_of(" \r"));
    is_read = true;
    return true;
  }

  void write(JsonWriter& out, std::string_view name) const {
    constexpr std::size_t kMaxText = 256;
    if (protocol.empty()) return;
    out.open(name, '{');
    out.text_field("proto_version", bytes_of(protocol), TextForm::kAscii);
    if (!software.empty()) {
      out.name("software_version");
      out.raw('"');
      out.text(bytes_of(std::string_view(software).substr(0, kMaxText)), TextForm::kAscii);
      if (software.size() > kMaxText) out.raw("[truncated]");
      out.raw('"');
    }
    out.close('}');
  }
};

class SshSession final : public AppSession {
 public:
  Status add(bool to_server, Bytes bytes) override {
    started_ = true;
    auto& banner = banners_[to_server];
    if (status_ != Status::kContinue || banner.is_read) return status_;
    Bytes line;
    bool const is_whole = banner.reader.next(bytes, line);
    if (!is_whole) line = banner.reader.pending();
    if (!is_whole && line.size < kMaxBanner) return status_;
    if (!banner.read({reinterpret_cast<char const*>(line.data), line.size}))
      status_ = Status::kFailed;
    else if (banners_[0].is_read && banners_[1].is_read)
      status_ = Status::kDone;
    return status_;
  }

  Status skip(bool to_server, std::uint32_t) override {
    if (status_ == Status::kContinue && !banners_[to_server].is_read) status_ = Status::kFailed;
    return status_;
  }
  void close(bool to_server) override { banners_[to_server].closed = true; }
  void reset() override {
    for (auto& banner : banners_) banner.clear();
    transaction_.clear();
    status_ = Status::kContinue;
    started_ = removed_ = false;
  }

  std::uint64_t first() const override { return removed_ ? 1 : 0; }
  std::uint64_t end() const override { return started_ ? 1 : 0; }
  TransactionState& state(std::uint64_t) override { return transaction_; }
  bool is_complete(std::uint64_t, bool to_server) const override {
    auto const& banner = banners_[to_server];
    return status_ != Status::kContinue || banner.is_read || banner.closed;
  }
  void remove_first() override { removed_ = true; }

  std::optional<AppBuffer> buffer(std::uint64_t, bool to_server, Buffer buffer,
                                  unsigned instance) override {
    auto const& banner = banners_[to_server];
    bool const is_protocol = buffer == Buffer::kSshProtocol;
    if (instance > 0 || (!is_protocol && buffer != Buffer::kSshSoftware)) return std::nullopt;
    auto const& text = is_protocol ? banner.protocol : banner.software;
    if (text.empty()) return std::nullopt;
    return AppBuffer{bytes_of(text)};
  }

  unsigned records(std::uint64_t) const override {
    return banners_[0].is_read || banners_[1].is_read ? 1 : 0;
  }
  void write(std::uint64_t, JsonWriter& out) const override {
    banners_[1].write(out, "client");
    banners_[0].write(out, "server");
  }
  std::size_t memory() const override {
    std::size_t bytes = sizeof *this;
    for (auto const& banner : banners_)
      bytes += banner.reader.memory() + banner.protocol.capacity() + banner.software.capacity();
    return bytes;
  }

 private:
  Banner banners_[2];  ///< the server's, the client's
  TransactionState transaction_;
  Status status_ = Status::kContinue;
  bool started_ = false, removed_ = false;
};

}  // namespace

std::unique_ptr<AppSession> make_ssh_session() { return std::make_unique<SshSession>(); }

}  // namespace warpline::ids
