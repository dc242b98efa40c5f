# claif_add_plugin(<kind>-<name> SOURCES... [LIBRARIES lib...] [STATIC])
#
# Builds one plugin from its sources: <kind>-<name>.so, with exactly one exported symbol, no GNU_UNIQUE
# symbols (those would keep it mapped for good) and no undefined ones. With STATIC it builds an object
# library instead, whose entry is claif_entry_v1_<kind>_<name>, for linking into a program.
set(CLAIF_PLUGIN_CMAKE_DIR "${CMAKE_CURRENT_LIST_DIR}")

function(claif_add_plugin target)
  cmake_parse_arguments(arg "STATIC" "" "LIBRARIES" ${ARGN})
  if(arg_STATIC)
    add_library(${target} OBJECT ${arg_UNPARSED_ARGUMENTS})
    string(MAKE_C_IDENTIFIER "${target}" symbol)
    target_compile_definitions(${target} PRIVATE CLAIF_ENTRY=claif_entry_v1_${symbol})
  else()
    add_library(${target} MODULE ${arg_UNPARSED_ARGUMENTS})
    set(script "${CLAIF_PLUGIN_CMAKE_DIR}/claif_plugin.map")
    target_link_options(${target} PRIVATE "-Wl,--version-script=${script}" -Wl,-z,defs -Wl,-z,now
                                          -Wl,-z,relro -Wl,--no-undefined)
    set_target_properties(${target} PROPERTIES PREFIX "" LINK_DEPENDS "${script}")
  endif()
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
                                             CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE -fno-gnu-unique)
  endif()
  target_link_libraries(${target} PRIVATE claif::sdk ${arg_LIBRARIES})
endfunction()
