# WARPLINE_REVISION: git's name of what is built; `unknown` without git or outside a checkout.
set(WARPLINE_REVISION unknown)
find_package(Git QUIET)
if(GIT_FOUND)
  execute_process(
    COMMAND ${GIT_EXECUTABLE} -c safe.directory=* describe --always --dirty --abbrev=12 --exclude=*
    WORKING_DIRECTORY ${PROJECT_SOURCE_DIR}
    OUTPUT_VARIABLE _revision RESULT_VARIABLE _failed
    OUTPUT_STRIP_TRAILING_WHITESPACE ERROR_QUIET)
  if(NOT _failed AND _revision)
    set(WARPLINE_REVISION ${_revision})
  endif()
endif()
