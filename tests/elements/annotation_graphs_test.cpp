// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/base/hash.hpp"
#include "core/element/element.hpp"
#include "tests/elements/element_files.hpp"
#include "tests/support/pipeline_runner.hpp"
#include "tests/support/traffic.hpp"

/// Random graphs of real elements, in which the graph inserts parsers only where the declared annotations
/// require it, against the same graphs with a parser before every element.
namespace warpline {
namespace {

using test::Frame;
using test::FrameBuilder;
using test::Outcome;

struct TestParse final : PacketElement<TestParse> {
  using Sets = Annotations<Annotation::kTransport>;
  explicit TestParse(Args&) {}
  Verdict operator()(Packet& packet) const {
    return parse<Annotation::kTransport>(packet), forward();
  }
};
WARPLINE_ELEMENT(TestParse);

/// Mixes an annotation into the Ethernet source address, so that a wrong one shows in what leaves.
/// LAYER: 0 to 2 for `kL2` to `kTransport`, 5 for `kFlow`.
class TestStamp final : public PacketElement<TestStamp> {
 public:
  explicit TestStamp(Args& args)
      : annotation_(static_cast<Annotation>(args.keyword<unsigned>("LAYER", 0))) {}
  std::optional<AnnotationUse> annotations() const override {
    return AnnotationUse{used(), {}, {}};
  }
  Verdict operator()(Packet& packet) const {
    using namespace header_flag;
    auto* const frame = packet.header<ether::Header>(0);
    if (frame == nullptr) return forward();
    std::uint64_t words[] = {0, 0, 0, 0};
    auto& bytes = frame->source.bytes;
    std::memcpy(words, bytes, sizeof bytes);
    unsigned flags = 0;
    if (used().contains(Annotation::kL2)) {
      flags |= kTagged;
      words[1] = packet.l2_length;
      if ((packet.flags & kTagged) != 0) words[1] |= std::uint64_t{packet.vlan} << 8;
    }
    if (used().contains(Annotation::kNetwork)) {
      flags |= kIpv4 | kIpv6 | kDontFragment | kTruncated;
      words[2] = packet.ip_length | std::uint64_t{packet.tos} << 16;
    }
    if (used().contains(Annotation::kTransport)) {
      flags |= kFragment | kLaterFragment | kMalformed;
      words[2] |= std::uint64_t{packet.l3_length} << 32 | std::uint64_t{packet.protocol} << 48;
    }
    words[3] = used().contains(Annotation::kFlow) ? packet.flow : packet.flags & flags;
    auto const hash = hash_of(words);
    std::memcpy(bytes, reinterpret_cast<std::uint8_t const*>(&hash) + 2, sizeof bytes);
    return forward();
  }

 private:
  AnnotationSet used() const { return AnnotationSet(annotation_).with_lower_layers(); }
  Annotation annotation_;
};
WARPLINE_ELEMENT(TestStamp);

struct Step {
  std::string element;
  unsigned outputs = 1;
};

/// Elements, one after the other by their first outputs; an empty step is a random element with one output.
using Chain = std::vector<Step>;

std::vector<Chain> const& chains() {
  static std::vector<Chain> const all = {
      {{"EtherMirror"}},
      {{"EtherRewrite(02:00:00:00:00:03, 02:00:00:00:00:04)"}},
      {{"DropBroadcasts"}},
      {{"Queue(20000)"}},
      {{"CheckIPHeader"}},
      {{"CheckIP6Header"}},
      {{"DecIPTTL"}},
      {{"DecIP6HLIM"}},
      {{"CheckIPHeader"}, {}, {"DecIPTTL"}},
      {{"CheckIP6Header"}, {}, {"DecIP6HLIM"}},
      {{"FlowHash"}, {}, {"TestStamp(LAYER 5)"}},
      {{"IDSMatch(rules/web.patterns)"}},
      {{"TestStamp(LAYER 0)"}},
      {{"TestStamp(LAYER 1)"}},
      {{"TestStamp(LAYER 2)"}},
      {{"Tee", 2}},
      {{"CheckPaint(0)", 2}},
      {{"Classifier(12/0800, 12/8100, -)", 3}},
      {{"Classifier(12/86dd, 16/86dd, -)", 3}},
      {{"PacketSizeClassifier(100, 1000)", 3}},
      {{"RandomWeightedBranch(1, 2)", 2}},
      {{"IPsecClassifier", 2}},
      {{"IPsecBypass(sa/gateway.sa, POLICY sa/bypass.policy)"}},
      {{"IPsecEncrypt(SA sa/gateway.sa)"}, {}, {"IPsecDecrypt(SA sa/gateway.sa)"}},
      {{"IPsecESPencap(sa/gateway.sa)"},
       {},
       {"IPsecAES(sa/gateway.sa)"},
       {},
       {"IPsecAuthHMACSHA1(sa/gateway.sa)"}},
      {{"IPsecPolicy(sa/gateway.sa)", 2},
       {},
       {"IPsecFragmenter(sa/gateway.sa, MTU 600, SOURCE 10.1.0.1, SOURCE6 2001:db8::ff, ICMP_RATE "
        "0)",
        2},
       {},
       {"IPsecEncrypt(SA sa/gateway.sa, TAGGED true)"}}};
  return all;
}

/// Writes the same graph for the same seed, with or without a parser before every element.
class GraphWriter {
 public:
  GraphWriter(std::uint64_t seed, bool parse) : random_(seed), parse_(parse) {}

  std::string write() {
    text_ = "out :: ToOutput;\n";
    ends_ = {"FromInput(BURST 64)"};
    for (unsigned i = 0; i < 8; ++i) {
      std::vector<std::string> paths{take_end()};
      while (!ends_.empty() && random_() % 3 == 0) paths.push_back(take_end());
      auto chain = chains()[random_() % chains().size()];
      if (random_() % 2 == 0) chain.emplace_back();
      add(chain, paths);
    }
    for (std::size_t leaf = 0; leaf < ends_.size(); ++leaf)
      text_ += ends_[leaf] + " -> Paint(" + std::to_string(leaf) + ") -> out;\n";
    return text_;
  }

 private:
  std::string take_end() {
    auto const at = ends_.begin() + static_cast<std::ptrdiff_t>(random_() % ends_.size());
    auto end = *at;
    ends_.erase(at);
    return end;
  }

  void add(Chain const& chain, std::vector<std::string> paths) {
    static std::vector<std::string> const fillers = {"Null", "EtherMirror", "TestStamp(LAYER 0)",
                                                     "TestStamp(LAYER 1)", "TestStamp(LAYER 2)"};
    for (auto const& step : chain) {
      auto const number = std::to_string(++elements_);
      auto const element = "e" + number, parser = "p" + number;
      auto const& text = step.element.empty() ? fillers[random_() % fillers.size()] : step.element;
      text_ += element + " :: " + text + ";\n";
      if (parse_) text_ += parser + " :: TestParse -> " + element + ";\n";
      for (auto const& path : paths) text_ += path + " -> " + (parse_ ? parser : element) + ";\n";
      for (unsigned output = 1; output < step.outputs; ++output)
        ends_.push_back(element + "[" + std::to_string(output) + "]");
      paths = {element};
    }
    ends_.push_back(paths[0]);
  }

  std::mt19937_64 random_;
  bool parse_;
  std::vector<std::string> ends_;  // outputs that are not connected yet
  std::string text_;
  unsigned elements_ = 0;
};

/// Frames of all kinds; of those with a whole Ethernet header, three in four have up to three tags.
std::vector<Frame> frames_for(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  auto frames = test::mixed_traffic(seed, 300);
  for (auto& frame : frames) {
    if (random() % 8 == 0) {
      auto payload = test::random_bytes(random, 8 + random() % 900);
      payload[0] = 17;
      frame = FrameBuilder().ipv6({.next_header = 44}).payload(payload).build();
    }
    for (auto tags = frame.size() < ether::kSize ? 0 : random() % 4; tags > 0; --tags) {
      constexpr std::uint8_t kTypes[][2] = {{0x81, 0x00}, {0x88, 0xa8}, {0x91, 0x00}};
      auto const& type = kTypes[random() % std::size(kTypes)];
      auto const tci = static_cast<std::uint8_t>(random());
      frame.insert(frame.begin() + 12, {type[0], type[1], 0, tci});
    }
    if (random() % 16 == 0) frame.resize(random() % (frame.size() + 1));
  }
  return frames;
}

std::size_t parsers(test::PipelineRunner& runner) {
  auto const nodes = runner.graph().nodes();
  return static_cast<std::size_t>(std::count_if(nodes.begin(), nodes.end(), [](auto const& node) {
    return node->class_name == "HeaderParser";
  }));
}

/// The number of the first packet that differs, or that of all packets.
std::size_t first_difference(Outcome const& given, Outcome const& expected) {
  auto const &a = given.sent[0], &b = expected.sent[0];
  return static_cast<std::size_t>(std::mismatch(a.begin(), a.end(), b.begin(), b.end()).first -
                                  a.begin());
}

TEST(AnnotationGraphs, GiveWhatTheyGiveWithAParserBeforeEveryElement) {
  test::ElementFiles const files;
  std::ofstream("sa/bypass.policy") << "src 0.0.0.0/0 dst 0.0.0.0/0 dir in\n"
                                       "src ::/0 dst ::/0 dir in\n";
  test::RunOptions const options{
      .buffers = 100000, .tailroom = 256, .batches = 512, .source_name = files.pipeline_name()};
  std::size_t inserted = 0, sent = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    auto const text = GraphWriter(seed, false).write();
    SCOPED_TRACE("seed " + std::to_string(seed) + "\n" + text);
    auto const frames = frames_for(seed);
    test::PipelineRunner runner(text, options), parsing(GraphWriter(seed, true).write(), options);
    inserted += parsers(runner);
    ASSERT_EQ(parsers(parsing), 0u);
    auto const given = runner.run(frames), expected = parsing.run(frames);
    ASSERT_EQ(given.drops_at, expected.drops_at);
    ASSERT_EQ(first_difference(given, expected), given.sent[0].size());
    ASSERT_TRUE(given == expected);
    sent += given.sent[0].size();
  }
  EXPECT_GT(inserted, 100u);
  EXPECT_GT(sent, 10000u);
}

}  // namespace
}  // namespace warpline
