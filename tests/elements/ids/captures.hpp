// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/support/source_dir.hpp"

/// Real captures and rules that a checkout may have beside it; tests skip where it has none.
namespace warpline::ids::testing {

/// `$WARPLINE_TEST_DATA`, or its place beside the checkout.
inline std::string shared_folder() {
  char const* const folder = std::getenv("WARPLINE_TEST_DATA");
  return folder != nullptr ? std::string(folder) + "/" : test::source_dir() + "/../shared/data/";
}

inline std::vector<std::string> files_in(std::string const& folder, std::string const& extension) {
  std::vector<std::string> paths;
  std::error_code error;
  for (auto const& entry : std::filesystem::directory_iterator(shared_folder() + folder, error))
    if (entry.path().extension() == extension) paths.push_back(entry.path().string());
  std::sort(paths.begin(), paths.end());
  return paths;
}

inline std::string read_file(std::string const& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The tests use every `kFrameStride`th captured frame: all of them if the build is fast.
#if defined(NDEBUG) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
inline constexpr std::size_t kFrameStride = 1;
#else
inline constexpr std::size_t kFrameStride = 8;
#endif

/// The frames of a classic little-endian Ethernet capture; a last one that is cut is left out.
inline std::vector<std::string> read_frames(std::string const& path) {
  auto const file = read_file(path);
  auto const u32 = [&](std::size_t offset) {
    std::uint32_t value = 0;
    std::memcpy(&value, file.data() + offset, sizeof value);
    return value;
  };
  std::vector<std::string> frames;
  std::size_t number = 0;
  constexpr std::uint32_t kEthernet = 1;
  if (file.size() < 24 || (u32(0) != 0xa1b2c3d4 && u32(0) != 0xa1b23c4d) || u32(20) != kEthernet)
    return frames;
  for (std::size_t offset = 24; offset + 16 <= file.size();) {
    auto const size = u32(offset + 8);
    offset += 16;
    if (file.size() - offset < size) break;
    if (number++ % kFrameStride == 0) frames.push_back(file.substr(offset, size));
    offset += size;
  }
  return frames;
}

/// Every `content` of the rules in `text`, as lines of a pattern file; `nocase` where it follows.
inline std::vector<std::string> content_lines(std::string const& text) {
  std::vector<std::string> lines;
  constexpr char kWord[] = "content:";
  for (auto position = text.find(kWord); position != std::string::npos;
       position = text.find(kWord, position)) {
    bool const whole_word = position > 0 && std::strchr(" (;", text[position - 1]) != nullptr;
    position += sizeof kWord - 1;
    while (position < text.size() && (text[position] == ' ' || text[position] == '!')) ++position;
    if (!whole_word || position >= text.size() || text[position] != '"') continue;
    auto const begin = position++;
    while (position < text.size() && text[position] != '"' && text[position] != '\n')
      position += text[position] == '\\' ? 2u : 1u;
    if (position >= text.size() || text[position] == '\n') continue;
    auto line = "content:" + text.substr(begin, ++position - begin) + ";";
    auto const modifiers_end =
        std::min({text.find("content:", position), text.find("pcre:", position),
                  text.find('\n', position), text.size()});
    if (text.substr(position, modifiers_end - position).find("nocase;") != std::string::npos)
      line += " nocase;";
    lines.push_back(std::move(line));
  }
  return lines;
}

/// All different contents of the rule files, as the text of a pattern file.
inline std::string pattern_file_of(std::vector<std::string> const& rule_files) {
  std::vector<std::string> lines;
  for (auto const& path : rule_files)
    for (auto& line : content_lines(read_file(path))) lines.push_back(std::move(line));
  std::sort(lines.begin(), lines.end());
  lines.erase(std::unique(lines.begin(), lines.end()), lines.end());
  std::string text;
  for (auto const& line : lines) text += line + '\n';
  return text;
}

}  // namespace warpline::ids::testing
