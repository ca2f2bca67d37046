set(VCPKG_BUILD_TYPE release) # header-only

# REPO and SHA512 are those of the release: ports/release.sh writes them here (docs/packaging.md).
vcpkg_from_github(
    OUT_SOURCE_PATH SOURCE_PATH
    REPO OWNER/eddy
    REF "v${VERSION}"
    SHA512 0
    HEAD_REF main
)

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DEDDY_BUILD_BENCHMARKS=OFF
        -DEDDY_BUILD_EXAMPLES=OFF
        -DEDDY_BUILD_TESTS=OFF
        -DEDDY_INSTALL=ON
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/eddy)
vcpkg_fixup_pkgconfig()

vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
