// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0

// The expectations are those of Suricata 7.0.10 with the configuration that it comes with.

#include "elements/ids/app/http_form.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/elements/ids/app/http_exchange.hpp"

namespace warpline::ids {
namespace {

constexpr char kFileHeader[] = "Content-Disposition: form-data; name=\"f\"; filename=\"x.txt\"\r\n";

std::string part(std::string const& headers, std::string const& content) {
  return "--BB\r\n" + headers + "\r\n" + content + "\r\n";
}

std::string post(std::string const& body,
                 std::string const& type = "multipart/form-data; boundary=BB",
                 std::string const& method = "POST") {
  return method + " /up HTTP/1.1\r\nHost: h\r\nContent-Type: " + type +
         "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

std::vector<std::string> files_of(std::string const& request) {
  HttpExchange exchange;
  exchange.request(request);
  std::vector<std::string> files;
  while (auto const file =
             exchange.get(true, Buffer::kFileData, 0, static_cast<unsigned>(files.size())))
    files.push_back(*file);
  return files;
}

using Files = std::vector<std::string>;

TEST(HttpForm, ShowsPartsWithAFileName) {
  EXPECT_EQ(files_of(post(part(kFileHeader, "one") +
                          part("Content-Disposition: form-data; name=\"v\"\r\n", "value") +
                          part(kFileHeader, "two") + "--BB--\r\n")),
            (Files{"one", "two"}));
}

TEST(HttpForm, TakesAnyTypeWithABoundary) {
  auto const body = part(kFileHeader, "one") + "--BB--\r\n";
  for (auto const* const type :
       {"Multipart/Form-Data; boundary=BB", "multipart/form-data; Boundary=\"BB\"",
        "multipart/form-data;boundary=BB; x=y", "text/plain; boundary=BB"})
    EXPECT_EQ(files_of(post(body, type)), Files{"one"}) << type;
}

TEST(HttpForm, IsOneFileWithoutABoundary) {
  auto const body = part(kFileHeader, "one") + "--BB--\r\n";
  for (auto const* const type :
       {"multipart/form-data", "multipart/form-data, boundary=BB",
        "multipart/form-data; boundary=\"BB", "multipart/form-data; xboundary=BB"})
    EXPECT_EQ(files_of(post(body, type)), Files{body}) << type;
  EXPECT_EQ(files_of(post(body, "multipart/form-data; boundary=BB", "PUT")), Files{body});
}

TEST(HttpForm, TakesLinesThatOnlyBeginLikeTheBoundaryAsContent) {
  EXPECT_EQ(files_of(post(part(kFileHeader, "a\r\n--B\r\nb") + "--BB--\r\n")),
            Files{"a\r\n--B\r\nb"});
}

TEST(HttpForm, ShowsNoFileForAnEmptyName) {
  EXPECT_EQ(
      files_of(post(part("Content-Disposition: form-data; filename=\"\"\r\n", "x") + "--BB--\r\n")),
      Files{});
}

TEST(HttpForm, FindsTheSameFilesHoweverTheBytesAreCut) {
  auto const request = post(part(kFileHeader, "one") + part(kFileHeader, "") +
                            part(kFileHeader, "three") + "--BB--\r\n");
  for (std::size_t cut = 1; cut < request.size(); ++cut) {
    HttpExchange exchange;
    exchange.request(request.substr(0, cut));
    exchange.request(request.substr(cut));
    EXPECT_EQ(exchange.sent(Buffer::kFileData, 0, 0), "one") << cut;
    EXPECT_EQ(exchange.sent(Buffer::kFileData, 0, 1), "(none)") << cut;
    EXPECT_EQ(exchange.sent(Buffer::kFileData, 0, 2), "three") << cut;
  }
}

}  // namespace
}  // namespace warpline::ids
