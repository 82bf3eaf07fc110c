// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "elements/ids/app/line_reader.hpp"
#include "elements/ids/app/sessions.hpp"
#include "elements/ids/app/transaction_ring.hpp"
#include "elements/ids/json_writer.hpp"

namespace warpline::ids {
namespace {

constexpr std::uint32_t kMaxLine = 4096;          ///< as Suricata's `max-line-length`
constexpr std::size_t kMaxReplies = 8192;         ///< bytes of a command's replies that are kept
constexpr std::uint64_t kMaxOpen = 256;           ///< commands that wait for a reply
constexpr std::uint64_t kMaxTransactions = 1024;  ///< at a time
constexpr std::size_t kCode = 3;                  ///< digits of a reply (RFC 959, section 4.2)

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}
std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<char const*>(bytes.data), bytes.size};
}
std::string_view without_end(std::string_view line) {
  while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
  return line;
}
bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// A command and its replies, or replies that no command asked for.
struct FtpTransaction {
  TransactionState state;
  bool has_command = false;
  bool is_answered = false;
  std::string command;  ///< in upper case
  std::string data;
  std::string replies;  ///< their lines, each with a line feed
  std::vector<unsigned> codes;

  void clear() {
    state.clear();
    has_command = is_answered = false;
    for (auto* text : {&command, &data, &replies}) text->clear();
    codes.clear();
  }
  std::size_t memory() const {
    return command.capacity() + data.capacity() + replies.capacity() +
           codes.capacity() * sizeof(codes[0]);
  }
};

class FtpSession final : public AppSession {
 public:
  Status add(bool to_server, Bytes bytes) override {
    Bytes line;
    while (status_ == Status::kContinue && readers_[to_server].next(bytes, line)) {
      if (to_server)
        read_command(text_of(line));
      else
        read_reply(text_of(line));
    }
    return status_;
  }

  Status skip(bool, std::uint32_t) override {
    status_ = Status::kFailed;
    return status_;
  }
  void close(bool to_server) override { closed_[to_server] = true; }
  void reset() override {
    for (auto& reader : readers_) reader.clear();
    transactions_.reset();
    status_ = Status::kContinue;
    open_ = 0;
    closed_[0] = closed_[1] = false;
    multi_line_code_ = 0;
  }

  std::uint64_t first() const override { return transactions_.first(); }
  std::uint64_t end() const override { return transactions_.end(); }
  TransactionState& state(std::uint64_t number) override { return transactions_[number].state; }
  bool has_direction(std::uint64_t number, bool to_server) const override {
    return !to_server || transactions_[number].has_command;
  }
  bool is_complete(std::uint64_t number, bool to_server) const override {
    return to_server || status_ != Status::kContinue || closed_[0] || number < open_ ||
           transactions_[number].is_answered;
  }
  void remove_first() override {
    transactions_.remove_first();
    open_ = std::max(open_, transactions_.first());
  }

  std::optional<AppBuffer> buffer(std::uint64_t number, bool to_server, Buffer buffer,
                                  unsigned instance) override {
    auto const& transaction = transactions_[number];
    if (!to_server || instance > 0 || buffer != Buffer::kFtpCommand || !transaction.has_command)
      return std::nullopt;
    return AppBuffer{bytes_of(transaction.command)};
  }

  void write(std::uint64_t number, JsonWriter& out) const override;

  std::size_t memory() const override {
    return sizeof *this + transactions_.memory() + readers_[0].memory() + readers_[1].memory();
  }

 private:
  void read_command(std::string_view line) {
    line = without_end(line);
    line.remove_prefix(std::min(line.find_first_not_of(' '), line.size()));
    if (line.empty()) return;
    if (transactions_.end() - transactions_.first() >= kMaxTransactions) {
      status_ = Status::kFailed;
      return;
    }
    auto& transaction = transactions_.add();
    transaction.has_command = true;
    auto const space = std::min(line.find(' '), line.size());
    transaction.command = line.substr(0, space);
    for (auto& c : transaction.command)
      if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    transaction.data = line.substr(std::min(space + 1, line.size()));
    if (transactions_.end() - open_ > kMaxOpen) ++open_;
  }

  /// A reply of several lines begins with its code and a dash, and ends with its code and a space.
  void read_reply(std::string_view line) {
    while (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    bool const has_code =
        line.size() >= kCode && is_digit(line[0]) && is_digit(line[1]) && is_digit(line[2]);
    unsigned code = 0;
    for (std::size_t i = 0; has_code && i < kCode; ++i)
      code = code * 10 + static_cast<unsigned>(line[i] - '0');
    bool const goes_on = has_code && line.size() > kCode && line[kCode] == '-';
    auto& transaction = open_ < transactions_.end() ? transactions_[open_] : transactions_.add();
    if (transaction.replies.size() + line.size() < kMaxReplies) {
      if (has_code) transaction.codes.push_back(code);
      transaction.replies += has_code ? line.substr(std::min(kCode + 1, line.size())) : line;
      transaction.replies += '\n';
    }
    if (multi_line_code_ == 0 && goes_on) multi_line_code_ = code;
    if (multi_line_code_ != 0 && (code != multi_line_code_ || goes_on)) return;
    multi_line_code_ = 0;
    bool const is_preliminary = has_code && code < 200;
    if (is_preliminary) return;
    transaction.is_answered = true;
    ++open_;
    if (code == 234 && transaction.command == "AUTH") status_ = Status::kDone;  // TLS (RFC 4217)
  }

  LineReader readers_[2]{LineReader{kMaxLine}, LineReader{kMaxLine}};
  TransactionRing<FtpTransaction> transactions_;
  std::uint64_t open_ = 0;  ///< the first command that waits for a reply
  unsigned multi_line_code_ = 0;
  bool closed_[2]{};
  Status status_ = Status::kContinue;
};

void FtpSession::write(std::uint64_t number, JsonWriter& out) const {
  auto const& transaction = transactions_[number];
  if (transaction.has_command) {
    out.text_field("command", bytes_of(transaction.command), TextForm::kAscii);
    if (!transaction.data.empty()) {
      out.text_field("command_data", bytes_of(transaction.data), TextForm::kAscii);
      out.flag("command_truncated", false);
    }
  }
  if (!transaction.codes.empty()) {
    out.open("completion_code", '[');
    for (auto const code : transaction.codes) {
      out.element();
      out.raw('"');
      out.padded(code, static_cast<int>(kCode));
      out.raw('"');
    }
    out.close(']');
  }
  if (!transaction.replies.empty()) {
    out.open("reply", '[');
    for (std::string_view rest = transaction.replies; !rest.empty();) {
      auto const size = rest.find('\n');
      out.element();
      out.raw('"');
      out.text(bytes_of(rest.substr(0, size)), TextForm::kAscii);
      out.raw('"');
      rest.remove_prefix(size + 1);
    }
    out.close(']');
  }
  out.field("reply_received", transaction.replies.empty() ? "no" : "yes");
  out.flag("reply_truncated", false);
}

}  // namespace

std::unique_ptr<AppSession> make_ftp_session() { return std::make_unique<FtpSession>(); }

}  // namespace warpline::ids
