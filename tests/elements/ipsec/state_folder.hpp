// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "elements/ipsec/state/state_file.hpp"
#include "tests/support/config_errors.hpp"

namespace warpline::ipsec::testing {

/// A folder of its own for each test, with a boot id that the test can change.
class StateFolder : public ::testing::Test {
 protected:
  StateFolder() {
    char pattern[] = "/tmp/warpline-state-XXXXXX";
    folder_ = ::mkdtemp(pattern);
    boot("11111111-2222-3333-4444-555555555555");
  }
  ~StateFolder() override { std::filesystem::remove_all(folder_); }

  void boot(std::string const& id) { std::ofstream(folder_ + "/boot_id") << id << '\n'; }
  std::string path() const { return folder_ + "/sas.state"; }
  std::shared_ptr<StateFile> open() {
    return std::make_shared<StateFile>(path(), folder_ + "/boot_id");
  }
  std::string error_of_open() {
    return test::errors_of([&] { open(); });
  }

  static StateRecord outbound(std::uint8_t name, std::uint64_t mark) {
    StateRecord record;
    record.kind = StateRecord::Kind::kOutbound;
    record.fingerprint[0] = name;
    record.mark = mark;
    return record;
  }

  std::string folder_;
};

}  // namespace warpline::ipsec::testing
