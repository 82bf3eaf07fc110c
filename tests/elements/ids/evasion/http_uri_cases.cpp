// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <array>

#include "tests/elements/ids/evasion/http_pieces.hpp"

namespace warpline::ids::testing {

using namespace std::string_literals;

std::vector<EvasionCase> http_uri_cases() {
  std::vector<EvasionCase> cases;
  // `target` as the client sends it, and `uri` as rules see it.
  auto const add = [&](std::string const& name, std::string const& target,
                       std::string const& uri) -> EvasionCase& {
    return cases.emplace_back(http_case(
        "HttpUri" + name, talk("GET " + target + " HTTP/1.1\r\nHost: example.org\r\n\r\n"),
        {{"http.uri", uri}, {"http.uri.raw", target}, {"http.stat_code", "200"}}));
  };
  add("PercentEncoded", "/%61tt%61ck", "/attack");
  add("PercentEncodedTwice", "/%2561ttack", "/%61ttack");
  add("PercentOfEncodedDigits", "/%%36%31ttack", "/%61ttack");
  add("PercentWithoutDigits", "/%zzattack%", "/%zzattack%");
  add("PercentCut", "/attack%6", "/attack%6");
  add("Overlong", "/%c1%a1ttack", "/attack");
  add("OverlongOfThreeBytes", "/%e0%81%a1ttack", "/attack");
  add("OverlongSlash", "/a%c0%afattack", "/a/attack");
  add("PercentU", "/%u0061ttack", "/attack");
  add("PercentUOfAWideLetter", "/%uff41ttack", "/attack");
  add("PercentUCut", "/attack%u00", "/attack%u00");
  add("PercentUSlash", "/a%u002fattack", "/a/attack");
  add("WideLetterInUtf8", "/%ef%bd%81ttack", "/attack");
  add("Utf8", "/%c3%a9", "/\xe9");
  add("RawUtf8", "/\xc3\xa9", "/\xe9");
  add("CurrentFolder", "/./a/./attack", "/a/attack");
  add("ParentFolder", "/a/b/../../attack", "/attack");
  add("ParentOfTheRoot", "/../../attack", "/attack");
  add("ParentAtTheEnd", "/a/attack/..", "/a");
  add("CurrentFolderAtTheEnd", "/attack/.", "/attack");
  add("Slashes", "//a///attack", "/a/attack");
  add("Backslash", "/a\\attack", "/a/attack");
  add("BackslashToParent", "/a\\..\\attack", "/attack");
  add("EncodedSlash", "/a%2fattack", "/a/attack");
  add("EncodedBackslash", "/a%5cattack", "/a/attack");
  add("EncodedParent", "/a/%2e%2e/attack", "/attack");
  add("EncodedSlashes", "/a%2f%2f/attack", "/a/attack");
  add("Plus", "/a+b?c+d", "/a+b?c+d");
  add("EncodedNull", "/a%00ttack", "/a\0ttack"s);
  add("Null", "/a\0ttack"s, "/a\0ttack"s);
  add("EncodedNullInQuery", "/?a%00ttack", "/?a\0ttack"s);
  add("UpperCase", "/ATTACK", "/ATTACK");
  add("EncodedSpace", "/a%20ttack", "/a ttack");
  add("EncodedLineEnd", "/a%0d%0attack", "/a\r\nttack");
  add("EncodedQuestionMark", "/a%3fttack", "/a?ttack");
  add("Query", "/?q=%61ttack", "/?q=attack");
  add("QueryEncodedTwice", "/?q=%2561ttack", "/?q=%61ttack");
  add("QueryPercentU", "/?q=%u0061ttack", "/?q=%u0061ttack");
  add("QueryOverlong", "/?q=%c1%a1ttack", "/?q=\xc1\xa1ttack");
  add("QueryWithPath", "/?q=//a/./../b\\c", "/?q=//a/./../b\\c");
  add("QueryOfTwoMarks", "/??a?b", "/??a?b");
  add("Fragment", "/a#attack", "/a#attack");
  add("EncodedFragment", "/a#%61ttack", "/a#attack");
  add("Parameters", "/a;b=%61ttack/c", "/a;b=attack/c");
  add("WithoutSlash", "attack", "attack");
  add("Asterisk", "*", "*");
  add("Tab", "/an\tattack", "/an\tattack");
  // The URI ends at a space.
  for (auto const& [name, target] :
       {std::array{"Space", "/attack more"}, std::array{"TwoSpaces", " /attack"},
        std::array{"SpaceAtTheEnd", "/attack "}})
    cases.push_back(http_case(
        "HttpUri"s + name, talk("GET "s + target + " HTTP/1.1\r\nHost: h\r\n\r\n"),
        {{"http.uri", "/attack"}, {"http.uri.raw", "/attack"}, {"http.stat_code", "200"}}));
  // The scheme and host of an absolute URI.
  auto const absolute = [&](std::string const& name, std::string const& target,
                            std::string const& uri, std::string const& host) -> EvasionCase& {
    return cases.emplace_back(
        http_case("HttpUriAbsolute" + name,
                  talk("GET " + target + " HTTP/1.1\r\nHost: other.example\r\n\r\n"),
                  {{"http.uri", uri}, {"http.uri.raw", target}, {"http.host", host}}));
  };
  absolute("", "http://example.org/attack", "/attack", "example.org");
  absolute("WithPort", "http://example.org:8080/attack", "/attack", "example.org");
  absolute("WithUser", "http://user:word@example.org/attack", "/attack", "example.org");
  absolute("UpperCase", "HTTP://EXAMPLE.org/attack", "/attack", "example.org");
  absolute("WithPathInTheScheme", "http:/attack", "/attack", "other.example");
  absolute("WithoutPath", "http://example.org?attack", "?attack", "example.org");
  return cases;
}

}  // namespace warpline::ids::testing
