# What `cmake --install` and `cpack` add to the targets: the CMake package, claif.pc and two Debian packages.
include(CMakePackageConfigHelpers)

install(EXPORT claifTargets NAMESPACE claif:: DESTINATION ${CLAIF_CMAKE_INSTALL_DIR} COMPONENT claif-dev)
configure_package_config_file(${CMAKE_CURRENT_LIST_DIR}/claifConfig.cmake.in claifConfig.cmake
                              INSTALL_DESTINATION ${CLAIF_CMAKE_INSTALL_DIR}
                              PATH_VARS CLAIF_PLUGIN_INSTALL_DIR)
write_basic_package_version_file(claifConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/claifConfig.cmake ${PROJECT_BINARY_DIR}/claifConfigVersion.cmake
        DESTINATION ${CLAIF_CMAKE_INSTALL_DIR} COMPONENT claif-dev)

cmake_path(RELATIVE_PATH CMAKE_INSTALL_PREFIX BASE_DIRECTORY ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig
           OUTPUT_VARIABLE CLAIF_PC_TO_PREFIX)
configure_file(${CMAKE_CURRENT_LIST_DIR}/claif.pc.in claif.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/claif.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig COMPONENT claif-dev)
install(FILES CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT claif)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright COMPONENT claif)

if(PROJECT_IS_TOP_LEVEL)
  set(CPACK_PACKAGE_NAME claif)
  set(CPACK_PACKAGE_VENDOR "claif contributors")
  set(CPACK_PACKAGE_CONTACT "claif contributors")
  set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "${PROJECT_DESCRIPTION}")
  set(CPACK_PACKAGE_DIRECTORY ${PROJECT_SOURCE_DIR}/build/packages)
  set(CPACK_RESOURCE_FILE_LICENSE ${PROJECT_SOURCE_DIR}/LICENSE)
  set(CPACK_STRIP_FILES ON)
  set(CPACK_VERBATIM_VARIABLES ON)
  set(CPACK_COMPONENTS_ALL claif claif-dev)
  set(CPACK_DEB_COMPONENT_INSTALL ON)
  set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
  set(CPACK_DEBIAN_COMPRESSION_TYPE xz)

  set(CPACK_DEBIAN_CLAIF_PACKAGE_NAME claif)
  set(CPACK_DEBIAN_CLAIF_PACKAGE_SECTION net)
  set(CPACK_DEBIAN_CLAIF_PACKAGE_SHLIBDEPS ON)
  set(CPACK_DEBIAN_CLAIF_PACKAGE_RECOMMENDS ca-certificates)
  set(CPACK_COMPONENT_CLAIF_DESCRIPTION "${PROJECT_DESCRIPTION}")

  set(CPACK_DEBIAN_CLAIF-DEV_PACKAGE_NAME claif-dev)
  set(CPACK_DEBIAN_CLAIF-DEV_PACKAGE_SECTION libdevel)
  set(CPACK_DEBIAN_CLAIF-DEV_PACKAGE_DEPENDS
      "claif (= ${PROJECT_VERSION}), libexpected-dev, rapidjson-dev")
  set(CPACK_DEBIAN_CLAIF-DEV_PACKAGE_SUGGESTS libutf8proc-dev)  # for claif/sdk/approval_text.hpp
  set(CPACK_COMPONENT_CLAIF-DEV_DESCRIPTION "Headers and CMake package to embed claif and to write plugins for it")
  set(CPACK_DEBIAN_PACKAGE_SHLIBDEPS_PRIVATE_DIRS ${CMAKE_LIBRARY_OUTPUT_DIRECTORY})
  include(CPack)
endif()
