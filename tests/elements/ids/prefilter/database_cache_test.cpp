// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "elements/ids/prefilter/database_cache.hpp"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "tests/support/scoped.hpp"

namespace warpline::ids {
namespace {

namespace fs = std::filesystem;

PatternSet words(std::string const& stem, unsigned count = 40) {
  PatternSet set;
  for (unsigned i = 0; i < count; ++i)
    set.patterns.push_back({stem + std::to_string(i) + '.', false, i + 1, {}, {}});
  return set;
}

/// The patterns that a database finds in a text.
std::vector<PatternId> found(std::shared_ptr<HyperscanDatabase const> database,
                             std::string const& text) {
  std::vector<PatternId> ids;
  HyperscanScanner(std::move(database))
      .scan_all({reinterpret_cast<std::uint8_t const*>(text.data()),
                 static_cast<std::uint32_t>(text.size())},
                ids);
  return ids;
}
constexpr char kText[] = "a word7. and word3.";
std::vector<PatternId> const kFound{3, 7};

class DatabaseCacheTest : public ::testing::Test {
 protected:
  /// The only file; fails if there is none.
  std::string file() const {
    std::string path;
    for (auto const& entry : fs::directory_iterator(path_)) path = entry.path();
    EXPECT_FALSE(path.empty());
    return path;
  }
  std::size_t files() const {
    if (!fs::exists(path_)) return 0;
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(path_), {}));
  }
  void write_first() {
    DatabaseCache cache(path_);
    cache.get(words("word"));
    EXPECT_EQ(cache.written(), 1u);
    EXPECT_EQ(cache.notice(), "");
  }
  /// The file is not used, and a good one replaces it.
  void expect_refused() {
    DatabaseCache cache(path_);
    EXPECT_EQ(found(cache.get(words("word")), kText), kFound);
    EXPECT_EQ(cache.read(), 0u);
    EXPECT_NE(cache.notice().find("1 file in " + path_ + " cannot be used"), std::string::npos);
    DatabaseCache again(path_);
    EXPECT_EQ(found(again.get(words("word")), kText), kFound);
    EXPECT_EQ(again.read(), 1u);
    EXPECT_EQ(again.notice(), "");
  }

  test::ScopedFolder folder_;
  std::string path_ = folder_.path("new/folder");
};

TEST_F(DatabaseCacheTest, ReadsWhatItHasWritten) {
  write_first();
  EXPECT_EQ(files(), 1u);
  DatabaseCache cache(path_);
  EXPECT_EQ(found(cache.get(words("word")), kText), kFound);
  EXPECT_EQ(cache.read(), 1u);
  EXPECT_EQ(cache.written(), 0u);
  EXPECT_EQ(cache.notice(), "");
}

TEST_F(DatabaseCacheTest, HasAFileForEachSetOfPatterns) {
  write_first();
  DatabaseCache cache(path_);
  auto nocase = words("word");
  nocase.patterns[5].nocase = true;
  EXPECT_EQ(found(cache.get(nocase), "WORD5. WORD6."), std::vector<PatternId>{5});
  cache.get(words("other"));
  cache.get(words("word", 41));
  EXPECT_EQ(cache.read(), 0u);
  EXPECT_EQ(files(), 4u);
}

TEST_F(DatabaseCacheTest, CompilesWithoutAFolderAndForFewPatterns) {
  DatabaseCache off;
  EXPECT_EQ(found(off.get(words("word")), kText), kFound);
  DatabaseCache cache(path_);
  EXPECT_EQ(found(cache.get(words("word", 8)), kText), kFound);
  EXPECT_EQ(files(), 0u);
}

TEST_F(DatabaseCacheTest, RefusesDamagedFiles) {
  write_first();
  auto const size = fs::file_size(file());
  for (std::uintmax_t const place :
       {std::uintmax_t{0}, std::uintmax_t{20}, std::uintmax_t{60}, std::uintmax_t{100}, size - 1}) {
    SCOPED_TRACE(place);
    std::fstream stream(file(), std::ios::in | std::ios::out | std::ios::binary);
    stream.seekg(static_cast<std::streamoff>(place));
    auto const byte = static_cast<char>(stream.get());
    stream.seekp(static_cast<std::streamoff>(place));
    stream.put(static_cast<char>(byte ^ 1));
    stream.close();
    expect_refused();
  }
  for (std::uintmax_t const cut : {std::uintmax_t{0}, std::uintmax_t{79}, size - 1}) {
    SCOPED_TRACE(cut);
    fs::resize_file(file(), cut);
    expect_refused();
  }
}

TEST_F(DatabaseCacheTest, RefusesFilesThatOthersMayWrite) {
  write_first();
  ::chmod(file().c_str(), 0666);
  expect_refused();
}

TEST_F(DatabaseCacheTest, RefusesLinks) {
  write_first();
  auto const path = file();
  fs::rename(path, folder_.path("elsewhere"));
  fs::create_symlink(folder_.path("elsewhere"), path);
  expect_refused();
}

TEST_F(DatabaseCacheTest, TellsOnceThatItCannotWrite) {
  auto const path = folder_.write("file", "not a folder");
  DatabaseCache cache(path);
  EXPECT_EQ(found(cache.get(words("word")), kText), kFound);
  cache.get(words("other"));
  EXPECT_EQ(cache.written(), 0u);
  EXPECT_NE(cache.notice().find("not kept: " + path), std::string::npos) << cache.notice();
}

TEST_F(DatabaseCacheTest, LeavesNothingOnAFullDisk) {
  // A limit of the size of files acts like a full disk.
  rlimit old{};
  getrlimit(RLIMIT_FSIZE, &old);
  auto const handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit const small{1000, old.rlim_max};
  setrlimit(RLIMIT_FSIZE, &small);
  DatabaseCache cache(path_);
  auto const database = cache.get(words("word"));
  setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(found(database, kText), kFound);
  EXPECT_NE(cache.notice().find("not kept"), std::string::npos);
  EXPECT_EQ(files(), 0u);
}

TEST_F(DatabaseCacheTest, RemovesFilesThatWereNotUsedForLong) {
  write_first();
  auto const old = file();
  auto const now = fs::file_time_type::clock::now();
  std::ofstream(path_ + "/keep.txt") << "of the user";
  fs::last_write_time(path_ + "/keep.txt", now - std::chrono::hours(24 * 100));
  fs::last_write_time(old, now - std::chrono::hours(24 * 29));
  DatabaseCache(path_).get(words("other"));
  EXPECT_TRUE(fs::exists(old));
  fs::last_write_time(old, now - std::chrono::hours(24 * 31));
  DatabaseCache(path_).get(words("third"));
  EXPECT_FALSE(fs::exists(old));
  EXPECT_TRUE(fs::exists(path_ + "/keep.txt"));
}

TEST_F(DatabaseCacheTest, IsInTheFolderThatTheEnvironmentNames) {
  test::ScopedEnvironment const cache("XDG_CACHE_HOME", "/some/cache");
  EXPECT_EQ(DatabaseCache::default_folder(), "/some/cache/warpline/ids");
  test::ScopedEnvironment const relative("XDG_CACHE_HOME", "cache");
  test::ScopedEnvironment const home("HOME", "/home/me");
  EXPECT_EQ(DatabaseCache::default_folder(), "/home/me/.cache/warpline/ids");
  test::ScopedEnvironment const nowhere("HOME", "");
  EXPECT_EQ(DatabaseCache::default_folder(), "");
}

}  // namespace
}  // namespace warpline::ids
