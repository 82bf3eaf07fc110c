// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/esp_capture.hpp"

#include <algorithm>
#include <memory>
#include <stdexcept>

#include "elements/ipsec/config/sa_file.hpp"
#include "elements/ipsec/esp/cpu_esp.hpp"
#include "elements/ipsec/esp_sender.hpp"
#include "io/capture/capture_writer.hpp"
#include "io/generator/generator_port.hpp"
#include "io/spec/generator_scheme.hpp"

namespace warpline::bench {

std::vector<std::uint32_t> write_esp_capture(std::string const& path, std::string const& sa_path,
                                             ipsec::Suite suite, Traffic const& traffic,
                                             unsigned count) {
  constexpr unsigned kBurst = 32, kRoom = 128;
  auto options = generator_options(generator_spec(traffic));
  unsigned longest = 0;
  for (auto const& size : options.sizes) longest = std::max(longest, size.bytes);
  HeapBufferPool pool(kBurst, longest, kRoom);
  GeneratorPort generator("traffic", std::move(options), {pool, longest, [](Bytes) {}}, 1);
  auto sas = ipsec::load_sa_file(sa_path);
  for (auto& sa : sas) {
    sa.direction = ipsec::Direction::kOutbound;  // as the peer has it
    if (sa.replay_window != 0)
      throw ConfigError(sa_path +
                        ": the same packets are replayed, and an SA refuses replays; give "
                        "each of them replay-window 0");
  }
  std::erase_if(sas, [&](auto const& sa) { return sa.suite != suite; });
  ipsec::EspSender sender(std::make_shared<ipsec::SaDatabase>(sas, std::vector<ipsec::Policy>()));
  ipsec::CpuEsp cpu(sender.slots().cpu_keys());
  CaptureWriter capture(path);
  capture.begin();
  std::vector<std::uint32_t> sizes;
  while (sizes.size() < count) {
    Packet packets[kBurst];
    Verdict verdicts[kBurst];
    auto const got = generator.rx(0)->receive(packets);
    for (auto const& packet : std::span(packets, got)) sizes.push_back(packet.length);
    if (!sender.encapsulate({packets, got}, verdicts))
      throw ConfigError(sa_path + ": its SAs do not accept packets from 10.0.0.0/16 to " +
                        traffic.to);
    cpu.protect({packets, got});
    for (auto const& packet : std::span(packets, got)) {
      if (!capture.write({packet.data, packet.length}, sizes.size()))
        throw std::runtime_error(path + ": cannot be written: " + capture.error_text());
    }
    pool.release({packets, got});
  }
  capture.finish();
  if (capture.lost() > 0)
    throw std::runtime_error(path + ": cannot be written: " + capture.error_text());
  return sizes;
}

}  // namespace warpline::bench
