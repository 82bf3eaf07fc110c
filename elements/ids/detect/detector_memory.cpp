// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/detect/detector_memory.hpp"

#include "elements/ids/detect/detector.hpp"

namespace warpline::ids {

DetectorMemory memory_of(DetectorOptions const& options, RuleSet const& rules) {
  DetectorMemory memory;
  memory.flows = FlowTable::bytes(options.flows);
  memory.sessions = options.flows * sizeof(TcpSession) + AppFlows::bytes(options.flows);
  memory.bits = FlowBits::bytes(options.flows, rules.bit_names().size());
  memory.stream = options.stream_memory;
  memory.http = options.http.memory;
  memory.fragments = Defragmenter::bytes(options.defrag_memory, options.datagrams);
  memory.buffers = Detector::kBefore + Detector::kMaxView + Detector::kMaxEndPayload +
                   rules.groups().max_patterns() * sizeof(PatternId) +
                   rules.rules().size() * (sizeof(std::uint32_t) + sizeof(QuickCheck)) +
                   tls::CertificateCache::bytes();
  return memory;
}

}  // namespace warpline::ids
