from os.path import join

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy
from conan.tools.layout import basic_layout

required_conan_version = ">=2.0"


class Eddy(ConanFile):
    name = "eddy"
    version = "0.1.0"
    description = "Recurrent networks that learn from a stream, one sample at a time"
    license = "MIT"
    topics = ("recurrent-network", "online-learning", "time-series", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    options = {"safetensors": [True, False]}
    default_options = {"safetensors": False}
    exports_sources = "LICENSE", "include/*"
    no_copy_source = True
    test_package_folder = "tests/consumers/conan"

    def layout(self):
        basic_layout(self)

    def requirements(self):
        self.requires("eigen/[>=3.4.0 <6]", transitive_headers=True)
        if self.options.safetensors:
            self.requires("nlohmann_json/[>=3.10 <4]", transitive_headers=True)

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 20)

    def package(self):
        copy(self, "LICENSE", self.source_folder, join(self.package_folder, "licenses"))
        for pattern in ("*.hpp", "*.inl"):
            copy(self, pattern, join(self.source_folder, "include"), join(self.package_folder, "include"))

    # The targets that the CMake package has, too.
    def package_info(self):
        eddy = self.cpp_info.components["eddy"]
        eddy.set_property("cmake_target_name", "eddy::eddy")
        eddy.set_property("pkg_config_name", "eddy")
        eddy.bindirs = eddy.libdirs = []
        eddy.requires = ["eigen::eigen"]
        if self.options.safetensors:
            safetensors = self.cpp_info.components["safetensors"]
            safetensors.set_property("cmake_target_name", "eddy::safetensors")
            safetensors.bindirs = safetensors.libdirs = []
            safetensors.requires = ["eddy", "nlohmann_json::nlohmann_json"]
