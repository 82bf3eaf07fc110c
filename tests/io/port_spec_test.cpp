// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/spec/port_spec.hpp"

#include <gmock/gmock.h>

#include "io/spec/capture_scheme.hpp"
#include "io/spec/dpdk_scheme.hpp"
#include "io/spec/generator_scheme.hpp"
#include "io/spec/replay_scheme.hpp"
#include "tests/io/machine.hpp"
#include "tests/support/scoped.hpp"

namespace warpline {
namespace {

using test::config_error;
using testing::AllOf;
using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

template <class Request>
Request const& request_of(PortSpec const& spec) {
  return dynamic_cast<Request const&>(*spec.request);
}
GeneratorOptions generator(std::string const& text) {
  return request_of<GeneratorRequest>(parse_port_spec(text)).options;
}
CaptureOptions capture(std::string const& text) {
  return request_of<CaptureRequest>(parse_port_spec(text)).options;
}
ReplayOptions replay(std::string const& text) {
  return request_of<ReplayRequest>(parse_port_spec(text)).options;
}
DpdkPortOptions device(std::string const& text) {
  return request_of<DpdkRequest>(parse_port_spec(text)).options;
}
std::string error_of(std::string const& text) {
  return config_error([&] { parse_port_spec(text); });
}

std::vector<std::pair<unsigned, unsigned>> sizes(std::string const& text) {
  std::vector<std::pair<unsigned, unsigned>> result;
  for (auto const& size : generator(text).sizes) result.emplace_back(size.bytes, size.weight);
  return result;
}

TEST(PortSpecTest, GeneratorHasDefaultsForEverything) {
  auto const options = generator("gen");
  EXPECT_EQ(sizes("gen:"), (std::vector<std::pair<unsigned, unsigned>>{{64, 1}}));
  EXPECT_EQ(options.flows, 1024u);
  EXPECT_EQ(options.rate, 0);
  EXPECT_EQ(options.count, 0u);
  EXPECT_EQ(options.payload, PayloadKind::kRandom);
  EXPECT_FALSE(options.recycled);
  EXPECT_FALSE(request_of<GeneratorRequest>(parse_port_spec("gen")).seeded);
}

TEST(PortSpecTest, ReplayTakesEveryOption) {
  EXPECT_EQ(replay("replay:a.pcap").file, "a.pcap");
  EXPECT_EQ(replay("replay:a.pcap").rate, 0);
  EXPECT_EQ(replay("replay:a.pcap").count, 0u);
  auto const spec = parse_port_spec("replay:in=\"a,b.pcap\",rate=2M,count=3k,name=left");
  auto const& options = request_of<ReplayRequest>(spec).options;
  EXPECT_EQ(options.file, "a,b.pcap");
  EXPECT_EQ(options.rate, 2e6);
  EXPECT_EQ(options.count, 3000u);
  EXPECT_EQ(spec.name, "left");
  EXPECT_EQ(port_names(parse_port_specs({"replay:a.pcap", "gen", "replay:a.pcap"})),
            (std::vector<std::string>{"replay0", "gen0", "replay1"}));
  EXPECT_THAT(error_of("replay"), HasSubstr("a replay port needs a capture: replay:FILE"));
  EXPECT_THAT(error_of("replay:a.pcap,in=b.pcap"), HasSubstr("the input file is given twice"));
  EXPECT_THAT(error_of("replay:a.pcap,loops=2"), HasSubstr("loops"));
}

TEST(PortSpecTest, GeneratorTakesEveryOption) {
  auto const spec = parse_port_spec(
      "gen:size=64,1408,64,flows=5,seed=18446744073709551615,rate=1.5M,count=2k,payload=text,"
      "recycled,"
      "from=192.168.0.0/24,to=10.9.0.0/16,hosts=300,port=53,name=left");
  auto const& options = request_of<GeneratorRequest>(spec).options;
  EXPECT_EQ(sizes(spec.text), (std::vector<std::pair<unsigned, unsigned>>{{64, 2}, {1408, 1}}));
  EXPECT_EQ(options.flows, 5u);
  EXPECT_EQ(options.seed, 18446744073709551615u);
  EXPECT_TRUE(request_of<GeneratorRequest>(spec).seeded);
  EXPECT_EQ(options.rate, 1.5e6);
  EXPECT_EQ(options.count, 2000u);
  EXPECT_EQ(options.payload, PayloadKind::kText);
  EXPECT_TRUE(options.recycled);
  EXPECT_EQ(to_string(options.from), "192.168.0.0/24");
  EXPECT_EQ(to_string(options.to), "10.9.0.0/16");
  EXPECT_EQ(options.hosts, 300u);
  EXPECT_EQ(options.port, 53);
  EXPECT_EQ(spec.name, "left");
}

TEST(PortSpecTest, GeneratorKnowsTheMixOfTheInternet) {
  EXPECT_EQ(sizes("gen:size=imix"),
            (std::vector<std::pair<unsigned, unsigned>>{{64, 28}, {570, 16}, {1518, 4}}));
}

TEST(PortSpecTest, GeneratorTakesAFamilyOrLearnsItFromAnAddress) {
  for (auto const* text : {"gen:ip=6", "gen:from=2001:db8::/64", "gen:to=2001:db8:1::/64"}) {
    auto const options = generator(text);
    EXPECT_EQ(to_string(options.from), "2001:db8::/64") << text;
    EXPECT_EQ(to_string(options.to), "2001:db8:1::/64") << text;
  }
  EXPECT_THAT(error_of("gen:ip=6,from=10.0.0.0/8"), HasSubstr("different families"));
  EXPECT_THAT(error_of("gen:ip=4,to=2001:db8::/64,from=2001:db8::/64"),
              HasSubstr("different families"));
  EXPECT_THAT(error_of("gen:from=10.0.0.0/8,to=2001:db8::/64"), HasSubstr("different families"));
}

TEST(PortSpecTest, CaptureTakesFiles) {
  EXPECT_EQ(capture("pcap:in.pcap").in, "in.pcap");
  EXPECT_EQ(capture("pcap:in=a,out=b").out, "b");
  EXPECT_EQ(capture("pcap:out=b").in, "");
  EXPECT_EQ(capture("pcap:in=a,b.pcap,cut=refuse").in, "a,b.pcap") << "a comma in a name";
  EXPECT_EQ(capture("pcap:in=\"a=b,out=c\"").in, "a=b,out=c");
  EXPECT_EQ(capture("pcap:a,cut=refuse").cut, CaptureOptions::Cut::kRefuse);
  EXPECT_EQ(capture("pcap:a,cut=pad").cut, CaptureOptions::Cut::kPad);
}

TEST(PortSpecTest, DevicesKeepTheirOwnArguments) {
  auto const null =
      device("net_null0,size=64,mtu=1400,copy=1,descriptors=512,pad=60,promiscuous=no");
  EXPECT_EQ(null.device, "net_null0");
  EXPECT_EQ(null.arguments, "size=64,copy=1");
  EXPECT_EQ(null.mtu, 1400u);
  EXPECT_EQ(null.descriptors, 512u);
  EXPECT_EQ(null.pad, 60);
  EXPECT_FALSE(null.promiscuous);
  EXPECT_EQ(device("net_null0").arguments, "");
  EXPECT_EQ(device("net_vhost0,iface=/tmp/a,queues=1,tso").arguments, "iface=/tmp/a,queues=1,tso");
}

TEST(PortSpecTest, PciDevicesGetTheirDomain) {
  EXPECT_EQ(device("3b:00.0").device, "0000:3b:00.0");
  EXPECT_EQ(device("0000:3b:00.0,mtu=9000").mtu, 9000u);
  auto const specs =
      parse_port_specs(std::vector<std::string>{"3b:00.0", "net_null0", "gen", "0001:3b:00.1"});
  EXPECT_THAT(pci_addresses(specs), ElementsAre("0000:3b:00.0", "0001:3b:00.1"));
}

TEST(PortSpecTest, ErrorsShowTheirPlace) {
  EXPECT_EQ(error_of("gen:size=64,flows=many"),
            "--port:1:19: error: 'flows' is 'many'; expected a whole number from 1 to 4194304\n"
            "  gen:size=64,flows=many\n"
            "                    ^");
  auto const source =
      std::make_shared<Source>(Source{"deploy.toml", "[x]\nports = [\"gen:flowz=1\"]\n"});
  EXPECT_EQ(config_error([&] {
              parse_port_spec({"gen:flowz=1", source, {2, 11}});
            }),
            "deploy.toml:2:15: error: unknown option 'flowz' of gen; did you mean 'flows'?\n"
            "  ports = [\"gen:flowz=1\"]\n"
            "                ^");
}

TEST(PortSpecTest, AllErrorsAreReportedTogether) {
  EXPECT_THAT(
      error_of("gen:size=x,rate=-1,payload=txt,from=10.0.0.1/8,nonsense=1"),
      AllOf(HasSubstr("'x' is not a frame size"), HasSubstr("'rate' is '-1'"),
            HasSubstr("expected random, text or pcap:FILE; did you mean 'text'?"),
            HasSubstr("'10.0.0.1/8' is not a range of addresses; expected e.g. 10.0.0.0/16"),
            HasSubstr("unknown option 'nonsense' of gen; it has name, size, flows")));
}

struct Bad {
  std::string text;
  std::string expected;
};

class BadPortSpec : public testing::TestWithParam<Bad> {};

TEST_P(BadPortSpec, IsRefusedWithAReason) {
  EXPECT_THAT(error_of(GetParam().text),
              AllOf(HasSubstr(GetParam().expected), StartsWith("--port:1:")));
}

INSTANTIATE_TEST_SUITE_P(
    All, BadPortSpec,
    testing::Values(
        Bad{"", "'' is not a port; expected gen:..., pcap:..., replay:..., a PCI address"},
        Bad{"gem:size=64", "'gem' is not a port"}, Bad{"gem", "did you mean 'gen'?"},
        Bad{"gen size=64", "is not a port"}, Bad{"lo", "net_af_packet0,iface=lo"},
        Bad{"0000:3b:00", "is not a port"}, Bad{"gen:size=", "'size' needs a value"},
        Bad{"gen:size=64,,128", "'' is not a frame size"},
        Bad{"gen:size=41", "the headers alone take 42"},
        Bad{"gen:size=61,ip=6", "the headers alone take 62"},
        Bad{"gen:size=70000", "'70000' is not a frame size"},
        Bad{"gen:size=-1", "'-1' is not a frame size"},
        Bad{"gen:flows=0", "expected a whole number from 1"},
        Bad{"gen:flows=1.5", "'flows' is '1.5'"},
        Bad{"gen:flows=1,flows=2", "'flows' is given twice"},
        Bad{"gen:rate=1X", "expected packets a second"}, Bad{"gen:count=1e3", "'count' is '1e3'"},
        Bad{"gen:payload=pcap:", "expected random, text or pcap:FILE"},
        Bad{"gen:recycled=yes", "'recycled' takes no value"}, Bad{"gen:ip=5", "expected 4 or 6"},
        Bad{"gen:hosts=0", "expected a whole number from 1"},
        Bad{"gen:to=10.9.0.0/30,hosts=3", "'hosts' is '3'; 10.9.0.0/30 has 2 addresses"},
        Bad{"gen:port=0", "from 1 to 65535"},
        Bad{"gen:from=10.0.0.0/33", "not a range of addresses"},
        Bad{"gen:name=\"a", "a quote that is not closed"}, Bad{"pcap", "needs in=FILE or out=FILE"},
        Bad{"pcap:", "needs in=FILE or out=FILE"},
        Bad{"pcap:a,cut=maybe", "expected pad or refuse"},
        Bad{"pcap:a,in=b", "the input file is given twice"},
        Bad{"pcap:a,ouz=b", "unknown option 'ouz' of pcap; did you mean 'out'?"},
        Bad{"0000:3b:00.0,size=64", "unknown option 'size' of 0000:3b:00.0"},
        Bad{"net_null0,mtu=0", "from 68 to 65517"},
        Bad{"net_null0,promiscuous=maybe", "yes or no"}));

TEST(PortSpecTest, NothingIsAskedForTwice) {
  auto const error = [](std::vector<std::string> const& texts) {
    return config_error([&] { parse_port_specs(texts); });
  };
  EXPECT_THAT(error({"net_null0", "net_null0,size=64"}),
              HasSubstr("port 'net_null0' is asked for twice"));
  EXPECT_THAT(error({"3b:00.0", "0000:3b:00.0"}),
              HasSubstr("port '0000:3b:00.0' is asked for twice"));
  EXPECT_THAT(error({"gen:name=a", "pcap:x,name=a"}), HasSubstr("port 'a' is asked for twice"));
  EXPECT_THAT(error({"pcap:out=x", "pcap:out=./x"}), HasSubstr("is asked for twice"));
  EXPECT_THAT(error({"gen:size=1", "net_null0", "gen:flows=0", "net_null0"}),
              AllOf(HasSubstr("headers alone"), HasSubstr("'flows'"), HasSubstr("twice")));
  EXPECT_EQ(error({"gen", "gen", "pcap:x", "pcap:x", "net_null0", "net_null1"}),
            "(nothing was thrown)");
}

TEST(PortSpecTest, PortsAreOpenedInOrderWithNamesOfTheirOwn) {
  test::ScopedFolder const folder;
  auto const path = folder.path("in.pcap");
  test::write_capture(path, {test::Frame(60, 1)});
  auto const pool = test::make_pool();
  PortSet ports;
  open_ports(parse_port_specs(std::vector<std::string>{"gen:size=64", "net_null3,size=64",
                                                       "gen:name=gen1", "gen", "pcap:" + path,
                                                       "pcap:" + path + ",name=again"}),
             {.pool = *pool, .workers = 2, .seed = 7}, ports);
  EXPECT_THAT(ports.names(), ElementsAre("gen0", "net_null3", "gen1", "gen2", "pcap0", "again"));
  EXPECT_NE(ports[1].rx(1), nullptr);
  EXPECT_EQ(ports[4].rx(1), nullptr);
}

TEST(PortSpecTest, GeneratorsDifferUnlessTheirSeedsSayOtherwise) {
  auto const pool = test::make_pool();
  PortSet ports;
  open_ports(parse_port_specs(std::vector<std::string>{"gen", "gen", "gen:seed=7"}),
             {.pool = *pool, .workers = 1, .seed = 7}, ports);
  std::vector<std::vector<test::Frame>> traffic;
  for (std::size_t i = 0; i < 3; ++i)
    traffic.push_back(test::receive_all(*ports[i].rx(0), *pool, 10));
  EXPECT_NE(traffic[0], traffic[1]);
  EXPECT_EQ(traffic[0], traffic[2]);
}

TEST(PortSpecTest, FramesThatNoBufferHoldsAreRefusedOnOpening) {
  auto const pool = test::make_pool();
  PortSet ports;
  EXPECT_THAT(config_error([&] {
                open_ports(parse_port_specs(std::vector<std::string>{"gen:size=9000"}),
                           {.pool = *pool, .workers = 1, .seed = 1}, ports);
              }),
              HasSubstr("port 'gen0': frames of 9000 bytes; the packet buffers hold 2048"));
}

TEST(IpPrefixTest, CountsItsHosts) {
  EXPECT_EQ(parse_prefix("10.0.0.0/24")->hosts(), 254u);
  EXPECT_EQ(parse_prefix("10.0.0.0/31")->hosts(), 2u);
  EXPECT_EQ(parse_prefix("10.0.0.1")->hosts(), 1u);
  EXPECT_EQ(parse_prefix("0.0.0.0/0")->hosts(), 4294967294u);
  EXPECT_EQ(parse_prefix("2001:db8::/126")->hosts(), 4u);
  EXPECT_EQ(parse_prefix("2001:db8::/32")->hosts(), std::uint64_t{1} << 32);
  auto const last = parse_prefix("10.1.0.0/16")->host(65533).bytes;
  EXPECT_THAT(std::vector<int>(last.begin(), last.begin() + 4), ElementsAre(10, 1, 255, 254));
  EXPECT_EQ(parse_prefix("10.0.0.1")->host(0).bytes[3], 1);
}

TEST(IpPrefixTest, RefusesOtherTexts) {
  for (auto const* text :
       {"", "10", "10.0.0", "10.0.0.0/", "10.0.0.0/x", "10.0.0.0/8x", "10.0.0.1/24", "10.0.0.0/33",
        "2001:db8::/129", "::1/64", "10.0.0.0/-1", "a.b.c.d"})
    EXPECT_FALSE(parse_prefix(text, HostBits::kRefuse)) << text;
}

}  // namespace
}  // namespace warpline
