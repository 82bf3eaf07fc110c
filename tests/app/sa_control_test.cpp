// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ipsec/control/sa_control.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <thread>

#include "elements/ipsec/config/sa_file.hpp"
#include "elements/ipsec/config/sa_text.hpp"
#include "elements/ipsec/database/key_reuse.hpp"
#include "tests/support/hex_runs.hpp"
#include "tests/support/sa_requests.hpp"

namespace warpline::app {
namespace {

namespace json = boost::json;
using ipsec::SaDatabase;
using ::testing::HasSubstr;
using ::testing::Not;

/// An SA in the words of a client; its key is 7777...
std::string sa(std::string const& spi, std::string const& more = "") {
  return "src 10.0.0.1 dst 10.0.0.2 proto esp mode tunnel spi " + spi +
         " aead rfc4106(gcm(aes)) 0x" + std::string(40, '7') + " 128 " + more;
}

std::shared_ptr<SaDatabase> database_of(std::string const& text, std::uint32_t max_sas = 8) {
  auto const sas = ipsec::parse_sa_file(Source{"file", text});
  return std::make_shared<SaDatabase>(sas, std::vector<ipsec::Policy>{},
                                      SaDatabase::Options{.max_sas = max_sas});
}

class SaControlTest : public ::testing::Test {
 protected:
  SaControlTest() { databases_->add("a.sa", a_); }

  json::object ask(std::string const& request) {
    auto const line = control_.answer(request);
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
    return json::parse(line).as_object();
  }
  json::object ask(json::object const& request) { return ask(json::serialize(request)); }
  /// The error of an answer that is not `ok`.
  std::string error(std::string const& request) {
    auto const answer = ask(request);
    EXPECT_EQ(answer.at("ok"), false) << json::serialize(answer);
    auto const* const text = answer.if_contains("error");
    return text != nullptr ? std::string(text->as_string()) : "no error";
  }
  std::string error(json::object const& request) { return error(json::serialize(request)); }

  static json::object name(std::string const& direction, std::string const& spi) {
    return {{"direction", direction}, {"spi", spi}, {"destination", "10.0.0.2"}};
  }
  static json::object rekey(std::string const& direction, std::string const& from,
                            std::string const& to, json::value const& keep) {
    return {{"command", "rekey"},
            {"old", name(direction, from)},
            {"sa", sa(to, "dir " + direction)},
            {"keep_seconds", keep}};
  }
  /// `out 0x00000101` and so on, in the order of `list`.
  std::vector<std::string> listed() {
    std::vector<std::string> result;
    auto const answer = ask(std::string(R"({"command": "list"})"));
    for (auto const& database : answer.at("databases").as_array())
      for (auto const& sa : database.at("sas").as_array())
        result.push_back(std::string(sa.at("direction").as_string()) + ' ' +
                         std::string(sa.at("spi").as_string()));
    return result;
  }

  std::shared_ptr<SaDatabase> a_ =
      database_of(sa("0x101", "dir out") + "\n" + sa("0x201", "dir in"));
  std::shared_ptr<ipsec::SaDatabases> databases_ = std::make_shared<ipsec::SaDatabases>();
  std::vector<std::shared_ptr<SaDatabase>> kept_;
  test::SaRequests control_{databases_};
};

TEST_F(SaControlTest, ListsWhatAnSaIs) {
  ASSERT_EQ(ask(json::object{{"command", "add"},
                             {"sa", sa("0x102",
                                       "dir in reqid 7 flag esn encap espinudp 4501 4500 0.0.0.0 "
                                       "limit packet-hard 9 limit byte-soft 10")}})
                .at("ok"),
            true);
  auto const answer = ask(json::object{{"command", "list"}});
  EXPECT_EQ(answer.at("ok"), true);
  ASSERT_EQ(answer.at("databases").as_array().size(), 1u);
  auto const& database = answer.at("databases").at(0);
  EXPECT_EQ(database.at("name"), "a.sa");
  ASSERT_EQ(database.at("sas").as_array().size(), 3u);
  for (auto const& value : database.at("sas").as_array()) {
    auto const& object = value.as_object();
    EXPECT_EQ(object.at("destination"), "10.0.0.2");
    EXPECT_EQ(object.at("source"), "10.0.0.1");
    EXPECT_EQ(object.at("suite"), "aes128-gcm");
    EXPECT_EQ(object.at("mode"), "tunnel");
    EXPECT_EQ(object.at("packets"), 0);
    EXPECT_FALSE(object.contains("idle_seconds"));
    EXPECT_EQ(object.contains("integrity_failures"), object.at("direction") == "in");
    bool const full = object.at("spi") == "0x00000102";
    EXPECT_EQ(object.at("esn"), full);
    EXPECT_EQ(object.at("reqid"), full ? 7 : 0);
    EXPECT_EQ(object.contains("encapsulation"), full);
    if (!full) continue;
    EXPECT_EQ(object.at("encapsulation"),
              (json::value{{"source_port", 4501}, {"destination_port", 4500}}));
    EXPECT_EQ(object.at("hard"), (json::value{{"packets", 9}}));
    EXPECT_EQ(object.at("soft"), (json::value{{"bytes", 10}}));
  }
}

TEST_F(SaControlTest, AddsAndDeletes) {
  EXPECT_EQ(
      ask(json::object{{"command", "add"}, {"sa", sa("0x102") + "\n" + sa("0x103", "dir in")}}),
      (json::object{{"added", 2}, {"ok", true}}));
  EXPECT_THAT(listed(),
              ::testing::UnorderedElementsAre("out 0x00000101", "in 0x00000201", "out 0x00000102",
                                              "in 0x00000102", "in 0x00000103"));
  EXPECT_EQ(ask(json::object{{"command", "delete"}, {"sa", name("in", "0x102")}}),
            (json::object{{"deleted", 1}, {"ok", true}}));
  EXPECT_EQ(ask(json::object{
                {"command", "delete"},
                {"sa", {{"direction", "out"}, {"spi", 0x102}, {"destination", "10.0.0.2"}}}}),
            (json::object{{"deleted", 1}, {"ok", true}}));
  EXPECT_THAT(listed(),
              ::testing::UnorderedElementsAre("out 0x00000101", "in 0x00000201", "in 0x00000103"));
  EXPECT_EQ(error(json::object{{"command", "delete"}, {"sa", name("in", "0x102")}}),
            "there is no such SA");
}

TEST_F(SaControlTest, RekeyTakesAnOutboundSaAwayAtOnceAndAnInboundOneLater) {
  auto answer = ask(rekey("out", "0x101", "0x102", 5));
  EXPECT_EQ(answer, (json::object{{"added", 1}, {"old_leaves_in_seconds", 0.0}, {"ok", true}}));
  answer = ask(rekey("in", "0x201", "0x202", 0.05));
  EXPECT_EQ(answer, (json::object{{"added", 1}, {"old_leaves_in_seconds", 0.05}, {"ok", true}}));
  EXPECT_TRUE(control_.tick().empty());
  EXPECT_THAT(listed(),
              ::testing::UnorderedElementsAre("out 0x00000102", "in 0x00000201", "in 0x00000202"));
  std::this_thread::sleep_for(std::chrono::milliseconds(60));
  EXPECT_TRUE(control_.tick().empty());
  EXPECT_THAT(listed(), ::testing::UnorderedElementsAre("out 0x00000102", "in 0x00000202"));
}

TEST_F(SaControlTest, KeepsTenSecondsUnlessTold) {
  auto request = rekey("in", "0x201", "0x202", 0);
  request.erase("keep_seconds");
  EXPECT_EQ(ask(request).at("old_leaves_in_seconds"), 10.0);
}

TEST_F(SaControlTest, ARekeyThatFailsLeavesTheOldSa) {
  EXPECT_THAT(error(rekey("in", "0x201", "0x201", 0)), HasSubstr("0x201"));
  EXPECT_EQ(error(rekey("in", "0x202", "0x203", 0)), "the SA in \"old\" does not exist");
  EXPECT_TRUE(control_.tick().empty());
  EXPECT_THAT(listed(), ::testing::UnorderedElementsAre("out 0x00000101", "in 0x00000201"));
}

TEST_F(SaControlTest, AnSaThatCameBackUnderTheNameOfALeavingOneStays) {
  ask(rekey("in", "0x201", "0x202", 0));
  EXPECT_EQ(ask(json::object{{"command", "delete"}, {"sa", name("in", "0x201")}}).at("ok"), true);
  EXPECT_EQ(ask(json::object{{"command", "add"}, {"sa", sa("0x201", "dir in")}}).at("ok"), true);
  control_.tick();
  EXPECT_THAT(listed(),
              ::testing::UnorderedElementsAre("out 0x00000101", "in 0x00000201", "in 0x00000202"));
}

TEST_F(SaControlTest, OfTwoRekeysOfOneSaTheLaterSaysWhenItLeaves) {
  ask(rekey("in", "0x201", "0x202", 0));
  ask(rekey("in", "0x201", "0x203", 100));
  control_.tick();
  EXPECT_EQ(listed().size(), 4u);
}

TEST_F(SaControlTest, TellsOfLifetimesOnce) {
  ask(json::object{{"command", "add"},
                   {"sa", sa("0x301", "dir in limit packet-soft 2 limit packet-hard 3")}});
  auto const key = ipsec::SpiKey::of(0x301, *parse_ip_address("10.0.0.2"));
  auto& packets = a_->slots().use(a_->spis().find(key)).inbound.packets;
  json::object const soft{{"direction", "in"},
                          {"spi", "0x00000301"},
                          {"destination", "10.0.0.2"},
                          {"event", "soft_lifetime"},
                          {"database", "a.sa"}};
  auto hard = soft;
  hard["event"] = "expired";
  std::vector<json::object> events;
  for (unsigned i = 0; i < 8; ++i) {
    packets = i / 2;
    for (auto const& line : control_.tick()) events.push_back(json::parse(line).as_object());
  }
  EXPECT_EQ(events, (std::vector<json::object>{soft, hard}));
  EXPECT_EQ(listed().size(), 2u);
  EXPECT_TRUE(control_.tick().empty());
}

TEST_F(SaControlTest, OfSeveralDatabasesOneIsNamed) {
  auto const b = database_of(sa("0x401", "dir out"));
  databases_->add("b.sa", b);
  EXPECT_EQ(ask(json::object{{"command", "list"}}).at("databases").as_array().size(), 2u);
  auto const only = ask(json::object{{"command", "list"}, {"database", "b.sa"}});
  ASSERT_EQ(only.at("databases").as_array().size(), 1u);
  EXPECT_EQ(only.at("databases").at(0).at("name"), "b.sa");
  EXPECT_EQ(only.at("databases").at(0).at("sas").at(0).at("spi"), "0x00000401");
  EXPECT_EQ(error(json::object{{"command", "add"}, {"sa", sa("0x102")}}),
            "no \"database\"; expected one of a.sa, b.sa");
  EXPECT_EQ(error(json::object{{"command", "list"}, {"database", "c.sa"}}),
            "no database 'c.sa'; expected one of a.sa, b.sa; did you mean 'a.sa' or 'b.sa'?");
  EXPECT_EQ(error(json::object{{"command", "list"}, {"database", 5}}),
            "\"database\": expected one of a.sa, b.sa");
  EXPECT_EQ(
      ask(json::object{{"command", "add"}, {"sa", sa("0x102", "dir out")}, {"database", "b.sa"}})
          .at("ok"),
      true);
  EXPECT_EQ(b->list().size(), 2u);
  EXPECT_EQ(a_->list().size(), 2u);
}

TEST_F(SaControlTest, ListsManySasInShortPieces) {
  std::vector<std::string> expected{"in 0x00000201", "out 0x00000101"};
  for (unsigned count : {128u, 0u, 300u}) {
    std::string text;
    for (unsigned i = 0; i <= count; ++i) text += sa(std::to_string(0x1000 + i), "dir in") + "\n";
    auto const many = database_of(text, 1024);
    if (count == 0)
      many->remove({ipsec::Direction::kInbound, 0x1000, many->list()[0].name.destination});
    kept_.push_back(many);
    databases_->add("many " + std::to_string(count), many);
    for (unsigned i = 0; i <= count && count != 0; ++i) {
      char line[32];
      std::snprintf(line, sizeof line, "in 0x%08x", 0x1000 + i);
      expected.push_back(line);
    }
  }
  EXPECT_THAT(listed(), ::testing::UnorderedElementsAreArray(expected));
  auto reply = control_.reply(R"({"command": "list"})");
  std::size_t pieces = 0;
  for (auto piece = reply.next(); !piece.empty(); piece = reply.next(), ++pieces)
    EXPECT_LT(piece.size(), 100'000u);
  EXPECT_GE(pieces, 4u);
}

TEST_F(SaControlTest, ExportsManySasInShortPieces) {
  for (unsigned count : {0u, 1u, 64u, 300u}) {
    std::string text;
    for (unsigned i = 0; i < std::max(count, 1u); ++i)
      text += sa(std::to_string(0x1000 + i), "dir in") + "\n";
    auto const many = database_of(text, 1024);
    if (count == 0) many->remove(many->list()[0].name);
    auto const name = "many " + std::to_string(count);
    kept_.push_back(many);
    databases_->add(name, many);
    json::object const request{{"command", "export"}, {"database", name}};
    std::string expected;
    for (auto const& sa : many->list()) expected += ipsec::xfrm_state_text(sa);
    auto const answer = ask(request);
    EXPECT_EQ(answer.at("ok"), true);
    EXPECT_EQ(answer.at("sas").as_string(), expected);
    auto reply = control_.reply(json::serialize(request));
    for (auto piece = reply.next(); !piece.empty(); piece = reply.next())
      EXPECT_LT(piece.size(), 100'000u);
  }
}

TEST_F(SaControlTest, AListGoesOnWhileSasComeAndGo) {
  std::string text;
  for (unsigned i = 0; i < 300; ++i) text += sa(std::to_string(0x1000 + i), "dir in") + "\n";
  auto const many = database_of(text, 1024);
  databases_->add("many", many);
  auto reply = control_.reply(R"({"command": "list", "database": "many"})");
  auto line = reply.next();
  auto const destination = *parse_ip_address("10.0.0.2");
  for (unsigned i = 0; i < 300; ++i)
    if (i % 2 == 0) {
      EXPECT_TRUE(many->remove({ipsec::Direction::kInbound, 0x1000 + i, destination}));
    }
  line += reply.whole();
  auto const answer = json::parse(line).as_object();
  std::size_t odd = 0;
  for (auto const& sa : answer.at("databases").at(0).at("sas").as_array())
    odd += std::stoul(std::string(sa.at("spi").as_string()), nullptr, 16) % 2;
  EXPECT_EQ(odd, 150u) << "each SA that stays is in it once";
}

TEST_F(SaControlTest, SaysWhoWaitsForEvents) {
  auto reply = control_.reply(R"({"command": "events"})");
  EXPECT_TRUE(reply.waits_for_events);
  EXPECT_EQ(reply.whole(), R"({"ok":true})");
  EXPECT_FALSE(control_.reply(R"({"command": "list"})").waits_for_events);
  EXPECT_EQ(error(json::object{{"command", "events"}, {"database", "a.sa"}}),
            "unknown member \"database\"");
}

TEST_F(SaControlTest, CutsLongErrors) {
  std::string word, all;
  for (int i = 0; i < 1000; ++i) word += "\u00e9";
  for (int i = 0; i < 120; ++i) all += sa("0x102", "flag " + word) + '\n';
  auto const fault = error(json::object{{"command", "add"}, {"sa", all}});
  EXPECT_LT(fault.size(), 66'000u);
  EXPECT_THAT(fault, HasSubstr("more bytes of errors)"));
}

TEST_F(SaControlTest, SaysWhatIsWrongWithARequest) {
  EXPECT_THAT(error(std::string("list")), HasSubstr("this is not JSON"));
  EXPECT_THAT(error(std::string()), HasSubstr("this is not JSON"));
  EXPECT_THAT(error(std::string("{\"command\": \"\xff\"}")), HasSubstr("this is not JSON"));
  EXPECT_THAT(error(std::string(100000, '[')), HasSubstr("this is not JSON"));
  EXPECT_EQ(error(std::string("[1]")),
            "expected a JSON object, such as {\"command\": \"metrics\"}");
  EXPECT_EQ(error(std::string("{}")),
            "no \"command\"; expected \"list\", \"export\", \"add\", \"delete\", \"rekey\", "
            "\"metrics\" or \"events\"");
  EXPECT_EQ(error(json::object{{"command", 7}}),
            "\"command\": expected \"list\", \"export\", \"add\", \"delete\", \"rekey\", "
            "\"metrics\" or \"events\"");
  EXPECT_EQ(
      error(json::object{{"command", "lisst"}}),
      "unknown command 'lisst'; expected \"list\", \"export\", \"add\", \"delete\", \"rekey\", "
      "\"metrics\" or \"events\"; did you mean 'list'?");
  EXPECT_THAT(error(std::string(R"({"command": "list\u0000"})")), HasSubstr("unknown command"));
  EXPECT_EQ(error(json::object{{"command", "list"}, {"verbose", true}}),
            "unknown member \"verbose\"");
  EXPECT_EQ(error(json::object{{"command", "add"}}),
            "no \"sa\"; expected an SA in the words of `ip xfrm state`");
  EXPECT_EQ(error(json::object{{"command", "delete"}}),
            "no \"sa\"; expected an object that names an SA");
}

TEST_F(SaControlTest, SaysWhatIsWrongWithAName) {
  auto const with = [this](char const* member, json::value const& value) {
    auto named = name("in", "0x201");
    named[member] = value;
    return error(json::object{{"command", "delete"}, {"sa", named}});
  };
  EXPECT_EQ(error(json::object{{"command", "delete"}, {"sa", "0x201"}}),
            "expected an object with \"direction\", \"spi\" and \"destination\"");
  EXPECT_EQ(error(json::object{{"command", "delete"}, {"sa", json::object{}}}),
            "no \"direction\"; expected an object with \"direction\", \"spi\" and \"destination\"");
  EXPECT_EQ(with("direction", "inbound"), "\"direction\": expected \"out\" or \"in\"");
  for (json::value const& spi :
       {json::value(-1), json::value(4294967296), json::value(1.5), json::value(""),
        json::value("x"), json::value("0x201 "), json::value(" 0x201"),
        json::value("-18446744073709551103"), json::value("4294967296"), json::value(nullptr),
        json::value("0513"), json::value(std::string("0x201\0", 6))})
    EXPECT_EQ(with("spi", spi), "\"spi\": expected a number below 2^32, or such a number as text")
        << json::serialize(spi);
  EXPECT_EQ(with("destination", "10.0.0"), "\"destination\": expected an IPv4 or IPv6 address");
  EXPECT_EQ(with("destination", 10), "\"destination\": expected an IPv4 or IPv6 address");
  EXPECT_EQ(with("source", "10.0.0.1"),
            "unknown member \"source\"; expected an object with \"direction\", \"spi\" and "
            "\"destination\"");
  EXPECT_EQ(listed().size(), 2u);
}

TEST_F(SaControlTest, RefusesTimesThatNoClockHas) {
  for (json::value const& keep :
       {json::value(-1), json::value(1e300), json::value("10"), json::value(1000001)})
    EXPECT_EQ(error(rekey("in", "0x201", "0x202", keep)),
              "\"keep_seconds\": expected a number, 0 to 1000000")
        << json::serialize(keep);
  EXPECT_EQ(listed().size(), 2u);
}

TEST_F(SaControlTest, ShowsFaultsOfAnSaAndNoKey) {
  auto const fault = error(json::object{{"command", "add"}, {"sa", sa("0x102", "flag esm")}});
  EXPECT_THAT(fault, HasSubstr("sa:1:"));
  EXPECT_THAT(fault, HasSubstr("'esm'"));
  EXPECT_THAT(fault, Not(HasSubstr("7777")));
  EXPECT_THAT(error(json::object{{"command", "add"}, {"sa", ""}}), HasSubstr("holds no SA"));
  EXPECT_THAT(error(json::object{{"command", "add"}, {"sa", sa("0x101", "dir out")}}),
              HasSubstr("0x101"));
}

TEST_F(SaControlTest, HidesAKeyWhereverItStands) {
  std::string const key = "c0ffee11c0ffee22c0ffee33c0ffee44b0b1b2b3";
  auto const hides = [&](std::string const& request) {
    auto const answer = control_.answer(request);
    EXPECT_LT(test::longest_shared_run(answer, key), 8u) << answer;
  };
  auto const good = json::serialize(json::object{{"command", "add"}, {"sa", sa("0x102")}});
  for (std::size_t position = 0; position <= good.size(); ++position) {
    hides(std::string(good).insert(position, key));
    hides(std::string(good).insert(position, "0x" + key + " "));
  }
  hides(R"({"command": ")" + key + R"("})");
  hides(R"({"command": "list", ")" + key + R"(": 1})");
  hides(R"({"command": "list", "database": ")" + key + R"("})");
  hides(R"({"command": "delete", "sa": {"direction": ")" + key + R"("}})");
  hides(R"({"command": "delete", "sa": {"direction": "in", "spi": ")" + key + R"("}})");
}

TEST_F(SaControlTest, TellsWhatItPassedOver) {
  auto const answer = ask(json::object{
      {"command", "add"},
      {"sa", sa("0x5", "dir in\n\tlastused -\n\tcrypto offload parameters: dev x dir out")}});
  EXPECT_EQ(answer.at("added"), 1);
  EXPECT_EQ(answer.at("notes"),
            (json::array{"SPIs from 1 to 255 are reserved (RFC 4303 section 2.1); peers may refuse "
                         "this one",
                         "ignored, without effect on packets here: lastused, offload"}));
}

TEST_F(SaControlTest, SurvivesManyFlagsInOneRequest) {
  std::string flags = "flag";
  for (unsigned i = 0; i < 100'000; ++i) flags += " esn";
  EXPECT_EQ(ask(json::object{{"command", "add"}, {"sa", sa("0x102", flags)}}).at("ok"), true);
}

TEST_F(SaControlTest, SkipsAByteOrderMark) {
  EXPECT_EQ(ask("\xef\xbb\xbf{\"command\": \"list\"}").at("ok"), true);
  EXPECT_EQ(ask(json::object{{"command", "add"}, {"sa", "\xef\xbb\xbf" + sa("0x102")}}).at("ok"),
            true);
}

TEST_F(SaControlTest, RefusesAKeyThatAnotherSaUses) {
  auto const keys = std::make_shared<ipsec::KeyReuse>();
  auto const database =
      std::make_shared<SaDatabase>(std::vector<ipsec::SaConfig>{}, std::vector<ipsec::Policy>{},
                                   SaDatabase::Options{.max_sas = 8, .keys = keys});
  databases_->add("b.sa", database);
  auto const add = [&](std::string const& text) {
    return json::object{{"command", "add"}, {"database", "b.sa"}, {"sa", text}};
  };
  EXPECT_EQ(ask(add(sa("0x301", "dir out"))).at("ok"), true);
  EXPECT_EQ(ask(add(sa("0x301", "dir in"))).at("ok"), true) << "the same SA the other way";
  EXPECT_EQ(error(add(sa("0x302", "dir in"))),
            "the SA with SPI 0x00000302 to 10.0.0.2 has the key and salt of the SA with SPI "
            "0x00000301 to 10.0.0.2: both would encrypt with the same nonces, which reveals the "
            "plaintexts (RFC 4106 section 10); expected a key of its own for each SA");
  for (std::string const direction : {"in", "out"})
    EXPECT_EQ(
        ask(json::object{
                {"command", "delete"}, {"database", "b.sa"}, {"sa", name(direction, "0x301")}})
            .at("ok"),
        true);
  EXPECT_EQ(ask(add(sa("0x302", "dir in"))).at("ok"), true);
}

TEST_F(SaControlTest, SaysWhenThereIsNoRoom) {
  std::string many;
  for (unsigned i = 0; i < 9; ++i) many += sa(std::to_string(0x500 + i), "dir in") + "\n";
  EXPECT_THAT(error(json::object{{"command", "add"}, {"sa", many}}),
              HasSubstr("--max-sas allows no more"));
}

TEST(SaControlAlone, HasNothingToManage) {
  test::SaRequests control(std::make_shared<ipsec::SaDatabases>());
  EXPECT_EQ(control.answer(R"({"command": "list"})"), R"({"databases":[],"ok":true})");
  EXPECT_EQ(control.answer(R"({"command": "add", "sa": ""})"),
            R"({"ok":false,"error":"the pipeline has no database of SAs"})");
  EXPECT_TRUE(control.tick().empty());
}

}  // namespace
}  // namespace warpline::app
