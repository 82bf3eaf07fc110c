// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/port.hpp"

#include <gtest/gtest.h>

#include "core/base/error.hpp"
#include "tests/support/config_errors.hpp"

namespace warpline {
namespace {

class NamedPort final : public Port {
 public:
  explicit NamedPort(std::string name) : Port(std::move(name)) {}
  std::string description() const override { return name(); }
  RxQueue* rx(unsigned) override { return nullptr; }
  TxQueue* tx(unsigned) override { return nullptr; }
};

TEST(PortSet, FindsAPortByNameOrNumberOrListsThem) {
  PortSet ports;
  EXPECT_EQ(test::errors_of([&] { (void)ports.find("eth0"); }),
            "unknown port 'eth0'; there are no ports");
  ports.add(std::make_unique<NamedPort>("eth0"));
  ports.add(std::make_unique<NamedPort>("lan"));
  EXPECT_EQ(ports.find("lan").index(), 1u);
  EXPECT_EQ(ports.find("1").name(), "lan");
  EXPECT_EQ(test::errors_of([&] { (void)ports.find("eth1"); }),
            "unknown port 'eth1'; there are: 0 (eth0) 1 (lan); did you mean 'eth0'?");
}

TEST(PortSet, RefusesANameThatIsThere) {
  PortSet ports;
  ports.add(std::make_unique<NamedPort>("eth0"));
  EXPECT_EQ(test::errors_of([&] { ports.add(std::make_unique<NamedPort>("eth0")); }),
            "port 'eth0' is given twice");
  EXPECT_EQ(ports.size(), 1u);
}

TEST(PortSet, LetsOneSourceOfAWorkerReceiveFromAPort) {
  PortSet ports;
  EXPECT_TRUE(ports.claim_rx(0, 0));
  EXPECT_FALSE(ports.claim_rx(0, 0));
  EXPECT_TRUE(ports.claim_rx(0, 1));
  EXPECT_TRUE(ports.claim_rx(1, 0));
  ports.free_claims(0);
  EXPECT_TRUE(ports.claim_rx(0, 0));
  EXPECT_FALSE(ports.claim_rx(0, 1)) << "another worker's";
}

}  // namespace
}  // namespace warpline
