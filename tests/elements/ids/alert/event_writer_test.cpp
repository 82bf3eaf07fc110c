// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/alert/event_writer.hpp"

#include <gmock/gmock.h>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>
#include <fstream>

#include "elements/ids/alert/endpoints.hpp"
#include "elements/ids/decode/frame_decoder.hpp"
#include "elements/ids/line_writer.hpp"
#include "tests/elements/ids/app/fixed_session.hpp"
#include "tests/support/scoped.hpp"

namespace warpline::ids {
namespace {

using namespace std::string_literals;
namespace json = boost::json;

constexpr std::uint64_t kSecond = 1'000'000'000;
constexpr std::uint64_t kTime = 1585744496123456789;  // 2020-04-01T12:34:56.123456789Z

std::string half(std::size_t value) {
  return {static_cast<char>(value >> 8), static_cast<char>(value)};
}

std::string ipv4(char protocol, std::string const& payload) {
  return "\x45\x10"s + half(20 + payload.size()) + "\x12\x34\0\0\x40"s + protocol + "\0\0"s +
         "\x0a\0\0\1"s + "\xc0\xa8\0\2"s + payload;
}

std::string tcp(std::string const& data) {
  return "\x30\x39\0\x50"s + "\0\0\3\xe8"s + "\x80\0\0\1"s + "\x51\x1b\x20\0"s + "\0\0\0\7"s + data;
}

std::string const kMac = "\0\x25\x90\xe3\xd2\xe1\x0c\x86\x10\xed\xd7\xc6"s;

Bytes bytes_of(std::string const& text) {
  return {reinterpret_cast<std::uint8_t const*>(text.data()),
          static_cast<std::uint32_t>(text.size())};
}

Rule rule_of_all_parts() {
  Rule rule;
  rule.text = "alert tcp any any -> any any (msg:\"a\"; sid:7;)";
  rule.sid = 7;
  rule.gid = 1;
  rule.rev = 3;
  rule.message = "caf\xc3\xa9 \"x\" \xff";
  rule.priority = 2;
  rule.metadata = {{"tag", "one"}, {"created_at", "2018_01_30"}, {"tag", "two"}};
  return rule;
}

class EventWriterTest : public ::testing::Test {
 protected:
  /// The frame's innermost packet with its flow.
  PacketContext context_of(std::string frame, LinkType link = LinkType::kEthernet) {
    frame_ = std::move(frame);
    auto const packets = decoder.decode(bytes_of(frame_), link);
    PacketContext context{.packet = &packets.back(), .time_ns = kTime, .number = 17};
    if (packets.back().version == 0) return context;
    auto const key = flow_key_of(packets.back());
    flow.key = key.key;
    flow.client_is_second = key.from_second;
    flow.first_time_ns = kTime - 3 * kSecond;
    flow.bytes[0] = 5'000'000'000;
    flow.bytes[1] = 60;
    flow.packets[0] = 4;
    flow.packets[1] = 1;
    context.flow = &flow;
    return context;
  }
  template <typename Write>
  json::object written(EveOptions const& options, Write const& write) {
    LineQueue queue(std::make_shared<LineWriter>(), file);
    EventWriter events(queue, options);
    write(events);
    queue.finish();
    auto const lines = test::lines_of(folder.path("eve"));
    auto const last = lines.empty() ? std::string() : lines.back();
    std::error_code error;
    auto const value = json::parse(last, error);
    EXPECT_FALSE(error) << last;
    return error ? json::object() : value.as_object();
  }
  json::object alert(PacketContext const& context, AlertEvent event, EveOptions const& options,
                     std::vector<std::string> const& references = {}) {
    auto const output = rule_output(rule, "A class", references, options);
    event.rule = &output;
    return written(options, [&](EventWriter& events) { events.alert(context, event); });
  }
  static std::string names(json::object const& object) {
    std::string all;
    for (auto const& entry : object) all += std::string(entry.key()) + " ";
    return all;
  }
  static std::string text(json::value const& value) { return json::serialize(value); }

  test::ScopedFolder folder;
  std::shared_ptr<AppendFile> file = std::make_shared<AppendFile>(folder.path("eve"));
  FrameDecoder decoder;
  std::string frame_;
  Flow flow;
  Rule rule = rule_of_all_parts();
};

EveOptions everything() {
  return {.payload = true,
          .payload_printable = true,
          .packet = true,
          .verdict = true,
          .rule_text = true,
          .rule_reference = true,
          .ethernet = true};
}

TEST_F(EventWriterTest, WritesAnAlertWithAllFields) {
  auto const frame = kMac + "\x81\0\0\x06\x08\0"s + ipv4(6, tcp("data"));
  auto context = context_of(frame);
  context.app_protocol = "http";
  auto const data = "a\"\\\r\n\t\x7f\x80\xff z"s;
  test::FixedSession session;
  for (auto const size : {1u, 2u, 3u}) session.add(true, bytes_of(std::string(size, 'a')));
  auto const line =
      alert(context,
            {.stream = true, .payload = bytes_of(data), .transaction = TransactionId{&session, 2}},
            everything(), {"https://example.org/1"});
  EXPECT_EQ(
      names(line),
      "timestamp flow_id pcap_cnt event_type vlan src_ip src_port dest_ip dest_port proto "
      "ip_v pkt_src ether tx_id alert http app_proto direction flow payload payload_printable "
      "stream packet packet_info verdict ");
  EXPECT_EQ(line.at("timestamp").as_string(), "2020-04-01T12:34:56.123456+0000");
  EXPECT_EQ(line.at("flow_id").to_number<std::uint64_t>(), flow_id(flow));
  EXPECT_LT(flow_id(flow), std::uint64_t{1} << 51);
  EXPECT_EQ(text(line.at("pcap_cnt")), "17");
  EXPECT_EQ(text(line.at("vlan")), "[6]");
  EXPECT_EQ(line.at("src_ip").as_string(), "10.0.0.1");
  EXPECT_EQ(text(line.at("src_port")), "12345");
  EXPECT_EQ(line.at("dest_ip").as_string(), "192.168.0.2");
  EXPECT_EQ(text(line.at("dest_port")), "80");
  EXPECT_EQ(line.at("proto").as_string(), "TCP");
  EXPECT_EQ(text(line.at("ip_v")), "4");
  EXPECT_EQ(line.at("pkt_src").as_string(), "wire/pcap");
  EXPECT_EQ(text(line.at("ether")),
            R"({"src_mac":"0c:86:10:ed:d7:c6","dest_mac":"00:25:90:e3:d2:e1"})");
  EXPECT_EQ(text(line.at("alert")),
            R"({"action":"allowed","gid":1,"signature_id":7,"rev":3,"signature":"café \"x\" )"
            "\xef\xbf\xbd"
            R"(","category":"A class","severity":2,"metadata":{"tag":["two","one"],"created_at":)"
            R"r(["2018_01_30"]},"rule":"alert tcp any any -> any any (msg:\"a\"; sid:7;)",)r"
            R"("references":["https://example.org/1"]})");
  EXPECT_EQ(text(line.at("tx_id")), "2");
  EXPECT_EQ(text(line.at("http")), R"({"size":3})");
  EXPECT_EQ(text(line.at("flow")),
            R"({"pkts_toserver":4,"pkts_toclient":1,"bytes_toserver":5000000000,)"
            R"("bytes_toclient":60,"start":"2020-04-01T12:34:53.123456+0000",)"
            R"("src_ip":"10.0.0.1","dest_ip":"192.168.0.2","src_port":12345,"dest_port":80})");
  EXPECT_EQ(line.at("payload").as_string(), "YSJcDQoJf4D/IHo=");
  EXPECT_EQ(line.at("payload_printable").as_string(), "a\"\\\r\n.... z");
  EXPECT_EQ(text(line.at("stream")), "1");
  EXPECT_EQ(text(line.at("packet_info")), R"({"linktype":1,"linktype_name":"EN10MB"})");
  EXPECT_EQ(text(line.at("verdict")), R"({"action":"alert"})");
}

TEST_F(EventWriterTest, LeavesOutWhatIsOffOrUnknown) {
  auto context = context_of(kMac + "\x08\0"s + ipv4(6, tcp("")));
  context.number = 0;
  context.flow = nullptr;
  EXPECT_EQ(names(alert(context, {}, {})),
            "timestamp event_type src_ip src_port dest_ip dest_port proto ip_v pkt_src alert ");
  auto const arp = context_of(kMac + "\x08\x06"s + "body");
  EXPECT_EQ(names(alert(arp, {}, {})), "timestamp pcap_cnt event_type pkt_src alert ");
}

/// Bytes of the shared case eve-payload-05-tcp-data-gap.
TEST_F(EventWriterTest, ShowsTheBytesOfAPacketWhole) {
  std::string frame;
  for (int const byte :
       {5, 4,    3,    2,    1, 0,    0,    1,    2,    3,    4,    5,    0x81, 0,    0, 6,
        8, 0,    0x45, 0,    0, 0x2c, 0,    1,    0,    0,    0x40, 6,    0x74, 0xc6, 1, 1,
        1, 1,    2,    2,    2, 2,    0x30, 0x39, 0x1f, 0x90, 0,    0,    0,    2,    0, 0,
        3, 0xe9, 0x50, 0x10, 4, 0,    0xa9, 0x78, 0,    0,    0x56, 0x45, 0x52, 0x59})
    frame += static_cast<char>(byte);
  auto const context = context_of(frame);
  auto const line = alert(context, {.payload = context.packet->payload_bytes()},
                          {.payload = true, .payload_printable = true, .packet = true});
  EXPECT_EQ(line.at("packet").as_string(),
            "BQQDAgEAAAECAwQFgQAABggARQAALAABAABABnTGAQEBAQICAgIwOR+QAAAAAgAAA+lQEAQAqXgAAFZFUlk=");
  EXPECT_EQ(line.at("payload").as_string(), "VkVSWQ==");
  EXPECT_EQ(line.at("payload_printable").as_string(), "VERY");
  EXPECT_EQ(text(line.at("stream")), "0");
}

TEST_F(EventWriterTest, WritesOnlyTheTextOfAnEmptyPayload) {
  auto const context = context_of(kMac + "\x08\0"s + ipv4(6, tcp("")));
  auto const line = alert(context, {}, {.payload = true, .payload_printable = true});
  EXPECT_FALSE(line.contains("payload"));
  EXPECT_EQ(line.at("payload_printable").as_string(), "");
}

TEST_F(EventWriterTest, CutsALargePayloadAndNotThePacket) {
  auto const data = std::string(65'000, '"');
  auto const context =
      context_of(ipv4(17, half(9) + half(9) + half(65'008) + "\0\0"s + data), LinkType::kRawIp);
  auto options = everything();
  auto line = alert(context, {.payload = context.packet->payload_bytes()}, options);
  EXPECT_EQ(line.at("payload").as_string().size(), 5464u);
  EXPECT_EQ(line.at("payload_printable").as_string(), std::string(4096, '"'));
  EXPECT_EQ(line.at("packet").as_string().size(), (65'028u + 2) / 3 * 4);
  EXPECT_FALSE(line.contains("ether"));
  options.payload_bytes = ~0u;
  line = alert(context, {.payload = context.packet->payload_bytes()}, options);
  EXPECT_EQ(line.at("payload_printable").as_string().size(), EventWriter::kMaxPayloadBytes);
  EXPECT_EQ(file->lost(), 0u);
  rule.text = std::string(500'000, 'x');
  line = alert(context, {.payload = context.packet->payload_bytes()}, options);
  EXPECT_FALSE(line.at("alert").as_object().contains("rule"));
  EXPECT_EQ(file->lost(), 0u);
}

TEST_F(EventWriterTest, LosesALineThatIsTooLongAndGoesOn) {
  auto const context = context_of(kMac + "\x08\0"s + ipv4(6, tcp("")));
  rule.message = std::string(300'000, 'm');
  auto const output = rule_output(rule, "", {}, {});
  rule.message = "short";
  auto const next = rule_output(rule, "", {}, {});
  auto const line = written({}, [&](EventWriter& events) {
    events.alert(context, {.rule = &output});
    events.alert(context, {.rule = &next});
  });
  EXPECT_EQ(line.at("alert").at("signature").as_string(), "short");
  EXPECT_EQ(file->lost(), 1u);
  EXPECT_EQ(file->written(), 1u);
}

TEST_F(EventWriterTest, NamesTheEndsOfAFlowByItsClientWhateverThePacketsDirection) {
  auto context = context_of(kMac + "\x08\0"s + ipv4(6, tcp("")));
  auto const id = flow_id(flow);
  flow.client_is_second = !flow.client_is_second;
  context.to_server = false;
  rule.target_is_source = true;
  auto const line = alert(context, {.blocked = true}, {});
  EXPECT_EQ(line.at("direction").as_string(), "to_client");
  EXPECT_EQ(line.at("src_ip").as_string(), "10.0.0.1");
  EXPECT_EQ(line.at("flow").at("src_ip").as_string(), "192.168.0.2");
  EXPECT_EQ(text(line.at("flow").at("src_port")), "80");
  EXPECT_EQ(line.at("flow").at("dest_ip").as_string(), "10.0.0.1");
  EXPECT_EQ(line.at("alert").at("action").as_string(), "blocked");
  EXPECT_EQ(text(line.at("alert").at("target")), R"({"ip":"10.0.0.1","port":12345})");
  EXPECT_EQ(text(line.at("alert").at("source")), R"({"ip":"192.168.0.2","port":80})");
  EXPECT_EQ(id, flow_id(flow));
  flow.first_time_ns += kSecond;
  EXPECT_NE(id, flow_id(flow)) << "a later flow with the same addresses";
}

TEST_F(EventWriterTest, WritesTheLastBytesOfAFlowWithoutAPacket) {
  auto context = context_of(kMac + "\x08\0"s + ipv4(6, tcp("")));
  context.packet = nullptr;
  context.number = 0;
  context.to_server = false;
  context.source = PacketSource::kFlowTimeout;
  auto const data = "VERY[4 bytes missing]DATA"s;
  auto const line = alert(context, {.stream = true, .payload = bytes_of(data)}, everything());
  EXPECT_EQ(line.at("pkt_src").as_string(), "stream (flow timeout)");
  EXPECT_EQ(line.at("src_ip").as_string(), "192.168.0.2");
  EXPECT_EQ(text(line.at("dest_port")), "12345");
  EXPECT_EQ(line.at("payload").as_string(), "VkVSWVs0IGJ5dGVzIG1pc3NpbmddREFUQQ==");
  EXPECT_EQ(line.at("payload_printable").as_string(), data);
  EXPECT_FALSE(line.contains("packet"));
}

TEST_F(EventWriterTest, ShowsTheInnerPacketOfATunnel) {
  auto const inner = ipv4(6, tcp("x"));
  auto const gre = "\0\0\x08\0"s + inner;
  frame_ = kMac + "\x08\0"s + ipv4(47, gre);
  auto const packets = decoder.decode(bytes_of(frame_), LinkType::kEthernet);
  ASSERT_EQ(packets.size(), 2u);
  auto const line =
      alert({.packet = &packets[1], .outer = &packets[0], .source = PacketSource::kGre}, {},
            everything());
  EXPECT_EQ(line.at("pkt_src").as_string(), "gre tunnel");
  EXPECT_EQ(line.at("tunnel").at("proto").as_string(), "GRE");
  EXPECT_EQ(text(line.at("tunnel").at("depth")), "1");
  EXPECT_EQ(line.at("packet").as_string().size(), (inner.size() + 2) / 3 * 4);
  EXPECT_EQ(text(line.at("packet_info")), R"({"linktype":12,"linktype_name":"RAW"})");
  EXPECT_FALSE(line.contains("ether"));
  auto const whole =
      alert({.packet = &packets[1], .link_type = 229, .bytes = bytes_of(gre)}, {}, everything());
  EXPECT_EQ(whole.at("packet").as_string().size(), (gre.size() + 2) / 3 * 4);
  EXPECT_EQ(text(whole.at("packet_info")), R"({"linktype":229,"linktype_name":"IPv6"})");
}

TEST_F(EventWriterTest, StatesTheVerdict) {
  using Reject = PacketVerdict::Reject;
  auto const context = context_of(kMac + "\x08\0"s + ipv4(6, tcp("")));
  auto const verdict = [&](PacketVerdict::Action action, Reject reject) {
    return text(alert(context, {.verdict = {action, reject}}, {.verdict = true}).at("verdict"));
  };
  EXPECT_EQ(verdict(PacketVerdict::Action::kPass, Reject::kNone), R"({"action":"pass"})");
  EXPECT_EQ(verdict(PacketVerdict::Action::kDrop, Reject::kNone), R"({"action":"drop"})");
  EXPECT_EQ(verdict(PacketVerdict::Action::kAlert, Reject::kBoth),
            R"({"action":"drop","reject-target":"both","reject":["tcp-reset"]})");
  EXPECT_EQ(verdict(PacketVerdict::Action::kDrop, Reject::kSource),
            R"({"action":"drop","reject-target":"to_client","reject":["tcp-reset"]})");
}

TEST_F(EventWriterTest, WritesADropWithTheHeadersOfThePacket) {
  auto const drop = [&](std::string const& frame, RuleOutput const* output) {
    auto const context = context_of(frame);
    return written({}, [&](EventWriter& events) {
      events.drop(context, {.reason = "rules", .rule = output});
    });
  };
  auto const output = rule_output(rule, "A class", {}, {});
  auto line = drop(kMac + "\x08\0"s + ipv4(6, tcp("data")), &output);
  EXPECT_EQ(text(line.at("drop")),
            R"({"len":44,"tos":16,"ttl":64,"ipid":4660,"tcpseq":1000,"tcpack":2147483649,)"
            R"("tcpwin":8192,"syn":true,"ack":true,"psh":true,"rst":false,"urg":false,)"
            R"("fin":true,"tcpres":1,"tcpurgp":7,"reason":"rules"})");
  EXPECT_EQ(line.at("alert").at("action").as_string(), "blocked");
  EXPECT_EQ(line.at("event_type").as_string(), "drop");
  EXPECT_EQ(names(line),
            "timestamp flow_id pcap_cnt event_type src_ip src_port dest_ip dest_port proto ip_v "
            "pkt_src direction drop alert ");
  line = drop(kMac + "\x08\0"s + ipv4(17, half(5) + half(53) + half(10) + "\0\0ab"s), nullptr);
  EXPECT_EQ(text(line.at("drop")),
            R"({"len":30,"tos":16,"ttl":64,"ipid":4660,"udplen":10,"reason":"rules"})");
  EXPECT_FALSE(line.contains("alert"));
  line = drop(kMac + "\x86\xdd\x60\x12\x34\x56\0\x08\x3a\x3f"s + std::string(15, '\0') + "\1" +
                  "\x20\1"s + std::string(14, '\0') + "\x80\0\0\0\0\x05\0\x06"s,
              nullptr);
  EXPECT_EQ(text(line.at("drop")),
            R"({"len":8,"tc":1,"hoplimit":63,"flowlbl":144470,"icmp_id":5,"icmp_seq":6,)"
            R"("reason":"rules"})");
  EXPECT_EQ(line.at("src_ip").as_string(), "::1");
  EXPECT_EQ(line.at("proto").as_string(), "IPv6-ICMP");
  EXPECT_EQ(text(line.at("icmp_type")), "128");
  EXPECT_EQ(text(line.at("ip_v")), "6");
  EXPECT_FALSE(line.contains("src_port"));
  line = drop(kMac + "\x08\x06"s + "body", nullptr);
  EXPECT_EQ(text(line.at("drop")), R"({"reason":"rules"})");
}

TEST_F(EventWriterTest, WritesAFlow) {
  context_of(kMac + "\x81\0\0\x06\x08\0"s + ipv4(6, tcp("")));
  flow.state = FlowState::kBypassed;
  flow.verdict = FlowVerdict::kDrop;
  flow.alerts = 1;
  FlowEvent event{.flow = &flow,
                  .time_ns = kTime + 9 * kSecond,
                  .end_ns = kTime,
                  .reason = FlowEvent::Reason::kShutdown,
                  .tcp = TcpSummary{.flags = {0x1a, 0x51}, .state = "established"},
                  .app_protocol = "tls",
                  .exception_target = "stream_midstream",
                  .exception_policy = "ignore"};
  auto line = written({}, [&](EventWriter& events) { events.flow(event); });
  EXPECT_EQ(names(line),
            "timestamp flow_id event_type vlan src_ip src_port dest_ip dest_port proto ip_v "
            "app_proto flow tcp ");
  EXPECT_EQ(line.at("timestamp").as_string(), "2020-04-01T12:35:05.123456+0000");
  EXPECT_EQ(line.at("src_ip").as_string(), "10.0.0.1");
  EXPECT_EQ(text(line.at("flow")),
            R"({"pkts_toserver":4,"pkts_toclient":1,"bytes_toserver":5000000000,)"
            R"("bytes_toclient":60,"start":"2020-04-01T12:34:53.123456+0000",)"
            R"("end":"2020-04-01T12:34:56.123456+0000","age":3,"bypass":"local",)"
            R"("state":"bypassed","reason":"shutdown","alerted":true,"action":"drop",)"
            R"("exception_policy":[{"target":"stream_midstream","policy":"ignore"}]})");
  EXPECT_EQ(text(line.at("tcp")),
            R"({"tcp_flags":"5b","tcp_flags_ts":"1a","tcp_flags_tc":"51","fin":true,"syn":true,)"
            R"("psh":true,"ack":true,"ecn":true,"state":"established"})");
  flow.state = FlowState::kNew;
  flow.verdict = FlowVerdict::kNone;
  flow.alerts = 0;
  line = written({}, [&](EventWriter& events) {
    events.flow({.flow = &flow, .time_ns = kTime, .end_ns = 0, .icmp = FlowEvent::Icmp{8, 0}});
  });
  EXPECT_FALSE(line.contains("tcp"));
  EXPECT_EQ(text(line.at("icmp_type")), "8");
  EXPECT_EQ(text(line.at("flow").at("age")), "0");
  EXPECT_EQ(line.at("flow").at("reason").as_string(), "timeout");
  EXPECT_FALSE(line.at("flow").at("alerted").as_bool());
  EXPECT_FALSE(line.at("flow").as_object().contains("action"));
}

TEST_F(EventWriterTest, NestsTheCountersByTheirNames) {
  std::vector<StatValue> const values{{"uptime", 5},
                                      {"decoder.event.ipv4.trunc_pkt", 1},
                                      {"decoder.event.tcp", 2},
                                      {"decoder.pkts", 3},
                                      {"flow.tcp", 4},
                                      {"tcp.flow.active", 6}};
  auto line = written({}, [&](EventWriter& events) { events.stats(kTime, values); });
  EXPECT_EQ(names(line), "timestamp event_type stats ");
  EXPECT_EQ(text(line.at("stats")),
            R"({"uptime":5,"decoder":{"event":{"ipv4":{"trunc_pkt":1},"tcp":2},"pkts":3},)"
            R"("flow":{"tcp":4},"tcp":{"flow":{"active":6}}})");
  line = written({}, [&](EventWriter& events) { events.stats(kTime, {}); });
  EXPECT_EQ(text(line.at("stats")), "{}");
}

TEST_F(EventWriterTest, WritesBothEndsOfTheTimeRange) {
  auto context = context_of(kMac + "\x08\x06"s + "body");
  auto const time = [&](std::uint64_t time_ns) {
    context.time_ns = time_ns;
    return std::string(alert(context, {}, {}).at("timestamp").as_string());
  };
  EXPECT_EQ(time(0), "1970-01-01T00:00:00.000000+0000");
  EXPECT_EQ(time(951'827'696'000'000'999), "2000-02-29T12:34:56.000000+0000");
  EXPECT_EQ(time(~std::uint64_t{0}), "2554-07-21T23:34:33.709551+0000");
}

/// Suricata 7.0.10 gave these names for packets of each number.
TEST(ProtocolName, IsThatOfSuricata) {
  std::pair<std::uint8_t, std::string_view> const names[] = {
      {0, "HOPOPT"}, {4, "IP-in-IP"}, {6, "TCP"},    {44, "IPv6-Frag"},
      {61, "Any"},   {89, "OSPF"},    {105, "SCPS"}, {143, "Ethernet"}};
  for (auto const& [number, name] : names) EXPECT_EQ(protocol_name(number), name);
  EXPECT_EQ(protocol_name(144), "");
}

}  // namespace
}  // namespace warpline::ids
