# warpline_revision(OUTPUT): a target of that name, built each time anything is: it keeps OUTPUT, a
# C++ source that defines `kRevision`, up to date. The file is written only when the revision has
# changed, so that a build without a change compiles and links nothing.
set(_write_revision ${CMAKE_CURRENT_LIST_DIR}/write_revision.cmake)
function(warpline_revision output)
  add_custom_target(warpline_revision
    COMMAND ${CMAKE_COMMAND} -D SOURCE_DIR=${PROJECT_SOURCE_DIR} -D OUTPUT=${output} -P ${_write_revision}
    BYPRODUCTS ${output}
    COMMENT "Reading the revision"
    VERBATIM)
endfunction()
