# warpline_objects(NAME SOURCES... [LINK ...]): an OBJECT library of ours. Objects, not an archive:
# a linker drops members of an archive that only register themselves.
# Without a CUDA compiler a .cu file is compiled as C++: kernel bodies are always built and tested.
function(warpline_objects name)
  cmake_parse_arguments(arg "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} OBJECT ${arg_SOURCES})
  target_link_libraries(${name} PUBLIC warpline_options ${arg_LINK})
  warpline_cuda_sources(${arg_SOURCES})
endfunction()

function(warpline_cuda_sources)
  if(NOT WARPLINE_HAVE_CUDA)
    foreach(source ${ARGN})
      if(source MATCHES "\\.cu$")
        set_source_files_properties(${source} PROPERTIES LANGUAGE CXX COMPILE_OPTIONS "-xc++")
      endif()
    endforeach()
  endif()
endfunction()
