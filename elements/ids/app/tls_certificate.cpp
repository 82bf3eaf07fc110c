// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#define OPENSSL_SUPPRESS_DEPRECATED
#include "elements/ids/app/tls_certificate.hpp"

#include <openssl/asn1.h>
#include <openssl/asn1t.h>
#include <openssl/err.h>
#include <openssl/sha.h>
#include <openssl/x509.h>

#include <cstdint>
#include <cstdio>
#include <cstring>
#include <ctime>
#include <memory>
#include <string_view>

#include "core/base/hex.hpp"
#include "elements/ids/app/tls_attributes.hpp"
#include "elements/ids/json_writer.hpp"

namespace warpline::ids::tls {
namespace {

/// A certificate (RFC 5280, section 4.1). Of OpenSSL's own `X509`, decoding the public key is most of
/// the cost, and nobody needs the key.
struct PublicKey {
  X509_ALGOR* algorithm;
  ASN1_BIT_STRING* bits;
};
struct ToBeSigned {
  ASN1_INTEGER *version, *serial;
  X509_ALGOR* signature;
  X509_NAME* issuer;
  X509_VAL* validity;
  X509_NAME* subject;
  PublicKey* key;
  ASN1_BIT_STRING *issuer_id, *subject_id;
  STACK_OF(X509_EXTENSION) * extensions;
};
struct Signed {
  ToBeSigned* content;
  X509_ALGOR* algorithm;
  ASN1_BIT_STRING* signature;
};

ASN1_SEQUENCE(PublicKey) =
    {
        ASN1_SIMPLE(PublicKey, algorithm, X509_ALGOR),
        ASN1_SIMPLE(PublicKey, bits, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(PublicKey)

        ASN1_SEQUENCE(ToBeSigned) =
            {
                ASN1_EXP_OPT(ToBeSigned, version, ASN1_INTEGER, 0),
                ASN1_SIMPLE(ToBeSigned, serial, ASN1_INTEGER),
                ASN1_SIMPLE(ToBeSigned, signature, X509_ALGOR),
                ASN1_SIMPLE(ToBeSigned, issuer, X509_NAME),
                ASN1_SIMPLE(ToBeSigned, validity, X509_VAL),
                ASN1_SIMPLE(ToBeSigned, subject, X509_NAME),
                ASN1_SIMPLE(ToBeSigned, key, PublicKey),
                ASN1_IMP_OPT(ToBeSigned, issuer_id, ASN1_BIT_STRING, 1),
                ASN1_IMP_OPT(ToBeSigned, subject_id, ASN1_BIT_STRING, 2),
                ASN1_EXP_SEQUENCE_OF_OPT(ToBeSigned, extensions, X509_EXTENSION, 3),
} static_ASN1_SEQUENCE_END(ToBeSigned)

                ASN1_SEQUENCE(Signed) =
                    {
                        ASN1_SIMPLE(Signed, content, ToBeSigned),
                        ASN1_SIMPLE(Signed, algorithm, X509_ALGOR),
                        ASN1_SIMPLE(Signed, signature, ASN1_BIT_STRING),
} static_ASN1_SEQUENCE_END(Signed)

    /// An error that Suricata writes in the place of a name.
    constexpr std::string_view kInvalidName = "<X509Error: Invalid X.509 name>";

void append_attribute(std::string& text, ASN1_OBJECT const* object) {
  char identifier[128];
  OBJ_obj2txt(identifier, sizeof identifier, object, 1);
  if (auto const name = attribute_name(identifier); !name.empty()) {
    text += name;
    return;
  }
  text += "OID(";
  text += identifier;
  text += ')';
}

constexpr char kUpperDigits[] = "0123456789ABCDEF";

void append_upper_hex(std::string& text, std::uint8_t byte) {
  text += kUpperDigits[byte >> 4];
  text += kUpperDigits[byte & 15];
}

/// UTF-16 without surrogates to UTF-8; false if it is not that.
bool append_utf16(std::string& text, Bytes bytes) {
  if (bytes.size % 2 != 0) return false;
  for (std::uint32_t i = 0; i < bytes.size; i += 2) {
    unsigned const unit = static_cast<unsigned>(bytes.data[i] << 8 | bytes.data[i + 1]);
    if (unit >= 0xd800 && unit < 0xe000) return false;
    if (unit < 0x80) {
      text += static_cast<char>(unit);
    } else if (unit < 0x800) {
      text += static_cast<char>(0xc0 | unit >> 6);
      text += static_cast<char>(0x80 | (unit & 0x3f));
    } else {
      text += static_cast<char>(0xe0 | unit >> 12);
      text += static_cast<char>(0x80 | (unit >> 6 & 0x3f));
      text += static_cast<char>(0x80 | (unit & 0x3f));
    }
  }
  return true;
}

bool append_value(std::string& text, ASN1_STRING const* value) {
  Bytes const bytes{ASN1_STRING_get0_data(value),
                    static_cast<std::uint32_t>(ASN1_STRING_length(value))};
  switch (ASN1_STRING_type(value)) {
    case V_ASN1_UTF8STRING:
    case V_ASN1_NUMERICSTRING:
    case V_ASN1_PRINTABLESTRING:
    case V_ASN1_T61STRING:
    case V_ASN1_VIDEOTEXSTRING:
    case V_ASN1_IA5STRING:
    case V_ASN1_GRAPHICSTRING:
    case V_ASN1_VISIBLESTRING:
    case V_ASN1_GENERALSTRING:
      if (!is_utf8(bytes)) return false;
      text.append(reinterpret_cast<char const*>(bytes.data), bytes.size);
      return true;
    case V_ASN1_BMPSTRING:
      return append_utf16(text, bytes);
    default:
      for (std::uint32_t i = 0; i < bytes.size; ++i) append_upper_hex(text, bytes.data[i]);
      return true;
  }
}

void write_name(X509_NAME const* name, std::string& text) {
  int previous = -1;
  for (int i = 0; i < X509_NAME_entry_count(name); ++i) {
    auto const* const entry = X509_NAME_get_entry(name, i);
    auto const set = X509_NAME_ENTRY_set(entry);
    if (i > 0) text += set == previous ? " + " : ", ";
    previous = set;
    append_attribute(text, X509_NAME_ENTRY_get_object(entry));
    text += '=';
    if (append_value(text, X509_NAME_ENTRY_get_data(entry))) continue;
    text = kInvalidName;
    return;
  }
}

/// The content of the number in DER: its two's complement in as few bytes as hold it.
void write_serial(ASN1_INTEGER const* number, std::string& text) {
  auto const size = static_cast<std::size_t>(ASN1_STRING_length(number));
  auto const* const data = ASN1_STRING_get0_data(number);
  bool const negative = ASN1_STRING_type(number) == V_ASN1_NEG_INTEGER;
  auto const append = [&](unsigned byte) {
    if (!text.empty()) text += ':';
    append_upper_hex(text, static_cast<std::uint8_t>(byte));
  };
  std::size_t last = size;  // the last byte that is not zero
  while (last > 0 && data[last - 1] == 0) --last;
  auto const complement = [&](std::size_t i) {
    return i + 1 > last ? 0u : i + 1 == last ? 0x100u - data[i] : 0xffu - data[i];
  };
  if (size == 0) return append(0);
  bool const high_bit = ((negative ? complement(0) : data[0]) & 0x80) != 0;
  if (high_bit != negative) append(negative ? 0xff : 0);
  for (std::size_t i = 0; i < size; ++i) append(negative ? complement(i) : data[i]);
}

void write_fingerprint(Bytes der, std::string& text) {
  unsigned char digest[SHA_DIGEST_LENGTH];
  SHA_CTX context;
  SHA1_Init(&context);
  SHA1_Update(&context, der.data, der.size);
  SHA1_Final(digest, &context);
  for (auto const byte : digest) {
    if (!text.empty()) text += ':';
    append_hex(text, byte);
  }
}

bool write_time(ASN1_TIME const* time, std::string& text) {
  std::tm date{};
  if (ASN1_TIME_to_tm(time, &date) != 1) return false;
  char buffer[80];
  auto const size =
      std::snprintf(buffer, sizeof buffer, "%04d-%02d-%02dT%02d:%02d:%02d", date.tm_year + 1900,
                    date.tm_mon + 1, date.tm_mday, date.tm_hour, date.tm_min, date.tm_sec);
  text.assign(buffer, static_cast<std::size_t>(size));
  return true;
}

struct Free {
  void operator()(Signed* certificate) const {
    ASN1_item_free(reinterpret_cast<ASN1_VALUE*>(certificate), ASN1_ITEM_rptr(Signed));
  }
};

}  // namespace

void Certificate::clear() {
  is_known = false;
  for (auto* text : {&subject, &issuer, &serial, &fingerprint, &not_before, &not_after})
    text->clear();
}

std::size_t Certificate::memory() const {
  std::size_t bytes = 0;
  for (auto const* text : {&subject, &issuer, &serial, &fingerprint, &not_before, &not_after})
    bytes += text->capacity();
  return bytes;
}

void read_certificate(Bytes der, Certificate& certificate) {
  certificate.clear();
  auto const* data = der.data;
  std::unique_ptr<Signed, Free> const parsed(reinterpret_cast<Signed*>(
      ASN1_item_d2i(nullptr, &data, static_cast<long>(der.size), ASN1_ITEM_rptr(Signed))));
  ERR_clear_error();
  if (!parsed) return;
  auto const& content = *parsed->content;
  write_name(content.subject, certificate.subject);
  write_name(content.issuer, certificate.issuer);
  write_serial(content.serial, certificate.serial);
  write_fingerprint(der, certificate.fingerprint);
  bool const has_times = write_time(content.validity->notBefore, certificate.not_before) &&
                         write_time(content.validity->notAfter, certificate.not_after);
  bool const has_zero = certificate.subject.find('\0') != std::string::npos ||
                        certificate.issuer.find('\0') != std::string::npos;
  ERR_clear_error();
  certificate.is_known = has_times && !has_zero;
  if (!certificate.is_known) certificate.clear();
}

void CertificateCache::read(Bytes der, Certificate& certificate) {
  if (der.size > kMaxSize || der.size < sizeof(std::uint64_t))
    return read_certificate(der, certificate);
  // A certificate ends with its signature, so its last bytes are as good as random.
  std::uint64_t end;
  std::memcpy(&end, der.data + der.size - sizeof end, sizeof end);
  auto& entry = entries_[end % kEntries];
  bool const is_same =
      entry.der.size() == der.size && std::memcmp(entry.der.data(), der.data, der.size) == 0;
  if (!is_same) {
    read_certificate(der, entry.certificate);
    entry.der.assign(der.data, der.data + der.size);
  }
  certificate = entry.certificate;
}

}  // namespace warpline::ids::tls
