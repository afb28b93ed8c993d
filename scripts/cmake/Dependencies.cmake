# SPDX-License-Identifier: Apache-2.0
# Everything comes from Debian's packages; scripts/install-dependencies has their names.
find_package(PkgConfig QUIET)
find_path(SYSTEMC_INCLUDE systemc REQUIRED)
find_library(SYSTEMC_LIBRARY systemc REQUIRED)
add_library(SystemC::systemc UNKNOWN IMPORTED)
set_target_properties(
  SystemC::systemc
  PROPERTIES IMPORTED_LOCATION ${SYSTEMC_LIBRARY}
             INTERFACE_INCLUDE_DIRECTORIES ${SYSTEMC_INCLUDE}
             # Debian's library was built as C++17: this is the documented way to say so.
             INTERFACE_COMPILE_DEFINITIONS "SC_CPLUSPLUS=201703L;SC_INCLUDE_DYNAMIC_PROCESSES")

find_package(Catch2 2.13 REQUIRED)
include(Catch)
find_package(PNG REQUIRED)
find_package(ZLIB REQUIRED)
find_package(LibLZMA REQUIRED)
find_package(BZip2 REQUIRED)
find_library(ZSTD_LIBRARY zstd REQUIRED)
find_package(Boost 1.74 REQUIRED COMPONENTS program_options)
find_package(nlohmann_json REQUIRED)
find_library(FDT_LIBRARY fdt REQUIRED)
find_library(ELF_LIBRARY elf REQUIRED)
find_library(DW_LIBRARY dw REQUIRED)
find_program(DTC dtc REQUIRED)
find_program(ARM_CXX arm-none-eabi-g++ REQUIRED)
find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CCACHE})
endif()
