# Headers, the CMake package and the pkg-config file. Nothing in them depends on the architecture or names the prefix.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(part_headers)
foreach(part IN LISTS parts)
  list(APPEND part_headers FILE_SET ${part})
endforeach()
install(TARGETS eddy EXPORT eddyTargets FILE_SET HEADERS FILE_SET kernels ${part_headers})
install(EXPORT eddyTargets NAMESPACE eddy:: DESTINATION share/cmake/eddy)

write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/eddyConfigVersion.cmake" COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT
)
install(FILES "${PROJECT_SOURCE_DIR}/cmake/eddyConfig.cmake" "${PROJECT_BINARY_DIR}/eddyConfigVersion.cmake"
        DESTINATION share/cmake/eddy
)
foreach(part IN LISTS parts)
  install(FILES "${PROJECT_SOURCE_DIR}/cmake/parts/${part}.cmake" DESTINATION share/cmake/eddy/parts)
endforeach()

set(pc_includedir "\${prefix}")
cmake_path(APPEND pc_includedir "${CMAKE_INSTALL_INCLUDEDIR}") # an absolute one stays as it is
configure_file(cmake/eddy.pc.in eddy.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/eddy.pc" DESTINATION share/pkgconfig)
