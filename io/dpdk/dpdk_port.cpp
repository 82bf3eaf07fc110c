// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "io/dpdk/dpdk_port.hpp"

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_ethdev.h>

#include <cctype>

#include "core/base/text.hpp"
#include "io/dpdk/device_queues.hpp"
#include "io/dpdk/dpdk_interface_dpdk.hpp"
#include "io/dpdk/dpdk_log.hpp"
#include "io/dpdk/dpdk_queues_dpdk.hpp"
#include "io/dpdk/guarded_queues_dpdk.hpp"
#include "io/dpdk/pci_devices.hpp"
#include "io/dpdk/rss_key.hpp"

namespace warpline {
namespace {

constexpr std::uint16_t kDescriptors = 1024;
constexpr unsigned kShortestOnWire = 60;  // IEEE 802.3: 64 with the check sequence

std::vector<std::string> known_drivers() {
  return {"net_null",   "net_ring",  "net_pcap",        "net_tap",   "net_tun",     "net_af_packet",
          "net_af_xdp", "net_memif", "net_virtio_user", "net_vhost", "net_bonding", "net_failsafe"};
}

std::string existing_ports() {
  std::string text;
  for (std::uint16_t port = 0; port < RTE_MAX_ETHPORTS; ++port) {
    if (rte_eth_dev_is_valid_port(port) == 0) continue;
    char name[RTE_ETH_NAME_MAX_LEN] = "";
    rte_eth_dev_get_name_by_port(port, name);
    text += std::string(text.empty() ? "" : ", ") + name;
  }
  return text.empty() ? "DPDK has no ports" : "DPDK has these ports: " + text;
}

bool is_virtual(rte_eth_dev_info const& info) {
  return info.device == nullptr ||
         std::string_view(rte_bus_name(rte_dev_bus(info.device))) == "vdev";
}

}  // namespace

DpdkPort::DpdkPort(DpdkPortOptions options, DpdkPool& pool, unsigned workers)
    : Port(options.device), options_(std::move(options)), pool_(pool), workers_(workers) {
  try {
    open();
    configure();
  } catch (...) {
    close();
    throw;
  }
}

DpdkPort::~DpdkPort() { close(); }

void DpdkPort::close() noexcept {
  for (auto& queue : rx_) queue->interrupt().forget();
  if (started_) rte_eth_dev_stop(id_);
  started_ = false;
  if (opened_) rte_eth_dev_close(id_);
  if (made_here_) rte_eal_hotplug_remove("vdev", options_.device.c_str());
  opened_ = made_here_ = false;
}

void DpdkPort::open() {
  auto const& device = options_.device;
  auto const mark = DpdkLog::mark();
  if (rte_eth_dev_get_port_by_name(device.c_str(), &id_) == 0) {
    if (!options_.arguments.empty())
      throw ConfigError("port '" + device +
                        "' already exists, from an EAL argument; it takes no '" +
                        options_.arguments + "' here");
  } else if (is_pci_address(device)) {
    throw ConfigError("port '" + device + "': DPDK has no such device; " + existing_ports() + "; " +
                      describe_pci_network_devices());
  } else {
    auto const sockets = PacketSockets::all();
    auto const code = rte_eal_hotplug_add("vdev", device.c_str(), options_.arguments.c_str());
    if (code != 0) {
      auto const drivers = known_drivers();
      auto const driver = driver_of(device);
      bool const known = std::find(drivers.begin(), drivers.end(), driver) != drivers.end();
      throw ConfigError(error("cannot be created", code, mark).what() +
                        (known ? std::string() : did_you_mean(driver, drivers)));
    }
    made_here_ = true;
    if (rte_eth_dev_get_port_by_name(device.c_str(), &id_) != 0)
      throw error("is no network device", ENODEV, mark);
    opened_ = true;
    find_interface(sockets);
  }
  opened_ = true;
}

void DpdkPort::find_interface(std::set<int> const& sockets_before) {
  rte_eth_dev_info info{};
  if (rte_eth_dev_info_get(id_, &info) != 0 || info.if_index == 0) return;
  auto const driver = driver_of(options_.device);
  if (driver != "net_af_packet" && driver != "net_tap") return;
  if (!interface_) interface_ = std::make_unique<Interface>();
  interface_->kernel = std::make_unique<KernelInterface>(info.if_index);
  interface_->is_tap = driver == "net_tap";
  if (!interface_->is_tap)
    interface_->sockets = std::make_unique<PacketSockets>(sockets_before, options_.arguments);
}

void DpdkPort::configure() {
  auto const mark = DpdkLog::mark();
  auto const files = TapFiles::all();
  rte_eth_dev_info info{};
  if (auto const code = rte_eth_dev_info_get(id_, &info); code != 0)
    throw error("does not report its capabilities", code, mark);
  driver_ = info.driver_name;

  auto const rss =
      (RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_TCP) & info.flow_type_rss_offloads;
  auto rx_queues = std::min<unsigned>(workers_, info.max_rx_queues);
  auto const tx_queues = std::min<unsigned>(workers_, info.max_tx_queues);
  if (!is_virtual(info) && rss == 0) rx_queues = std::min(rx_queues, 1u);

  rte_eth_conf conf{};
  if (rx_queues > 1 && rss != 0) {
    conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    conf.rx_adv_conf.rss_conf.rss_hf = rss;
    rss_key_ = symmetric_rss_key(info.hash_key_size);
    if (!rss_key_.empty()) {
      conf.rx_adv_conf.rss_conf.rss_key = rss_key_.data();
      conf.rx_adv_conf.rss_conf.rss_key_len = info.hash_key_size;
    }
    splits_flows_ = rss_key_.empty();
  }
  constexpr unsigned kOverhead = RTE_ETHER_HDR_LEN + 4;  // with a VLAN tag
  if (options_.mtu + kOverhead > pool_.options().frame_size)
    throw ConfigError("port '" + name() + "': an MTU of " + std::to_string(options_.mtu) +
                      " needs larger packet buffers; they hold frames of " +
                      std::to_string(pool_.options().frame_size) + " bytes, --buffer-size " +
                      std::to_string(options_.mtu + kOverhead) + " would do");
  conf.rxmode.mtu = options_.mtu;

  auto const check = [&](int code, char const* what) {
    if (code != 0) throw error(what, code, mark);
  };
  auto const configure_device = [&](bool interrupts) {
    conf.intr_conf.rxq = interrupts;
    return rte_eth_dev_configure(id_, static_cast<std::uint16_t>(rx_queues),
                                 static_cast<std::uint16_t>(tx_queues), &conf);
  };
  if (!options_.interrupts || configure_device(true) != 0)
    check(configure_device(false), "cannot be configured");
  auto rx_descriptors = kDescriptors, tx_descriptors = kDescriptors;
  if (options_.descriptors != 0)
    rx_descriptors = tx_descriptors = static_cast<std::uint16_t>(options_.descriptors);
  check(rte_eth_dev_adjust_nb_rx_tx_desc(id_, &rx_descriptors, &tx_descriptors),
        "does not accept this number of descriptors");

  auto const node = static_cast<unsigned>(rte_eth_dev_socket_id(id_));
  for (std::uint16_t queue = 0; queue < rx_queues; ++queue) {
    check(rte_eth_rx_queue_setup(id_, queue, rx_descriptors, node, nullptr, pool_.handle()),
          "cannot set a receive queue up");
    if (queue < rx_.size()) {
      rx_[queue]->set_device(id_);
      continue;
    }
    rx_.push_back(std::make_unique<Rx>(id_, queue, pool_.options().frame_size));
    if (!interface_) continue;
    rx_.back()->interrupt().use_relay();
    guarded_rx_.push_back(std::make_unique<GuardedRx>(*rx_.back(), link_));
  }
  unsigned const shortest = options_.pad >= 0  ? static_cast<unsigned>(options_.pad)
                            : is_virtual(info) ? 0
                                               : kShortestOnWire;
  for (std::uint16_t queue = 0; queue < tx_queues; ++queue) {
    check(rte_eth_tx_queue_setup(id_, queue, tx_descriptors, node, nullptr),
          "cannot set a transmit queue up");
    if (queue < tx_.size()) {
      tx_[queue]->set_device(id_);
      continue;
    }
    tx_.push_back(std::make_unique<Tx>(id_, queue, shortest, link_));
    if (interface_) guarded_tx_.push_back(std::make_unique<GuardedTx>(*tx_.back(), link_));
  }
  // The driver opens them with its queues.
  if (interface_ && interface_->is_tap && !interface_->tap)
    interface_->tap = std::make_unique<TapFiles>(files);
  if (options_.mtu != 0) {
    auto const code = rte_eth_dev_set_mtu(id_, static_cast<std::uint16_t>(options_.mtu));
    if (code != -ENOTSUP) check(code, "refuses the MTU");
  }
}

void DpdkPort::start() {
  start_device();
  if (interface_) {
    interface_->address = address();
    interface_->tap_dropped_before = interface_->kernel->counters().tx_dropped;
    update_interface();
  }
  running_ = true;
}

void DpdkPort::start_device() {
  auto const mark = DpdkLog::mark();
  auto code = rte_eth_dev_start(id_);
  if (code != 0 && options_.interrupts) {
    options_.interrupts = false;
    configure();
    code = rte_eth_dev_start(id_);
  }
  if (code != 0) throw error("does not start", code, mark);
  started_ = true;
  if (options_.interrupts)
    for (unsigned i = 0; i < rx_.size(); ++i)
      rx_[i]->interrupt().find(interface_ && interface_->sockets ? interface_->sockets->file(i)
                                                                 : -1);
  // Not every virtual device has this mode; the others receive everything.
  if (options_.promiscuous)
    rte_eth_promiscuous_enable(id_);
  else
    rte_eth_promiscuous_disable(id_);
  if (interface_ && interface_->sockets) skip_foreign_frames();
}

void DpdkPort::stop() noexcept {
  running_ = false;
  if (started_ && interface_ && interface_->sockets) interface_->sockets->send_waiting();
  for (auto& queue : rx_) queue->interrupt().forget();
  if (started_) rte_eth_dev_stop(id_);
  started_ = false;
}

RxQueue* DpdkPort::rx(unsigned worker) {
  if (worker >= rx_.size()) return nullptr;
  return interface_ ? static_cast<RxQueue*>(guarded_rx_[worker].get()) : rx_[worker].get();
}

TxQueue* DpdkPort::tx(unsigned worker) {
  if (worker >= tx_.size()) return nullptr;
  return interface_ ? static_cast<TxQueue*>(guarded_tx_[worker].get()) : tx_[worker].get();
}

std::string DpdkPort::description() const {
  auto text =
      driver_ + ", " + std::to_string(rx_.size()) + (rx_.size() == 1 ? " queue" : " queues");
  if (std::uint16_t mtu = 0; rte_eth_dev_get_mtu(id_, &mtu) == 0)
    text += ", MTU " + std::to_string(mtu);
  rte_eth_link link{};
  if (rte_eth_link_get_nowait(id_, &link) != 0) return text;
  if (link.link_status == RTE_ETH_LINK_DOWN) return text + ", link down";
  text += ", link up";
  if (link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN && link.link_speed != RTE_ETH_SPEED_NUM_NONE)
    text += std::string(" at ") + rte_eth_link_speed_to_str(link.link_speed);
  return text;
}

ether::Address DpdkPort::address() const {
  ether::Address address{};
  rte_ether_addr mac{};
  if (rte_eth_macaddr_get(id_, &mac) == 0)
    std::copy(std::begin(mac.addr_bytes), std::end(mac.addr_bytes), address.bytes);
  return address;
}

std::string DpdkPort::queue_advice(unsigned workers) const {
  return queue_argument(options_.device, workers);
}

int DpdkPort::numa_node() const { return rte_eth_dev_socket_id(id_); }

PortStatistics DpdkPort::statistics() const {
  auto sums = driver_statistics();
  if (interface_) {
    sums.missed += interface_->closed.missed;
    sums.errors += interface_->closed.errors;
  }
  for (auto const& queue : rx_) sums.refused += queue->refused().get();
  return sums;
}

std::vector<std::string> DpdkPort::notices() const {
  std::vector<std::string> notices;
  if (auto const refused = statistics().refused; refused > 0)
    notices.push_back(counted(refused, "frame") + " refused: longer than a packet buffer, " +
                      std::to_string(pool_.options().frame_size) +
                      " bytes (see --buffer-size), or in several pieces");
  if (splits_flows_)
    notices.emplace_back(
        "the driver takes no RSS key, so the two directions of a flow may have reached different "
        "workers");
  return notices;
}

ConfigError DpdkPort::error(std::string const& what, int code, std::size_t log_mark) const {
  auto text = "port '" + name() + "' " + what + ": ";
  auto const reason = DpdkLog::reasons_since(log_mark);
  auto const number = code < 0 ? -code : code;
  text += reason.empty() ? std::string(rte_strerror(number)) : reason;
  return ConfigError(text + "; " + existing_ports());
}

}  // namespace warpline
