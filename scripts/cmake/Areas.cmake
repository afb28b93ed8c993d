# SPDX-License-Identifier: Apache-2.0

# Warnings of the house; system headers are exempt because SystemC is an IMPORTED target.
add_library(linefill_warnings INTERFACE)
target_compile_options(
  linefill_warnings
  INTERFACE -Werror -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
            -Wcast-qual -Wcast-align -Wformat=2 -Wundef -Wnon-virtual-dtor -Wimplicit-fallthrough
            -Wdouble-promotion -Wmissing-declarations -Wextra-semi)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  target_compile_options(
    linefill_warnings INTERFACE -Wduplicated-cond -Wduplicated-branches -Wlogical-op -Wuseless-cast
                                -Wsuggest-override
                                -Wno-restrict) # GCC bug 105651: std::string's operator+.
else()
  # sc_vector's comparison operators.
  target_compile_options(linefill_warnings INTERFACE -Wno-ambiguous-reversed-operator
                         -Wnull-dereference) # GCC's warns within std::string.
endif()

# linefill_area(NAME [areas it imports ...]): an OBJECT library of all .cpp files of this folder, so
# that self-registered models are not dropped by the linker. Linking `linefill_NAME` brings its
# objects and those of the areas below it.
function(linefill_area name)
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  if(NOT sources)
    return() # An area whose first model is yet to come.
  endif()
  add_library(linefill_${name}_objects OBJECT ${sources})
  target_include_directories(linefill_${name}_objects PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(linefill_${name}_objects PUBLIC SystemC::systemc PRIVATE linefill_warnings)
  add_library(linefill_${name} INTERFACE)
  target_include_directories(linefill_${name} INTERFACE ${PROJECT_SOURCE_DIR})
  target_sources(linefill_${name} INTERFACE $<TARGET_OBJECTS:linefill_${name}_objects>)
  target_link_libraries(linefill_${name} INTERFACE SystemC::systemc)
  foreach(below ${ARGN})
    target_link_libraries(linefill_${name} INTERFACE linefill_${below})
  endforeach()
endfunction()

# linefill_test(NAME [areas ...]): a Catch2 program of all .cpp files of this folder; each TEST_CASE
# runs in a process of its own, because the SystemC kernel elaborates once per process.
function(linefill_test name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  add_executable(test_${name} ${sources})
  target_link_libraries(test_${name} PRIVATE test_main Catch2::Catch2 linefill_warnings)
  foreach(area ${ARGN})
    target_link_libraries(test_${name} PRIVATE linefill_${area})
  endforeach()
  catch_discover_tests(
    test_${name}
    TEST_PREFIX "${name}: "
    DISCOVERY_MODE PRE_TEST
    PROPERTIES TIMEOUT 60)
endfunction()
