// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/text_corpus.hpp"

#include <array>

#include "core/base/hex.hpp"

namespace warpline {
namespace {

// The frequent words come first, because word() prefers the front.
constexpr std::string_view kWords[] = {
    "the",      "of",      "and",     "to",       "in",       "is",       "that",     "for",
    "it",       "as",      "with",    "on",       "be",       "are",      "this",     "by",
    "at",       "from",    "or",      "not",      "have",     "which",    "an",       "you",
    "was",      "we",      "can",     "all",      "has",      "but",      "more",     "will",
    "one",      "their",   "other",   "new",      "data",     "time",     "page",     "home",
    "search",   "user",    "name",    "value",    "list",     "index",    "image",    "login",
    "account",  "service", "order",   "product",  "view",     "file",     "content",  "static",
    "message",  "status",  "error",   "request",  "version",  "update",   "public",   "access",
    "report",   "system",  "number",  "group",    "market",   "energy",   "water",    "school",
    "country",  "people",  "house",   "music",    "travel",   "health",   "price",    "store",
    "network",  "device",  "server",  "client",   "session",  "password", "admin",    "upload",
    "download", "config",  "default", "module",   "plugin",   "template", "query",    "result",
    "comment",  "article", "picture", "weather",  "language", "history",  "science",  "company",
    "garden",   "winter",  "morning", "engine",   "mountain", "journey",  "letter",   "window",
    "silver",   "harbour", "answer",  "question", "bridge",   "station",  "library",  "kitchen",
    "village",  "painter", "captain", "teacher",  "evening",  "machine",  "railway",  "theatre",
    "measure",  "average", "certain", "several",  "between",  "without",  "because",  "through",
    "possible", "another", "against", "however",  "together", "probably", "business", "customer"};
constexpr std::string_view kOnsets[] = {"b",  "c",  "d",  "f",  "g",  "h",  "j",  "k",  "l",  "m",
                                        "n",  "p",  "r",  "s",  "t",  "v",  "w",  "z",  "br", "ch",
                                        "cl", "dr", "fl", "gr", "kr", "pl", "qu", "sh", "st", "tr"};
constexpr std::string_view kVowels[] = {"a", "e", "i", "o", "u", "y", "ai", "ea", "io", "ou"};
constexpr std::string_view kCodas[] = {"", "", "", "n", "r", "s", "l", "t", "x", "nd", "rk", "st"};
constexpr std::string_view kEndings[] = {".html", ".php", ".js", ".css", ".png", ".aspx", ".json"};
constexpr std::string_view kAgents[] = {
    "Mozilla/5.0 (X11; Linux x86_64; rv:", "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:",
    "Mozilla/4.0 (compatible; build ", "curl/7.", "Wget/1."};
constexpr std::string_view kTags[] = {"div", "p", "span", "li", "td", "h2", "a", "section"};

template <std::size_t size>
std::string_view any(TextWriter& writer, std::string_view const (&list)[size]) {
  return list[writer.below(static_cast<std::uint32_t>(size))];
}

template <class... Parts>
std::string join(Parts const&... parts) {
  std::string text;
  ((text += parts), ...);
  return text;
}

}  // namespace

std::string TextWriter::made_up_word() {
  std::string text;
  for (auto syllables = 1 + below(3); syllables > 0; --syllables)
    text += join(any(*this, kOnsets), any(*this, kVowels), any(*this, kCodas));
  return text;
}

std::string TextWriter::word() {
  if (below(4) == 0) return made_up_word();
  auto const count = static_cast<std::uint32_t>(std::size(kWords));
  return std::string(kWords[below(1 + below(1 + below(count)))]);
}

std::string TextWriter::phrase(std::uint32_t words) {
  std::string text = word();
  while (--words > 0) text += ' ' + word();
  return text;
}

std::string TextWriter::number(std::uint32_t digits) {
  std::string text;
  while (digits-- > 0) text += static_cast<char>('0' + below(10));
  return text;
}

std::string TextWriter::token(std::uint32_t size) {
  std::string text;
  while (size-- > 0) text += kHexDigits[below(16)];
  return text;
}

std::string TextWriter::host() { return join("www.", made_up_word(), made_up_word(), ".example"); }

std::string TextWriter::path() {
  std::string text;
  for (auto parts = 1 + below(4); parts > 0; --parts) text += '/' + word();
  return below(2) == 0 ? text : join(text, any(*this, kEndings));
}

std::string TextWriter::request() {
  auto const query =
      below(2) == 0 ? "" : join("?", word(), "=", number(3), "&", word(), "=", word());
  auto text = join("GET ", path(), query, " HTTP/1.1\r\nHost: ", host(),
                   "\r\nUser-Agent: ", any(*this, kAgents), number(2), ".", number(1),
                   ")\r\nAccept: text/html,application/xml;q=0.9,*/*;q=0.8\r\n");
  if (below(2) == 0)
    text += join("Accept-Language: en-US,en;q=0.5\r\nReferer: http://", host(), path(), "\r\n");
  if (below(2) == 0) text += join("Cookie: sid=", token(32), "; ", word(), "=", token(8), "\r\n");
  return text + "Connection: keep-alive\r\n\r\n";
}

std::string TextWriter::response() {
  auto const body = below(2) == 0 ? html() : json();
  return join(
      "HTTP/1.1 200 OK\r\nDate: Mon, 0", number(1), " May 2023 1", number(1), ":", number(2), ":",
      number(2), " GMT\r\nServer: ", made_up_word(), "/2.", number(1),
      "\r\nContent-Type: text/html; charset=UTF-8\r\nContent-Length: ", std::to_string(body.size()),
      "\r\nETag: \"", token(16), "\"\r\nCache-Control: max-age=", number(4), "\r\n\r\n", body);
}

std::string TextWriter::html() {
  auto text = join("<!DOCTYPE html>\n<html><head><title>", phrase(4), "</title></head>\n<body>\n");
  for (auto rows = 4 + below(12); rows > 0; --rows) {
    auto const tag = any(*this, kTags);
    text += join("  <", tag, " class=\"", word(), "-", word(), "\"><a href=\"", path(), "\">",
                 phrase(3 + below(12)), "</a></", tag, ">\n");
  }
  return text + "</body></html>\n";
}

std::string TextWriter::json() {
  std::string text = "[";
  for (auto rows = 2 + below(8); rows > 0; --rows)
    text += join("{\"id\":", number(6), ",\"", word(), "\":\"", phrase(2), "\",\"", word(),
                 "\":true,\"", word(), "\":", number(2), ".", number(3), rows > 1 ? "}," : "}");
  return text + "]\n";
}

std::string TextWriter::form() {
  std::string body;
  for (auto fields = 2 + below(8); fields > 0; --fields)
    body += join(word(), "=", word(), "%20", word(), fields > 1 ? "&" : "");
  return join("POST ", path(), " HTTP/1.1\r\nHost: ", host(),
              "\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: ",
              std::to_string(body.size()), "\r\n\r\n", body);
}

std::string TextWriter::prose() {
  std::string text;
  for (auto sentences = 3 + below(8); sentences > 0; --sentences) {
    auto sentence = phrase(5 + below(14));
    sentence[0] = static_cast<char>(sentence[0] - 'a' + 'A');
    text += sentence + (below(6) == 0 ? ".\n\n" : ". ");
  }
  return text;
}

std::string TextWriter::mail() {
  return join("From: ", word(), "@", host(), "\r\nTo: ", word(), "@", host(),
              "\r\nSubject: ", phrase(5), "\r\nMIME-Version: 1.0\r\n\r\n", prose(), "\r\n");
}

std::string TextWriter::script() {
  auto text = join("function ", word(), "_", made_up_word(), "(", word(), ") {\n");
  for (auto rows = 3 + below(8); rows > 0; --rows)
    text += join("  var ", word(), " = document.getElementById('", word(), "').", word(), "(\"",
                 phrase(2), "\", ", number(3), ");\n");
  return text + "}\n";
}

std::string TextWriter::piece() {
  switch (below(10)) {
    case 0:
    case 1:
      return request();
    case 2:
    case 3:
      return response();
    case 4:
      return html();
    case 5:
      return json();
    case 6:
      return form();
    case 7:
      return mail();
    case 8:
      return script();
    default:
      return prose();
  }
}

std::string text_corpus(std::uint64_t seed, std::size_t size) {
  TextWriter writer(seed);
  std::string text;
  text.reserve(size + 4096);
  while (text.size() < size) text += writer.piece();
  text.resize(size);
  return text;
}

}  // namespace warpline
