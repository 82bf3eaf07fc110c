// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/inspector_report.hpp"

#include <numeric>

namespace warpline::ids {
namespace {

std::uint64_t sum(std::array<std::uint64_t, kLimits> const& values) {
  return std::accumulate(values.begin(), values.end(), std::uint64_t{0});
}

std::uint64_t count_of(DetectorCounters const& counters, Limit limit) {
  return counters.limits[static_cast<std::size_t>(limit)];
}

/// A metric without its value.
struct Description {
  std::string_view name, text, unit;
};
constexpr Description kMetrics[] = {
    {"alerts", "Alerts of rules", "alerts"},
    {"alerts_over_limit", "Alerts beyond MAX_ALERTS of a packet", "alerts"},
    {"inspections", "Inspections of stream data", "inspections"},
    {"wrong_checksums", "Packets not inspected because of a wrong checksum", "packets"},
    {"flows_evicted", "Flows removed to make room for new ones", "flows"},
    {"flows_full", "Packets without a flow because the flow table was full", "packets"},
    {"stream_full", "TCP segments not kept: STREAM_MEMORY was full, or too many gaps", "packets"},
    {"fragments_full", "Fragments not kept: DEFRAG_MEMORY was full, or too many gaps", "packets"},
    {"http_full", "Connections of applications not parsed on: HTTP_MEMORY was full", "connections"},
    {"parsers_failed", "Connections whose application protocol could not be parsed on",
     "connections"},
    {"limit_drops", "Packets dropped by ON_LIMIT", "packets"},
    {"limit_passes", "Packets passed without inspection by ON_LIMIT", "packets"},
    {"step_limits", "Rule evaluations stopped after their max steps", "evaluations"},
    {"expression_limits", "Regular expressions stopped at a limit of PCRE2", "evaluations"},
    {"states_evicted", "Thresholds and xbits removed to make room for new ones", "entries"},
    {"payload_search_cycles", "Cycles of searches that a device can take", "cycles"},
    {"stream_search_cycles", "Cycles of other searches in payloads and streams", "cycles"},
    {"buffer_search_cycles", "Cycles of searches in buffers of applications", "cycles"}};

}  // namespace

void InspectorMetrics::publish(Detector const& detector, SharedState const* shared,
                               std::uint64_t search_cycles) noexcept {
  static_assert(std::size(kMetrics) == kCount);
  auto const& counters = detector.counters();
  std::uint64_t const values[] = {counters.alerts,
                                  counters.alert_overflow,
                                  counters.inspections,
                                  counters.wrong_checksums,
                                  detector.flows().evicted(),
                                  count_of(counters, Limit::kFlows),
                                  detector.tcp_counters().lost(),
                                  detector.defragmenter_counters().lost(),
                                  detector.http_out_of_memory(),
                                  detector.app_counters().failed_parsers,
                                  sum(counters.limit_drops),
                                  sum(counters.limit_passes),
                                  detector.evaluation().step_limits,
                                  detector.evaluation().expressions.limits_reached(),
                                  shared != nullptr ? shared->evicted() : 0,
                                  search_cycles,
                                  detector.stream_search_cycles(),
                                  detector.buffer_search_cycles()};
  static_assert(std::size(values) == kCount);
  for (std::size_t i = 0; i < kCount; ++i) counters_[i].add(values[i] - counters_[i].get());
}

std::vector<Metric> InspectorMetrics::list() const {
  std::vector<Metric> metrics;
  for (std::size_t i = 0; i < kCount; ++i)
    metrics.push_back({kMetrics[i].name, kMetrics[i].text, kMetrics[i].unit, counters_[i].get()});
  return metrics;
}

void write_stats(Detector const& detector, EventOutput& output) {
  auto const& counters = detector.counters();
  auto const& tcp = detector.tcp_counters();
  auto const& fragments = detector.defragmenter_counters();
  auto const& apps = detector.app_counters();
  auto const flows = [&apps](AppProtocol protocol) {
    return apps.flows[static_cast<std::size_t>(protocol)];
  };
  auto const transactions = [&apps](AppProtocol protocol) {
    return apps.transactions[static_cast<std::size_t>(protocol)];
  };
  using enum AppProtocol;
  StatValue const values[] = {{"app_layer.flow.dns_tcp", flows(kDns) - apps.dns_over_udp},
                              {"app_layer.flow.dns_udp", apps.dns_over_udp},
                              {"app_layer.flow.ftp", flows(kFtp)},
                              {"app_layer.flow.http", flows(kHttp)},
                              {"app_layer.flow.smb", flows(kSmb)},
                              {"app_layer.flow.smtp", flows(kSmtp)},
                              {"app_layer.flow.ssh", flows(kSsh)},
                              {"app_layer.flow.tls", flows(kTls)},
                              {"app_layer.tx.dns", transactions(kDns)},
                              {"app_layer.tx.ftp", transactions(kFtp)},
                              {"app_layer.tx.http", transactions(kHttp)},
                              {"app_layer.tx.ssh", transactions(kSsh)},
                              {"app_layer.tx.tls", transactions(kTls)},
                              {"decoder.icmp", counters.icmp},
                              {"decoder.pkts", counters.packets},
                              {"decoder.tcp", counters.tcp},
                              {"decoder.udp", counters.udp},
                              {"defrag.max_frag_hits", fragments.lost() + fragments.evicted},
                              {"detect.alert", counters.alerts},
                              {"detect.alert_queue_overflow", counters.alert_overflow},
                              {"detect.alerts_suppressed", counters.suppressed},
                              {"flow.memcap", count_of(counters, Limit::kFlows)},
                              {"flow.get_used", detector.flows().evicted()},
                              {"http.memcap", detector.http_out_of_memory()},
                              {"ips.drop_reason.flow_memcap", counters.limit_drops[0]},
                              {"ips.drop_reason.stream_memcap", counters.limit_drops[1]},
                              {"ips.drop_reason.defrag_memcap", counters.limit_drops[2]},
                              {"tcp.segment_memcap_drop", tcp.lost()},
                              {"tcp.overlap", tcp.overlaps},
                              {"tcp.reassembly_gap", tcp.gaps},
                              {"tcp.rst", tcp.rst},
                              {"tcp.sessions", tcp.sessions},
                              {"tcp.syn", tcp.syn},
                              {"tcp.synack", tcp.syn_ack}};
  output.stats(detector.now_ns(), values);
}

}  // namespace warpline::ids
