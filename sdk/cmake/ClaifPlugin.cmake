# claif_add_plugin(<kind>-<name> SOURCES... [LIBRARIES lib...] [TEST file...] [STATIC])
#
# Builds one plugin from its sources: <kind>-<name>.so, with exactly one exported symbol, no GNU_UNIQUE
# symbols (those would keep it mapped for good) and no undefined ones. With STATIC, or when the name is in
# CLAIF_STATIC_PLUGINS, it builds an object library instead, whose entry is claif_entry_v1_<kind>_<name>,
# for linking into a program.
#
# With TEST and CLAIF_BUILD_TESTS it also builds <kind>-<name>_test from the plugin's sources and the test
# files, with the fake host of claif::sdk_testing and GoogleTest, which the caller must have found.
# CLAIF_PLUGIN_OUTPUT_DIR is where the plugin is written, if set.

function(claif_plugin_options target)
  target_compile_features(${target} PRIVATE cxx_std_20)
  set_target_properties(${target} PROPERTIES CXX_EXTENSIONS OFF POSITION_INDEPENDENT_CODE ON
                                             CXX_VISIBILITY_PRESET hidden VISIBILITY_INLINES_HIDDEN ON
                                             SKIP_BUILD_RPATH ON INSTALL_RPATH "")  # a RPATH is refused
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(${target} PRIVATE $<$<COMPILE_LANGUAGE:CXX>:-fno-gnu-unique>)
  endif()
  if(TARGET claif_warnings)
    target_link_libraries(${target} PRIVATE $<BUILD_INTERFACE:claif_warnings>)
  endif()
endfunction()

function(claif_add_plugin target)
  cmake_parse_arguments(arg "STATIC" "" "LIBRARIES;TEST" ${ARGN})
  set(sources ${arg_UNPARSED_ARGUMENTS})
  string(MAKE_C_IDENTIFIER "claif_entry_v1_${target}" entry)
  if(arg_STATIC OR target IN_LIST CLAIF_STATIC_PLUGINS)
    add_library(${target} OBJECT ${sources})
    target_compile_definitions(${target} PRIVATE CLAIF_ENTRY=${entry})
    set_target_properties(${target} PROPERTIES CLAIF_LIBRARIES "${arg_LIBRARIES}")  # for the program
  else()
    add_library(${target} MODULE ${sources})
    set_property(GLOBAL APPEND PROPERTY CLAIF_PLUGINS ${target})
    set(script "${CMAKE_CURRENT_FUNCTION_LIST_DIR}/claif_plugin.map")
    target_link_options(${target} PRIVATE "-Wl,--version-script=${script}" -Wl,-z,defs -Wl,-z,now
                                          -Wl,-z,relro -Wl,--no-undefined)
    set_target_properties(${target} PROPERTIES PREFIX "" LINK_DEPENDS "${script}")
    if(CLAIF_PLUGIN_OUTPUT_DIR)
      set_target_properties(${target} PROPERTIES LIBRARY_OUTPUT_DIRECTORY "${CLAIF_PLUGIN_OUTPUT_DIR}")
    endif()
  endif()
  claif_plugin_options(${target})
  target_link_libraries(${target} PRIVATE claif::sdk ${arg_LIBRARIES})

  if(arg_TEST AND CLAIF_BUILD_TESTS)
    add_executable(${target}_test ${sources} ${arg_TEST})
    target_compile_definitions(${target}_test PRIVATE CLAIF_ENTRY=${entry})
    claif_plugin_options(${target}_test)
    target_link_libraries(${target}_test PRIVATE claif::sdk_testing GTest::gtest_main ${arg_LIBRARIES})
    include(GoogleTest)
    gtest_discover_tests(${target}_test TEST_PREFIX "${target}." DISCOVERY_MODE PRE_TEST)
  endif()
endfunction()
