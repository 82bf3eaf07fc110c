// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
// The functions of OpenSSL that replace these allocate memory for each digest.
#define OPENSSL_SUPPRESS_DEPRECATED
#include "elements/ids/verify/transform_chain.hpp"

#include <openssl/md5.h>
#include <openssl/sha.h>

#include <algorithm>
#include <cstring>
#include <functional>
#include <utility>

#include "core/base/hex.hpp"

namespace warpline::ids {
namespace {

bool is_space(std::uint8_t c) { return c == ' ' || (c >= '\t' && c <= '\r'); }
std::uint8_t lower(std::uint8_t c) {
  return static_cast<std::uint8_t>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
}
std::uint8_t upper(std::uint8_t c) {
  return static_cast<std::uint8_t>(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
}

// These write at most as many bytes as they have read: `out` may be `in`.

std::uint32_t strip(Bytes in, std::uint8_t* out) {
  auto const* const end =
      std::copy_if(in.data, in.data + in.size, out, [](std::uint8_t c) { return !is_space(c); });
  return static_cast<std::uint32_t>(end - out);
}

/// Of white space in a row, the first byte stays.
std::uint32_t compress(Bytes in, std::uint8_t* out) {
  std::uint32_t size = 0;
  bool after_space = false;
  for (std::uint32_t i = 0; i < in.size; ++i) {
    auto const c = in.data[i];
    bool const space = is_space(c);
    if (!space || !after_space) out[size++] = c;
    after_space = space;
  }
  return size;
}

/// `%` without two hex digits stays.
std::uint32_t url_decode(Bytes in, std::uint8_t* out) {
  std::uint32_t size = 0;
  auto const digit = [&](std::uint32_t i) { return hex_value(static_cast<char>(in.data[i])); };
  for (std::uint32_t i = 0; i < in.size; ++i) {
    auto c = in.data[i];
    if (c == '+') {
      c = ' ';
    } else if (c == '%' && i + 2 < in.size && digit(i + 1) >= 0 && digit(i + 2) >= 0) {
      c = static_cast<std::uint8_t>(digit(i + 1) * 16 + digit(i + 2));
      i += 2;
    }
    out[size++] = c;
  }
  return size;
}

template <class Context, auto kInit, auto kUpdate, auto kFinal>
void digest(Bytes in, std::uint8_t* out) {
  Context context;
  kInit(&context);
  kUpdate(&context, in.data, in.size);
  kFinal(out, &context);
}

/// The bytes that a transform needs for its result.
std::size_t max_result(Transform::Kind kind, std::size_t size) {
  using enum Transform::Kind;
  if (kind == kDotPrefix) return size + 1;
  bool const is_digest = kind == kMd5 || kind == kSha1 || kind == kSha256;
  return is_digest ? std::max<std::size_t>(size, SHA256_DIGEST_LENGTH) : size;
}

}  // namespace

TransformChain::TransformChain(Transforms transforms) : transforms_(std::move(transforms)) {
  for (auto const& transform : transforms_)
    expressions_.push_back(transform.kind == Transform::Kind::kExpression
                               ? std::make_shared<Expression const>(transform.expression, 0)
                               : nullptr);
}

Bytes TransformChain::apply(Bytes buffer, Memory& memory) const {
  using enum Transform::Kind;
  for (std::size_t i = 0; i < transforms_.size(); ++i) {
    auto const kind = transforms_[i].kind;
    if (kind == kExpression) {
      // Without a match the bytes stay as they are.
      if (auto const group = memory.expressions_.first_group(*expressions_[i], buffer))
        buffer = {buffer.data + group->begin, group->end - group->begin};
      continue;
    }
    buffer = memory.own(buffer, max_result(kind, buffer.size));
    auto* const out = memory.bytes();
    switch (kind) {
      case kDotPrefix:
        std::memmove(out + 1, buffer.data, buffer.size);
        out[0] = '.';
        ++buffer.size;
        break;
      case kStripWhitespace:
        buffer.size = strip(buffer, out);
        break;
      case kCompressWhitespace:
        buffer.size = compress(buffer, out);
        break;
      case kToLowercase:
        std::transform(buffer.data, buffer.data + buffer.size, out, lower);
        break;
      case kToUppercase:
        std::transform(buffer.data, buffer.data + buffer.size, out, upper);
        break;
      case kUrlDecode:
        buffer.size = url_decode(buffer, out);
        break;
      case kMd5:
        digest<MD5_CTX, MD5_Init, MD5_Update, MD5_Final>(buffer, out);
        buffer.size = MD5_DIGEST_LENGTH;
        break;
      case kSha1:
        digest<SHA_CTX, SHA1_Init, SHA1_Update, SHA1_Final>(buffer, out);
        buffer.size = SHA_DIGEST_LENGTH;
        break;
      case kSha256:
        digest<SHA256_CTX, SHA256_Init, SHA256_Update, SHA256_Final>(buffer, out);
        buffer.size = SHA256_DIGEST_LENGTH;
        break;
      case kExpression:
        break;
    }
    buffer.data = out;
  }
  return buffer;
}

Bytes TransformChain::Memory::own(Bytes buffer, std::size_t size) {
  auto const* const begin = bytes_.data();
  bool const is_own =
      std::less_equal<>{}(begin, buffer.data) && std::less<>{}(buffer.data, begin + bytes_.size());
  auto const offset = is_own ? static_cast<std::size_t>(buffer.data - begin) : 0;
  if (bytes_.size() < size) bytes_.resize(size);
  if (!is_own && buffer.size > 0) std::memcpy(bytes_.data(), buffer.data, buffer.size);
  if (offset > 0) std::memmove(bytes_.data(), bytes_.data() + offset, buffer.size);
  return {bytes_.data(), buffer.size};
}

}  // namespace warpline::ids
