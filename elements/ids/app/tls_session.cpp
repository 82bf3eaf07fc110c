// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <string_view>
#include <vector>

#include "elements/ids/app/sessions.hpp"
#include "elements/ids/app/tls_certificate.hpp"
#include "elements/ids/app/tls_hello.hpp"
#include "elements/ids/app/tls_json.hpp"

namespace warpline::ids {
namespace {

/// Of `AppField::kSslState`.
enum State : std::uint32_t {
  kNoState = 0,
  kClientHello = 1,
  kServerHello = 2,
  kClientKeyExchange = 4,
  kServerKeyExchange = 8,
};

constexpr std::uint32_t kMaxRecord = 17408;  ///< as Suricata; RFC 5246 allows 18,432 bytes
constexpr std::uint32_t kMessageHeader = 4;
constexpr std::uint32_t kMaxMessage = 16384,
                        kMaxCertificates = 65536;  ///< what is kept of a message
constexpr std::uint16_t kSsl2 = 0x0200;

enum RecordType : std::uint8_t {
  kChangeCipherSpec = 20,
  kHandshake = 22,
  kApplicationData = 23,
  kHeartbeat = 24,
};

enum MessageType : std::uint8_t {
  kClientHelloMessage = 1,
  kServerHelloMessage = 2,
  kCertificateMessage = 11,
  kServerKeyExchangeMessage = 12,
  kCertificateRequestMessage = 13,
  kClientKeyExchangeMessage = 16,
};

bool is_ssl2(std::uint8_t first_byte) { return (first_byte & 0xc0) != 0; }

std::uint32_t header_size(std::uint8_t first_byte) {
  return !is_ssl2(first_byte) ? 5 : (first_byte & 0x80) != 0 ? 2 : 3;
}

/// One direction of the connection: its records, and the message of the handshake in them.
struct Side {
  tls::Hello hello;
  tls::Certificate certificate;
  std::uint8_t header[5]{};
  std::uint8_t header_bytes = 0;
  std::uint32_t record_left = 0;
  std::vector<std::uint8_t> message;  // its beginning, if it is not whole yet
  std::uint32_t message_skip = 0;     // bytes at the message's end that are not kept
  bool encrypted = false;             // what follows cannot be read
  bool has_application_data = false;
  bool closed = false;

  void clear() {
    hello.clear();
    certificate.clear();
    message.clear();
    header_bytes = 0;
    record_left = message_skip = 0;
    encrypted = has_application_data = closed = false;
  }
  std::size_t memory() const {
    return certificate.memory() + hello.ja3.memory() + hello.server_name.capacity() +
           message.capacity();
  }
};

class TlsSession final : public AppSession {
 public:
  TlsSession(bool with_ja3, tls::CertificateCache* certificates)
      : certificates_(certificates), with_ja3_(with_ja3) {}

  Status add(bool to_server, Bytes bytes) override {
    started_ = true;
    auto& side = sides_[to_server];
    while (status_ == Status::kContinue && bytes.size > 0) {
      if (side.record_left == 0) {
        read_header(side, bytes);
        continue;
      }
      auto const size = std::min(side.record_left, bytes.size);
      side.record_left -= size;
      read_record(to_server, {bytes.data, size});
      bytes = bytes.after(size);
    }
    return status_ == Status::kContinue && has_data() ? Status::kBeginsEncryption : status_;
  }

  Status skip(bool, std::uint32_t) override {
    if (status_ == Status::kContinue) status_ = Status::kFailed;
    return status_;
  }
  void close(bool to_server) override { sides_[to_server].closed = true; }
  void reset() override {
    for (auto& side : sides_) side.clear();
    transaction_.clear();
    status_ = Status::kContinue;
    state_ = kNoState;
    started_ = removed_ = has_server_hello_ = all_hidden_ = false;
  }

  std::uint64_t first() const override { return removed_ ? 1 : 0; }
  std::uint64_t end() const override { return started_ ? 1 : 0; }
  TransactionState& state(std::uint64_t) override { return transaction_; }
  bool is_complete(std::uint64_t, bool) const override {
    return status_ != Status::kContinue || all_hidden_ || (sides_[0].closed && sides_[1].closed);
  }
  void remove_first() override { removed_ = true; }

  std::optional<AppBuffer> buffer(std::uint64_t, bool to_server, Buffer buffer,
                                  unsigned instance) override {
    auto const text = instance == 0 ? text_of(to_server, buffer) : std::nullopt;
    if (!text) return std::nullopt;
    return AppBuffer{{reinterpret_cast<std::uint8_t const*>(text->data()),
                      static_cast<std::uint32_t>(text->size())}};
  }

  std::optional<std::uint32_t> value(std::uint64_t, bool to_server, AppField field) const override {
    if (field == AppField::kSslState && started_) return state_;
    auto const version = sides_[to_server].hello.version;
    if (field != AppField::kTlsVersion || version == 0) return std::nullopt;
    return tls::is_draft(version) ? tls::kVersion13 : version;
  }

  /// A connection has a record if it has a certificate, is resumed, or chose a draft of TLS 1.3.
  unsigned records(std::uint64_t) const override {
    auto const& server = sides_[0];
    return server.certificate.is_known || is_resumed() || server.hello.is_draft_form ? 1 : 0;
  }
  void write(std::uint64_t, JsonWriter& out) const override {
    auto const& [server, client] = sides_;
    tls::write_connection(
        out, {client.hello, client.certificate, server.hello, server.certificate, is_resumed()});
  }
  std::size_t memory() const override {
    return sizeof *this + sides_[0].memory() + sides_[1].memory();
  }

 private:
  void fail() { status_ = Status::kFailed; }
  bool has_data() const { return sides_[0].has_application_data || sides_[1].has_application_data; }

  /// The server repeats the client's session, or the client asks for tickets.
  bool is_resumed() const {
    auto const& [server, client] = sides_;
    auto const size = client.hello.session_id_size;
    bool const same_id =
        size > 0 && size == server.hello.session_id_size &&
        std::equal(client.hello.session_id.begin(), client.hello.session_id.begin() + size,
                   server.hello.session_id.begin());
    return has_server_hello_ && (same_id || client.hello.has_session_ticket);
  }

  void read_header(Side& side, Bytes& bytes) {
    do {
      side.header[side.header_bytes++] = bytes.data[0];
      bytes = bytes.after(1);
    } while (bytes.size > 0 && side.header_bytes < header_size(side.header[0]));
    if (side.header_bytes < header_size(side.header[0])) return;
    side.header_bytes = 0;
    auto const* const header = side.header;
    if (is_ssl2(header[0])) {
      unsigned const high = header[0] & ((header[0] & 0x80) != 0 ? 0x7f : 0x3f);
      side.record_left = high << 8 | header[1];
      side.hello.version = kSsl2;
      side.message.clear();
      if (side.record_left == 0) fail();
      return;
    }
    auto const type = header[0];
    auto const version = static_cast<std::uint16_t>(header[1] << 8 | header[2]);
    side.record_left = static_cast<std::uint32_t>(header[3] << 8 | header[4]);
    bool const valid = type >= kChangeCipherSpec && type <= kHeartbeat && version >= 0x0300 &&
                       version <= tls::kVersion13 && side.record_left > 0 &&
                       side.record_left <= kMaxRecord;
    if (!valid) return fail();
    if (side.hello.version == 0) side.hello.version = version;
    side.encrypted |= type == kChangeCipherSpec;
    side.has_application_data |= type == kApplicationData;
    auto const hidden = [](Side const& one) { return one.encrypted || one.has_application_data; };
    all_hidden_ = hidden(sides_[0]) && hidden(sides_[1]);
    if (all_hidden_ && has_data()) status_ = Status::kEncrypted;
  }

  void read_record(bool to_server, Bytes bytes) {
    auto& side = sides_[to_server];
    if (is_ssl2(side.header[0])) return read_ssl2(side, bytes);
    if (side.header[0] != kHandshake || side.encrypted) return;
    while (bytes.size > 0) read_message(to_server, bytes);
  }

  /// Of the hello in the form of SSLv2 (RFC 5246, appendix E.2), the version.
  void read_ssl2(Side& side, Bytes bytes) {
    constexpr std::uint8_t kSsl2ClientHello = 1;
    constexpr std::size_t kHelloHeader = 3;
    auto const size = std::min<std::size_t>(bytes.size, kHelloHeader - side.message.size());
    side.message.insert(side.message.end(), bytes.data, bytes.data + size);
    bool const is_hello =
        side.message.size() == kHelloHeader && size > 0 && side.message[0] == kSsl2ClientHello;
    if (is_hello) {
      state_ = kClientHello;
      side.hello.version = static_cast<std::uint16_t>(side.message[1] << 8 | side.message[2]);
    }
    if (side.record_left == 0) side.message.clear();
  }

  /// Takes bytes of a message of the handshake, which may be in several records.
  void read_message(bool to_server, Bytes& bytes) {
    auto& side = sides_[to_server];
    auto& message = side.message;
    auto const take = [&](std::size_t size) {
      auto const taken = static_cast<std::uint32_t>(std::min<std::size_t>(size, bytes.size));
      message.insert(message.end(), bytes.data, bytes.data + taken);
      bytes = bytes.after(taken);
    };
    if (message.size() < kMessageHeader) take(kMessageHeader - message.size());
    if (message.size() < kMessageHeader) return;
    auto const size = static_cast<std::uint32_t>(message[1] << 16 | message[2] << 8 | message[3]);
    auto const kept =
        std::min(size, message[0] == kCertificateMessage ? kMaxCertificates : kMaxMessage);
    if (message.size() == kMessageHeader) side.message_skip = size - kept;
    take(kMessageHeader + kept - message.size());
    if (message.size() < kMessageHeader + kept) return;
    auto const skipped = std::min(side.message_skip, bytes.size);
    side.message_skip -= skipped;
    bytes = bytes.after(skipped);
    if (side.message_skip > 0) return;
    use_message(to_server, message[0], {message.data() + kMessageHeader, kept});
    message.clear();
  }

  void use_message(bool to_server, std::uint8_t type, Bytes body) {
    auto& side = sides_[to_server];
    switch (type) {
      case kClientHelloMessage:
        state_ = kClientHello;
        if (to_server) tls::read_client_hello(body, side.hello, with_ja3_);
        break;
      case kServerHelloMessage:
        state_ = kServerHello;
        has_server_hello_ |= !to_server;
        if (!to_server) tls::read_server_hello(body, side.hello, with_ja3_);
        break;
      case kCertificateMessage:
        if (!side.certificate.is_known) read_certificates(body, side.certificate);
        break;
      case kServerKeyExchangeMessage:
        state_ = kServerKeyExchange;
        break;
      case kCertificateRequestMessage:
        state_ = kNoState;
        break;
      case kClientKeyExchangeMessage:
        state_ = kClientKeyExchange;
        break;
      default:
        break;
    }
  }

  /// The first of the chain (RFC 5246, section 7.4.2), which is the sender's own.
  void read_certificates(Bytes body, tls::Certificate& certificate) {
    constexpr std::uint32_t kLength = 3;
    if (body.size < 2 * kLength) return;
    auto const* const length = body.data + kLength;
    auto const size = static_cast<std::uint32_t>(length[0] << 16 | length[1] << 8 | length[2]);
    if (size > body.size - 2 * kLength) return;
    Bytes const der{length + kLength, size};
    if (certificates_ != nullptr)
      certificates_->read(der, certificate);
    else
      tls::read_certificate(der, certificate);
  }

  std::optional<std::string_view> text_of(bool to_server, Buffer buffer) const {
    auto const& hello = sides_[to_server].hello;
    auto const& certificate = sides_[to_server].certificate;
    auto const unless_empty = [](std::string_view text) {
      return text.empty() ? std::nullopt : std::optional(text);
    };
    auto const known = [&](std::string const& text) {
      return certificate.is_known ? std::optional<std::string_view>(text) : std::nullopt;
    };
    switch (buffer) {
      case Buffer::kTlsSni:
        return to_server ? unless_empty(hello.server_name) : std::nullopt;
      case Buffer::kTlsCertSubject:
        return known(certificate.subject);
      case Buffer::kTlsCertIssuer:
        return known(certificate.issuer);
      case Buffer::kTlsCertSerial:
        return known(certificate.serial);
      case Buffer::kTlsCertFingerprint:
        return known(certificate.fingerprint);
      case Buffer::kJa3Hash:
      case Buffer::kJa3sHash:
        return to_server == (buffer == Buffer::kJa3Hash) ? unless_empty(hello.ja3.hash())
                                                         : std::nullopt;
      case Buffer::kJa3String:
      case Buffer::kJa3sString:
        return to_server == (buffer == Buffer::kJa3String) ? unless_empty(hello.ja3.text())
                                                           : std::nullopt;
      default:
        return std::nullopt;
    }
  }

  Side sides_[2];  ///< the server's, the client's
  TransactionState transaction_;
  tls::CertificateCache* certificates_;
  Status status_ = Status::kContinue;
  State state_ = kNoState;
  bool started_ = false, removed_ = false, has_server_hello_ = false;
  bool all_hidden_ = false;  // nothing more of the handshake can be read
  bool with_ja3_;
};

}  // namespace

std::unique_ptr<AppSession> make_tls_session(bool with_ja3, tls::CertificateCache* certificates) {
  return std::make_unique<TlsSession>(with_ja3, certificates);
}

}  // namespace warpline::ids
