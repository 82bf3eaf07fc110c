// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "tests/elements/ids/evasion/http_pieces.hpp"

namespace warpline::ids::testing {
namespace {

using namespace std::string_literals;

constexpr char kFile[] = "flow:to_client; file_data", kUri[] = "http.uri",
               kMethod[] = "http.method", kStatus[] = "http.stat_code",
               kMessage[] = "http.stat_msg";

std::string get(std::string const& target) {
  return "GET " + target + " HTTP/1.1\r\nHost: example.org\r\n\r\n";
}

std::string answer(std::string const& status, std::string const& body) {
  return "HTTP/1.1 " + status + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         body;
}

}  // namespace

std::vector<EvasionCase> http_message_cases() {
  std::vector<EvasionCase> cases;
  auto const add = [&](std::string const& name, Traffic const& traffic,
                       std::vector<Seen> const& seen) -> EvasionCase& {
    return cases.emplace_back(http_case("Http" + name, traffic, seen));
  };
  // The order of messages.
  add("Pipelined",
      talk(get("/a") + get("/b") + get("/c"),
           answer("200 OK", "x") + answer("404 Not Found", "y") + answer("500 Error", "attack")),
      {{kUri, "/a"}, {kUri, "/b"}, {kUri, "/c"}, {kStatus, "404"}, {kFile, "attack"}});
  {
    auto& test = add("PipelinedOnceForEachTransaction",
                     talk(get("/a") + get("/a") + get("/a"),
                          answer("200 OK", "x") + answer("200 OK", "x") + answer("200 OK", "x")),
                     {{kUri, "/a"}, {kFile, "x"}});
    test.expected = {1, 1, 1, 2, 2, 2};
  }
  add("RuleOfAResponseBodyOnARequest",
      talk("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\nattack"),
      {{kUri, "/a"}, {"http.response_body", "attack"}})
      .expected = {1};
  add("RuleOfBothDirectionsOfATransaction", talk(get("/a")), {{"http.protocol", "HTTP/1.1"}})
      .expected = {1, 1};
  {
    Traffic traffic;
    traffic.handshake().send(false, answer("200 OK", "attack")).send(true, "");
    traffic.send(true, get("/a")).send(false, "").close();
    add("ResponseBeforeTheRequest", traffic, {{kUri, "/a"}, {kFile, "attack"}});
  }
  {
    Traffic traffic;
    traffic.handshake().send(false, answer("200 OK", "attack")).send(true, "").close();
    add("ResponseWithoutARequest", traffic, {{kFile, "attack"}, {kStatus, "200"}});
  }
  {
    Traffic traffic;
    traffic.handshake().send(true, "GET /a HTTP/1.1\r\nHo").send(false, "");
    traffic.send(false, answer("200 OK", "attack")).send(true, "st: h\r\n\r\n").send(false, "");
    add("ResponseAmidTheRequest", traffic.close(), {{kUri, "/a"}, {kFile, "attack"}});
  }
  {
    Traffic traffic;
    traffic.handshake();
    traffic.send(true, "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 6\r\n\r\n").send(false, "");
    traffic.send(false, answer("200 OK", "early")).send(true, "attack").send(false, "").close();
    add("ResponseBeforeTheBodyOfTheRequest", traffic,
        {{"http.request_body", "attack"}, {kFile, "early"}});
  }
  {
    Traffic traffic;
    traffic.handshake().send(true, get("/attack")).send(false, "").close();
    add("RequestWithoutAResponse", traffic, {{kUri, "/attack"}});
  }
  {
    Traffic traffic;
    traffic.handshake().send(true, "GET /attack HTTP/1.1\r\nHost: h\r\n").send(false, "").close();
    add("RequestThatIsCut", traffic, {{kUri, "/attack"}});
  }
  {
    Traffic traffic;
    traffic.handshake().send(true, "GET /attack HT").send(false, "").close();
    add("RequestLineThatIsCut", traffic, {{kUri, "/attack"}});
  }
  // Statuses.
  std::string const post =
      "POST /a HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 6\r\n\r\nattack";
  add("Continue", talk(post, "HTTP/1.1 100 Continue\r\n\r\n" + answer("200 OK", "x")),
      {{"http.request_body", "attack"}, {kStatus, "200"}, {kFile, "x"}});
  add("ContinueTwice",
      talk(post,
           "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n" + answer("200 OK", "x")),
      {{"http.request_body", "attack"}, {kStatus, "200"}, {kFile, "x"}})
      .differs_with_old_libhtp({1});
  add("ContinueWithHeaders",
      talk(post, "HTTP/1.1 100 Continue\r\nX: y\r\n\r\n" + answer("200 OK", "x")),
      {{kStatus, "200"}, {kFile, "x"}});
  add("HeadWithoutABody",
      talk("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n" + get("/b"),
           "HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\n" + answer("201 Created", "attack")),
      {{kStatus, "201"}, {kFile, "attack"}});
  add("HeadWithABody", talk("HEAD /a HTTP/1.1\r\nHost: h\r\n\r\n", answer("200 OK", "attack")),
      {{kStatus, "200"}});
  add("NoContentWithABody",
      talk(get("/a") + get("/b"), answer("204 No Content", "attack") + answer("201 Created", "x")),
      {{kStatus, "204"}, {kStatus, "201"}});
  add("NotModifiedWithoutABody",
      talk(get("/a") + get("/b"),
           "HTTP/1.1 304 Not Modified\r\nContent-Length: 6\r\n\r\n" + answer("201 Created", "x")),
      {{kStatus, "304"}, {kFile, answer("201 Created", "x")}});
  add("SwitchingProtocols",
      talk("GET /a HTTP/1.1\r\nHost: h\r\nUpgrade: x\r\nConnection: Upgrade\r\n\r\n",
           "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\nattack"),
      {{kUri, "/a"}, {kStatus, "101"}});
  add("StatusWithoutAMessage", talk(kGet, "HTTP/1.1 200\r\nContent-Length: 6\r\n\r\nattack"),
      {{kStatus, "200"}, {kFile, "attack"}});
  add("StatusWithSpaces",
      talk(kGet, "HTTP/1.1   200   very OK \r\nContent-Length: 6\r\n\r\nattack"),
      {{kStatus, "200"}, {kMessage, "very OK "}, {kFile, "attack"}});
  add("StatusOfFourDigits", talk(kGet, answer("2000 OK", "attack")),
      {{kStatus, "2000"}, {kFile, "attack"}});
  add("StatusOfLetters", talk(kGet, answer("abc OK", "attack")),
      {{kStatus, "abc"}, {kFile, "attack"}});
  add("ResponseWithLineEndsBeforeIt", talk(kGet, "\r\n\r\n" + answer("200 OK", "attack")),
      {{kStatus, "200"}, {kFile, "attack"}});
  add("ResponseWithoutAStatusLine", talk(kGet, "attack without a status"),
      {{kFile, "attack without a status"}});
  add("ResponseOfUnknownVersion", talk(kGet, "HTTP/7.3 200 OK\r\nContent-Length: 6\r\n\r\nattack"),
      {{kStatus, "200"}, {kFile, "attack"}});
  add("ResponseOfLineFeeds", talk(kGet, "HTTP/1.1 200 OK\nContent-Length: 6\n\nattack"),
      {{kStatus, "200"}, {kFile, "attack"}});
  // Requests of odd forms.
  auto const request = [&](std::string const& name, std::string const& text,
                           std::vector<Seen> const& seen) -> EvasionCase& {
    return add("Request" + name, talk(text), seen);
  };
  request("OfVersion09", "GET /attack\r\n", {{kUri, "/attack"}});
  request("OfVersion10", "GET /attack HTTP/1.0\r\n\r\n",
          {{kUri, "/attack"}, {"flow:to_server; http.protocol", "HTTP/1.0"}});
  request("OfUnknownVersion", "GET /attack HTTP/1.9\r\nHost: h\r\n\r\n",
          {{kUri, "/attack"}, {"flow:to_server; http.protocol", "HTTP/1.9"}});
  request("OfVersionInLowerCase", "GET /attack http/1.1\r\nHost: h\r\n\r\n",
          {{kUri, "/attack"}, {"flow:to_server; http.protocol", "http/1.1"}});
  request("OfOddVersion", "GET /attack HTTP/01.1\r\nHost: h\r\n\r\n",
          {{kUri, "/attack"}, {"flow:to_server; http.protocol", "HTTP/01.1"}});
  request("OfMethodInLowerCase", "get /attack HTTP/1.1\r\nHost: h\r\n\r\n",
          {{kMethod, "get"}, {kUri, "/attack"}});
  request("OfUnknownMethod", "ATTACK / HTTP/1.1\r\nHost: h\r\n\r\n", {{kMethod, "ATTACK"}});
  add("RequestOfUnknownMethodInPieces",
      talk_in_pieces("ATTACK / HTTP/1.1\r\nHost: h\r\n\r\n", kOk, 5), {{kMethod, "ATTACK"}});
  request("OfOddMethod", "G,E;T /attack HTTP/1.1\r\nHost: h\r\n\r\n",
          {{kMethod, "G,E;T"}, {kUri, "/attack"}});
  request("AfterLineEnds", "\r\n\r\nGET /attack HTTP/1.1\r\nHost: h\r\n\r\n", {{kUri, "/attack"}});
  request("AfterSpaces", "  GET /attack HTTP/1.1\r\nHost: h\r\n\r\n",
          {{kMethod, "GET"}, {kUri, "/attack"}});
  request("WithTabs", "GET\t/attack\tHTTP/1.1\r\nHost: h\r\n\r\n",
          {{kMethod, "GET"}, {kUri, "/attack"}});
  request("OfLineFeeds", "GET /attack HTTP/1.1\nHost: h\n\n",
          {{kUri, "/attack"}, {"http.host", "h"}});
  request("WithSpacesAtTheEnd", "GET /attack HTTP/1.1   \r\nHost: h\r\n\r\n",
          {{kUri, "/attack"}, {"http.host", "h"}});
  request("WithTwoVersions", "GET /attack HTTP/1.1 HTTP/1.1\r\nHost: h\r\n\r\n",
          {{"http.uri.raw", "/attack"}, {"http.host", "h"}});
  // Tunnels.
  add("ConnectWithData",
      talk("CONNECT example.org:443 HTTP/1.1\r\nHost: example.org:443\r\n\r\n",
           "HTTP/1.1 200 OK\r\n\r\nattack"),
      {{kMethod, "CONNECT"}, {"http.uri.raw", "example.org:443"}, {kStatus, "200"}});
  {
    Traffic traffic;
    traffic.handshake().send(true, "CONNECT example.org:80 HTTP/1.1\r\nHost: h\r\n\r\n");
    traffic.send(false, answer("403 Forbidden", "no")).send(true, get("/attack"));
    traffic.send(false, answer("201 Created", "x")).send(true, "").close();
    add("ConnectThatIsRefused", traffic,
        {{kMethod, "CONNECT"}, {kUri, "/attack"}, {kStatus, "403"}, {kStatus, "201"}});
  }
  {
    Traffic traffic;
    traffic.handshake().send(true, "CONNECT example.org:80 HTTP/1.1\r\nHost: h\r\n\r\n");
    traffic.send(false, "HTTP/1.1 200 OK\r\n\r\n").send(true, get("/attack"));
    traffic.send(false, answer("201 Created", "x")).send(true, "").close();
    add("ConnectWithARequestInIt", traffic, {{kMethod, "CONNECT"}, {kUri, "/attack"}});
  }
  return cases;
}

}  // namespace warpline::ids::testing
