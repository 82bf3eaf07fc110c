// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "core/base/secret_json.hpp"

#include <boost/json/memory_resource.hpp>
#include <boost/json/parser.hpp>
#include <boost/json/storage_ptr.hpp>
#include <cstddef>
#include <cstring>
#include <new>

namespace warpline {
namespace {

namespace json = boost::json;

// Boost.JSON 1.81 gives the key of a string back with another alignment than it asked for.
class WipedMemory final : public json::memory_resource {
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (alignment > __STDCPP_DEFAULT_NEW_ALIGNMENT__) throw std::bad_alloc();
    return ::operator new(bytes);
  }
  void do_deallocate(void* memory, std::size_t bytes, std::size_t) override {
    explicit_bzero(memory, bytes);
    ::operator delete(memory);
  }
  bool do_is_equal(json::memory_resource const& other) const noexcept override {
    return this == &other;
  }
};

}  // namespace

json::value parse_secret_json(std::string_view text, json::error_code& error) {
  static WipedMemory memory;
  json::storage_ptr const storage(&memory);
  json::parser parser(storage);
  parser.reset(storage);
  parser.write(json::string_view(text.data(), text.size()), error);
  return error ? json::value() : parser.release();
}

}  // namespace warpline
