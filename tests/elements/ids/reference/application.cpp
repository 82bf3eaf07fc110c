// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/reference/application.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <utility>

namespace warpline::ids::reference {
namespace {

constexpr std::string_view kSpace = " \t\n\v\f\r";
constexpr std::uint32_t kDnsPort = 53;

unsigned index(bool to_server) { return to_server ? 0 : 1; }

Message const& message_of(Application::Transaction const& transaction, bool to_server) {
  return to_server ? transaction.exchange.request : transaction.exchange.response;
}

std::string without_space(std::string const& bytes, bool all) {
  std::string result;
  for (char const c : bytes) {
    bool const space = kSpace.find(c) != std::string_view::npos;
    bool const again = space && !result.empty() && kSpace.find(result.back()) != std::string::npos;
    if (space && (all || again)) continue;
    result += c;
  }
  return result;
}

std::string url_decoded(std::string const& bytes) {
  std::string result;
  auto const is_digit = [&](std::size_t at) {
    return at < bytes.size() && std::isxdigit(static_cast<unsigned char>(bytes[at])) != 0;
  };
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    if (bytes[i] == '%' && is_digit(i + 1) && is_digit(i + 2)) {
      result += static_cast<char>(std::stoi(bytes.substr(i + 1, 2), nullptr, 16));
      i += 2;
    } else {
      result += bytes[i] == '+' ? ' ' : bytes[i];
    }
  }
  return result;
}

std::string in_case(std::string bytes, bool upper) {
  for (auto& c : bytes) {
    if (upper && c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
    if (!upper && c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return bytes;
}

}  // namespace

bool looks_at_transactions(Rule const& rule) {
  return !rule.fields.empty() || std::ranges::any_of(rule.buffers, [](BufferMatch const& match) {
    return is_of_application(match.buffer);
  });
}

std::string transformed(std::string bytes, Transforms const& transforms) {
  using enum Transform::Kind;
  for (auto const& transform : transforms) {
    if (transform.kind == kDotPrefix) bytes = '.' + bytes;
    if (transform.kind == kStripWhitespace) bytes = without_space(bytes, true);
    if (transform.kind == kCompressWhitespace) bytes = without_space(bytes, false);
    if (transform.kind == kToLowercase) bytes = in_case(bytes, false);
    if (transform.kind == kToUppercase) bytes = in_case(bytes, true);
    if (transform.kind == kUrlDecode) bytes = url_decoded(bytes);
  }
  return bytes;
}

void Application::read_stream(bool to_server, std::string const& text, bool closed) {
  auto& before = texts_[index(to_server)];
  bool const more = text.size() > before.size();
  if (more) before = text;
  if (protocol_ == AppProtocol::kUnknown && is_http(texts_[0])) protocol_ = AppProtocol::kHttp;
  if (protocol_ == AppProtocol::kUnknown || !(more || closed)) return;
  changed_[index(to_server)] = true;
  auto const exchanges = read_http(texts_[0], texts_[1]);
  transactions_.resize(std::max(transactions_.size(), exchanges.size()));
  for (std::size_t i = 0; i < exchanges.size(); ++i) {
    // A complete message remains it while the next one begins.
    auto& [request, response] = transactions_[i].exchange;
    if (!request.complete) request = exchanges[i].request;
    if (!response.complete) response = exchanges[i].response;
  }
}

void Application::read_datagram(bool to_server, std::uint32_t server_port,
                                std::string const& payload) {
  if (server_port != kDnsPort || !is_dns(payload)) return;
  protocol_ = AppProtocol::kDns;
  changed_[index(to_server)] = true;
  auto& transaction = transactions_.emplace_back();
  (to_server ? transaction.exchange.request : transaction.exchange.response) = read_dns(payload);
}

bool Application::take_changed(bool to_server) {
  return std::exchange(changed_[index(to_server)], false);
}

void Application::set_seen(bool to_server) {
  for (auto& transaction : transactions_) {
    auto const& message = message_of(transaction, to_server);
    transaction.seen[index(to_server)] = message.complete;
    transaction.body_seen[index(to_server)] = message.body.has_value();
  }
}

bool Application::matches(Rule const& rule, Transaction const& transaction, bool to_server,
                          Run const& run) {
  auto const& message = message_of(transaction, to_server);
  for (auto const& field : rule.fields) {
    auto const value = message.fields.find(field.field);
    if (value == message.fields.end() || !field.matches(value->second)) return false;
  }
  std::vector<std::vector<BufferMatch>> groups;  // of keywords that look at the same bytes
  for (auto const& match : rule.buffers) {
    if (!is_of_application(match.buffer)) continue;
    auto group = std::ranges::find_if(
        groups, [&](auto const& keywords) { return is_same_buffer(keywords[0], match); });
    if (group == groups.end()) group = groups.emplace(group);
    group->push_back(match);
  }
  return std::ranges::all_of(groups, [&](std::vector<BufferMatch> const& keywords) {
    auto const buffer = message.buffers.find(keywords[0].buffer);
    if (buffer == message.buffers.end()) return false;
    bool const is_body = buffer->first == Buffer::kFileData ||
                         buffer->first == Buffer::kHttpRequestBody ||
                         buffer->first == Buffer::kHttpResponseBody;
    if (is_body && transaction.body_seen[index(to_server)]) return false;
    return std::ranges::any_of(buffer->second, [&](std::string const& bytes) {
      auto const* const transforms = keywords[0].transforms.get();
      return run(keywords, transforms == nullptr ? bytes : transformed(bytes, *transforms));
    });
  });
}

}  // namespace warpline::ids::reference
