// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/element/file_uses.hpp"

#include <gtest/gtest.h>

namespace warpline {
namespace {

TEST(FileUses, AreRecordedWhileAGraphIsOnlyChecked) {
  PortSet ports;
  DeviceSet devices;
  SharedStore shared;
  BuildContext context{ports, devices, shared};
  note_file_use(context, {"run.log", "Test", FileUse::Kind::kAppend});
  EXPECT_TRUE(shared.single<FileUses>()->all.empty()) << "the graph that runs opens its files";
  context.dry_run = true;
  note_file_use(context, {"a.log", "Test", FileUse::Kind::kAppend});
  note_file_use(context, {"b.sa", "Other", FileUse::Kind::kInput});
  auto const& all = shared.single<FileUses>()->all;
  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].path, "a.log");
  EXPECT_EQ(all[1].user, "Other");
  EXPECT_EQ(all[1].kind, FileUse::Kind::kInput);
}

}  // namespace
}  // namespace warpline
