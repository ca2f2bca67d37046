# Headers, the CMake package and the pkg-config file. Nothing in them depends on the architecture or names the prefix.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

install(TARGETS eddy EXPORT eddyTargets FILE_SET HEADERS FILE_SET kernels FILE_SET mpi FILE_SET safetensors)
install(EXPORT eddyTargets NAMESPACE eddy:: DESTINATION share/cmake/eddy)

write_basic_package_version_file(
  "${PROJECT_BINARY_DIR}/eddyConfigVersion.cmake" COMPATIBILITY SameMinorVersion ARCH_INDEPENDENT
)
install(
  FILES "${PROJECT_SOURCE_DIR}/cmake/eddyConfig.cmake" "${PROJECT_SOURCE_DIR}/cmake/eddyMpi.cmake"
        "${PROJECT_BINARY_DIR}/eddyConfigVersion.cmake"
  DESTINATION share/cmake/eddy
)

configure_file(cmake/eddy.pc.in eddy.pc @ONLY)
install(FILES "${PROJECT_BINARY_DIR}/eddy.pc" DESTINATION share/pkgconfig)
