# Language, instruction set, warnings and sanitizers: one place for all targets.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Paths in this tree count relative to the build folder, so that a clone elsewhere finds what this one
  # has compiled. Headers that the configuration has just written are not too new to be trusted.
  find_program(ENV_PROGRAM env REQUIRED)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${ENV_PROGRAM} CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
    CCACHE_SLOPPINESS=include_file_mtime,include_file_ctime ${CCACHE_PROGRAM})
  set(CMAKE_CUDA_COMPILER_LAUNCHER ${CMAKE_CXX_COMPILER_LAUNCHER})
endif()

if(NOT DEFINED CMAKE_CUDA_COMPILER AND NOT DEFINED ENV{CUDACXX} AND EXISTS /usr/local/cuda/bin/nvcc)
  set(CMAKE_CUDA_COMPILER /usr/local/cuda/bin/nvcc)
endif()
set(WARPLINE_HAVE_CUDA OFF)
if(NOT WARPLINE_CUDA STREQUAL "OFF" AND NOT WARPLINE_SANITIZE AND NOT WARPLINE_FUZZ)
  include(CheckLanguage)
  check_language(CUDA)
  if(CMAKE_CUDA_COMPILER)
    if(NOT DEFINED CMAKE_CUDA_ARCHITECTURES)
      set(CMAKE_CUDA_ARCHITECTURES 75-real 90)
    endif()
    enable_language(CUDA)
    if(NOT CMAKE_CUDA20_STANDARD_COMPILE_OPTION)  # CMake 3.25 does not know that nvcc has it
      set(CMAKE_CUDA20_STANDARD_COMPILE_OPTION "-std=c++20")
      set(CMAKE_CUDA20_EXTENSION_COMPILE_OPTION "-std=c++20")
    endif()
    set(CMAKE_CUDA_STANDARD 20)
    set(CMAKE_CUDA_STANDARD_REQUIRED ON)
    set(CMAKE_CUDA_RUNTIME_LIBRARY Static)
    set(WARPLINE_HAVE_CUDA ON)
  elseif(WARPLINE_CUDA STREQUAL "ON")
    message(FATAL_ERROR "WARPLINE_CUDA=ON, but no CUDA compiler was found (set CMAKE_CUDA_COMPILER)")
  endif()
endif()
message(STATUS "CUDA: ${WARPLINE_HAVE_CUDA}")

# nvcc's 186: a generic comparison where one side is 0. Its 997: an element's finish(Packet&) hides
# finish(BatchPtr, Outputs&), as it is meant to.
# Every target of ours links this one: flags that must not reach other people's headers or nvcc's.
add_library(warpline_options INTERFACE)
set(_cxx "$<$<COMPILE_LANGUAGE:CXX>:")
if(WARPLINE_NATIVE)
  target_compile_options(warpline_options INTERFACE "${_cxx}-march=native>")
else()
  target_compile_options(warpline_options INTERFACE "${_cxx}-march=x86-64-v2>")
endif()
target_compile_options(warpline_options INTERFACE
  "${_cxx}-Wall>" "${_cxx}-Wextra>" "${_cxx}-Wpedantic>" "${_cxx}-Wshadow>" "${_cxx}-Wconversion>"
  "${_cxx}-Werror>" "${_cxx}-fno-omit-frame-pointer>"
  # Position-independent objects would otherwise not inline functions that others could replace.
  "${_cxx}-fno-semantic-interposition>"
  # GCC 12 at -O3 sees an overlap in string concatenation that is not there (its bug 105651).
  "$<$<COMPILE_LANG_AND_ID:CXX,GNU>:-Wno-restrict>"
  "$<$<COMPILE_LANGUAGE:CUDA>:--Werror=all-warnings;--expt-relaxed-constexpr;--diag-suppress=186,997;-lineinfo;-Xcompiler=-Wall>")
if(WARPLINE_HAVE_CUDA AND CMAKE_CUDA_COMPILER_VERSION VERSION_GREATER_EQUAL 12.8)
  # Device code with its line tables takes a sixth of the room; unpacked once, when it is loaded.
  target_compile_options(warpline_options INTERFACE "$<$<COMPILE_LANGUAGE:CUDA>:--compress-mode=size>")
endif()
# Asio keeps so many freed operations of a thread for the next ones. Its own 2 are less than the tasks
# a worker has in flight, and each further one would be malloc's.
target_compile_definitions(warpline_options INTERFACE BOOST_ASIO_RECYCLING_ALLOCATOR_CACHE_SIZE=16)
target_include_directories(warpline_options INTERFACE ${PROJECT_SOURCE_DIR} ${PROJECT_BINARY_DIR})
if(WARPLINE_HAVE_CUDA)
  target_compile_definitions(warpline_options INTERFACE WARPLINE_CUDA=1)
endif()
if(NOT WARPLINE_SANITIZE)
  # With -fsanitize=undefined GCC 12 warns about integral promotions, too.
  target_compile_options(warpline_options INTERFACE "${_cxx}-Wsign-conversion>")
endif()
if(WARPLINE_SANITIZE)
  target_compile_options(warpline_options INTERFACE
    -fsanitize=${WARPLINE_SANITIZE} -fno-sanitize-recover=all -g -O1 -UNDEBUG)
  target_link_options(warpline_options INTERFACE -fsanitize=${WARPLINE_SANITIZE})
  if(WARPLINE_SANITIZE MATCHES thread)
    # ThreadSanitizer knows no fences; Asio's come on top of its locks.
    target_compile_definitions(warpline_options INTERFACE BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()
if(WARPLINE_FUZZ)
  target_compile_options(warpline_options INTERFACE
    -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -g -O1)
  target_link_options(warpline_options INTERFACE -fsanitize=address,undefined)
endif()

# For code that does not run once per packet: -O1 compiles a third faster than -O3. Such objects come
# last on a link line, since the linker keeps the first copy of a function that several have.
set(WARPLINE_FAST_COMPILE "$<$<AND:$<CONFIG:Release>,$<COMPILE_LANGUAGE:CXX>>:-O1>")
if(WARPLINE_WATCHDOG)
  target_compile_definitions(warpline_options INTERFACE WARPLINE_WATCHDOG=1)
endif()
