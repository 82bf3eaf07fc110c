# cmake -D SOURCE_DIR=… -D OUTPUT=… -P write_revision.cmake: the revision of the sources as a C++
# source. It is git's name of the commit, with `-dirty` if a tracked file differs from it or a source
# is not tracked; `unknown` without git, without a commit, or if SOURCE_DIR is not the top of a checkout.
set(sources *.cpp *.hpp *.c *.h *.cu *.cuh *.inc *.in *.cmake *CMakeLists.txt *CMakePresets.json *.py)
set(revision unknown)

# A git hook sets these for another repository.
foreach(name GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_PREFIX)
  unset(ENV{${name}})
endforeach()
set(ENV{GIT_OPTIONAL_LOCKS} 0)

function(run_git variable)
  execute_process(COMMAND ${GIT} -c safe.directory=* -C ${SOURCE_DIR} ${ARGN}
    OUTPUT_VARIABLE output RESULT_VARIABLE result OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  set(${variable} "${output}" PARENT_SCOPE)
  set(result "${result}" PARENT_SCOPE)
endfunction()

find_program(GIT git)
if(GIT)
  # Sources that were unpacked inside another repository are not that repository's commit.
  run_git(prefix rev-parse --show-prefix)
  if(result EQUAL 0 AND prefix STREQUAL "")
    run_git(described describe --always --dirty --abbrev=12 --exclude=*)
    if(result EQUAL 0 AND NOT described STREQUAL "")
      set(revision ${described})
      run_git(untracked ls-files --others --exclude-standard -- ${sources})
      if(NOT untracked STREQUAL "" AND NOT revision MATCHES "-dirty$")
        string(APPEND revision -dirty)
      endif()
    endif()
  endif()
endif()

file(CONFIGURE OUTPUT ${OUTPUT} @ONLY CONTENT [[
// SPDX-FileCopyrightText: The Warpline authors
// SPDX-License-Identifier: Apache-2.0
#include "measure/version.hpp"

namespace warpline {

char const* const kRevision = "@revision@";

}  // namespace warpline
]])
