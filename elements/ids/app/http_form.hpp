// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.hpp"
#include "elements/ids/app/app_session.hpp"
#include "elements/ids/app/http_session.hpp"

namespace warpline::ids {

/// The files of a body in multipart/form-data: the parts whose `Content-Disposition` has a file name. Knows where they are in the body, which must be kept whole.
class HttpForm {
 public:
  /// Begins a form if the value of the request's `Content-Type` has a boundary, whatever its type,
  /// as Suricata does.
  void begin(std::string_view content_type);
  /// True if the value of a `Content-Disposition` names a file.
  static bool has_file_name(std::string_view disposition);
  bool is_form() const { return !boundary_.empty(); }
  /// Finds files. `body`: from its beginning on; at each call the same bytes and perhaps more.
  void scan(Bytes body, bool is_complete);

  std::size_t files() const { return files_.size(); }
  /// What rules should see of a file now. `all_there`: no more bytes of the body come.
  std::optional<AppBuffer> piece(HttpBodyLimits const& limits, Bytes body, std::size_t file,
                                 bool all_there) const;
  void set_inspected(HttpBodyLimits const& limits, bool all_there);
  void clear();
  std::size_t memory() const { return boundary_.capacity() + files_.capacity() * sizeof(File); }

 private:
  /// Offsets in the body.
  struct File {
    std::uint32_t begin, end, inspected = 0;
    bool is_complete = false;
  };
  enum class State : std::uint8_t { kBoundary, kHeaders, kFile, kOther, kEnd };

  bool advance(std::string_view body, bool is_complete);
  bool end_part(std::string_view body, bool is_complete);
  bool read_headers(std::string_view body);

  std::string boundary_;  // with two hyphens before it
  std::vector<File> files_;
  std::uint32_t at_ = 0;  // bytes before it were scanned
  State state_ = State::kBoundary;
};

}  // namespace warpline::ids
