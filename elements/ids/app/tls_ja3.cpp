// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// The functions of OpenSSL that replace MD5_Init and the others allocate memory for each digest.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "elements/ids/app/tls_ja3.hpp"

#include <openssl/md5.h>

#include <charconv>

#include "core/base/hex.hpp"

namespace warpline::ids::tls {

void Ja3::clear() {
  for (auto* text : {&text_, &hash_, &extensions_, &groups_, &formats_}) text->clear();
}

void Ja3::add(std::string& field, std::uint16_t number) {
  char digits[5];
  auto const end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  if (!field.empty() && field.back() != ',') field += '-';
  field.append(digits, end);
}

void Ja3::finish(bool client) {
  next_field();
  text_ += extensions_;
  if (client) {
    next_field();
    text_ += groups_;
    next_field();
    text_ += formats_;
  }
  unsigned char digest[MD5_DIGEST_LENGTH];
  MD5_CTX context;
  MD5_Init(&context);
  MD5_Update(&context, text_.data(), text_.size());
  MD5_Final(digest, &context);
  hash_.clear();
  for (auto const byte : digest) append_hex(hash_, byte);
}

std::size_t Ja3::memory() const {
  std::size_t bytes = 0;
  for (auto const* text : {&text_, &hash_, &extensions_, &groups_, &formats_})
    bytes += text->capacity();
  return bytes;
}

}  // namespace warpline::ids::tls
