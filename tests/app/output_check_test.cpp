// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "app/session/output_check.hpp"

#include <gmock/gmock.h>
#include <sys/stat.h>

#include <filesystem>

#include "core/base/error.hpp"
#include "tests/support/scoped.hpp"

namespace warpline::app {
namespace {

using Kind = FileUse::Kind;
using testing::HasSubstr;

class OutputCheckTest : public testing::Test {
 protected:
  /// What is wrong with these files, all in the test's folder.
  std::string fault(std::vector<FileUse> files) {
    for (auto& file : files) file.path = folder.path(file.path);
    try {
      check_outputs(files);
    } catch (ConfigError const& error) {
      return error.what();
    }
    return "none";
  }
  test::ScopedFolder folder;
};

TEST_F(OutputCheckTest, TakesFilesOfTheirOwnAndMakesNone) {
  folder.write("in", "x");
  EXPECT_EQ(fault({{"in", "-r"}, {"out", "-w", Kind::kOutput}, {"new", "--json", Kind::kOutput}}),
            "none");
  EXPECT_FALSE(std::filesystem::exists(folder.path("out")));
  EXPECT_FALSE(std::filesystem::exists(folder.path("new")));
}

TEST_F(OutputCheckTest, FindsAnInputByItsDeviceAndInode) {
  folder.write("in", "x");
  std::filesystem::create_hard_link(folder.path("in"), folder.path("hard"));
  std::filesystem::create_symlink("in", folder.path("soft"));
  for (auto const* name : {"in", "hard", "soft", "./in"})
    EXPECT_THAT(fault({{"in", "-r"}, {name, "-w", Kind::kOutput}}),
                HasSubstr("which is read; expected a separate file"))
        << name;
}

TEST_F(OutputCheckTest, FindsAnotherOutputThatIsNotThereYet) {
  std::filesystem::create_directory(folder.path("a"));
  std::filesystem::create_symlink("a", folder.path("b"));
  std::filesystem::create_symlink("a/out", folder.path("link"));
  for (auto const* name : {"a/out", "b/out", "a/../a/out", "link"})
    EXPECT_THAT(fault({{"a/out", "-w", Kind::kOutput}, {name, "--json", Kind::kOutput}}),
                HasSubstr("which is written too"))
        << name;
}

TEST_F(OutputCheckTest, LetsElementsAppendToOneFile) {
  EXPECT_EQ(fault({{"eve", "a", Kind::kAppend}, {"eve", "b", Kind::kAppend}}), "none");
  EXPECT_THAT(fault({{"eve", "a", Kind::kAppend}, {"eve", "-w", Kind::kOutput}}),
              HasSubstr("which is written too"));
}

TEST_F(OutputCheckTest, LetsPipesAndDevicesBeShared) {
  ASSERT_EQ(mkfifo(folder.path("pipe").c_str(), 0600), 0);
  EXPECT_EQ(fault({{"pipe", "-w", Kind::kOutput}, {"pipe", "--json", Kind::kOutput}}), "none");
  EXPECT_NO_THROW(
      check_outputs({{"/dev/null", "-w", Kind::kOutput}, {"/dev/null", "--json", Kind::kOutput}}));
}

TEST_F(OutputCheckTest, NeedsAFolderThatCanBeWritten) {
  folder.write("file", "x");
  EXPECT_THAT(fault({{"none/out", "-w", Kind::kOutput}}),
              HasSubstr("none/out: cannot be written: No such file or directory"));
  EXPECT_THAT(fault({{"file/out", "-w", Kind::kOutput}}), HasSubstr("Not a directory"));
  EXPECT_THAT(fault({{"", "-w", Kind::kOutput}}), HasSubstr("Is a directory"));
  if (geteuid() == 0) return;  // may write everywhere
  std::filesystem::permissions(folder.path("file"), std::filesystem::perms::owner_read);
  EXPECT_THAT(fault({{"file", "-w", Kind::kOutput}}), HasSubstr("Permission denied"));
}

TEST_F(OutputCheckTest, DoesNotAskWhetherASocketCanBeWritten) {
  EXPECT_EQ(fault({{"s", "--control", Kind::kSocket}}), "none");
  EXPECT_THAT(fault({{"s", "-w", Kind::kOutput}, {"s", "--control", Kind::kSocket}}),
              HasSubstr("--control: "));
}

}  // namespace
}  // namespace warpline::app
