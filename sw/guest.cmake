# SPDX-License-Identifier: Apache-2.0
# Cross compilation of the guest: one command a file with a depfile, one ELF a program.
#
#   linefill_guest_area(NAME [imported areas ...])
#       All .cpp and .S of the folder NAME, for ARM (in both instruction sets) and for the host.
#   linefill_guest_program(NAME [THUMB | ARMV5] [BASE address] [SOURCES files ...] [INCLUDES folders ...]
#                          [FLAGS flags ...] AREAS areas ...)
#       ${CMAKE_BINARY_DIR}/sw/NAME.elf of the files given, or all .cpp of the calling folder, compiled with more flags:
#       for ARMv7 or ARMv5TE, to run at BASE (default 0x60100000).
#
# Two settings compile all of it another way; `scripts/check guest` does.
set(LINEFILL_GUEST_LEVEL -O2 CACHE STRING "The guest's optimization: -O0, -O2, -O3 ...")
set(LINEFILL_GUEST_ISA "" CACHE STRING "arm or thumb: every guest program in that instruction set")

set(LINEFILL_GUEST_FLAGS
    -mfloat-abi=soft
    ${LINEFILL_GUEST_LEVEL}
    -g
    -ffreestanding
    -fno-exceptions
    -fno-rtti
    -fno-threadsafe-statics
    -fno-unwind-tables
    -fno-asynchronous-unwind-tables
    -fno-ipa-icf # Functions hooked by symbol keep their own addresses.
    -fno-tree-loop-distribute-patterns # memcpy is not made of a call of memcpy.
    -ffunction-sections
    -fdata-sections
    -I${PROJECT_SOURCE_DIR}
    CACHE INTERNAL "")
# By instruction set. In C++ and in assembler, which is ARM's in each.
set(LINEFILL_GUEST_arm -mcpu=cortex-a9 -marm CACHE INTERNAL "")
set(LINEFILL_GUEST_thumb -mcpu=cortex-a9 -mthumb CACHE INTERNAL "")
set(LINEFILL_GUEST_armv5 -march=armv5te -marm CACHE INTERNAL "")
set(LINEFILL_GUEST_CXX_FLAGS
    -std=c++20
    -Werror
    -Wall
    -Wextra
    -Wpedantic
    -Wconversion
    -Wsign-conversion
    -Wshadow
    -Wold-style-cast
    -Wcast-qual
    -Wformat=2
    -Wundef
    -Wnon-virtual-dtor
    -Wnull-dereference
    -Wmissing-declarations
    -Wextra-semi
    -Wlogical-op
    -Wsuggest-override
    CACHE INTERNAL "")
get_filename_component(LINEFILL_GUEST_PREFIX ${ARM_CXX} DIRECTORY)
set(LINEFILL_GUEST_NM ${LINEFILL_GUEST_PREFIX}/arm-none-eabi-nm CACHE INTERNAL "")
set(LINEFILL_GUEST_LINK_SCRIPT ${CMAKE_CURRENT_LIST_DIR}/arch/arm/guest.ld CACHE INTERNAL "")
set(LINEFILL_GUEST_CHECK ${CMAKE_CURRENT_LIST_DIR}/check-symbols CACHE INTERNAL "")

# Compiles `sources` into `directory` for the instruction set `isa`; the objects are put in `result`.
function(linefill_guest_compile result isa directory)
  cmake_parse_arguments(PARSE_ARGV 3 arg "" "" "SOURCES;INCLUDES;FLAGS")
  set(objects)
  foreach(source ${arg_SOURCES})
    file(RELATIVE_PATH relative ${CMAKE_CURRENT_SOURCE_DIR} ${source})
    string(REPLACE "../" "up/" relative ${relative})
    set(object ${directory}/${relative}.o)
    get_filename_component(folder ${object} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    set(flags ${LINEFILL_GUEST_${isa}} ${LINEFILL_GUEST_FLAGS})
    foreach(include ${arg_INCLUDES})
      list(APPEND flags -isystem ${include})
    endforeach()
    if(source MATCHES "\\.S$")
      list(APPEND flags -marm)
    else()
      list(APPEND flags ${LINEFILL_GUEST_CXX_FLAGS} ${arg_FLAGS})
    endif()
    add_custom_command(
      OUTPUT ${object}
      COMMAND ${CMAKE_CXX_COMPILER_LAUNCHER} ${ARM_CXX} ${flags} -MD -MF ${object}.d -MT ${object} -c ${source} -o ${object}
      DEPENDS ${source}
      DEPFILE ${object}.d
      COMMENT "Guest (${isa}) ${relative}"
      VERBATIM)
    list(APPEND objects ${object})
  endforeach()
  set(${result}
      ${objects}
      PARENT_SCOPE)
endfunction()

function(linefill_guest_area name)
  set(folder ${CMAKE_CURRENT_SOURCE_DIR}/${name})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${folder}/*.cpp ${folder}/*.S)

  set(host_sources ${sources})
  list(FILTER host_sources EXCLUDE REGEX "/arm/|\\.S$")
  add_library(linefill_sw_${name} INTERFACE)
  target_include_directories(linefill_sw_${name} INTERFACE ${PROJECT_SOURCE_DIR})
  # Test programs take `main` from libsystemc.
  target_link_libraries(linefill_sw_${name} INTERFACE SystemC::systemc)
  if(host_sources)
    add_library(linefill_sw_${name}_objects OBJECT ${host_sources})
    target_include_directories(linefill_sw_${name}_objects PUBLIC ${PROJECT_SOURCE_DIR})
    # The warnings of the house; but a cast that one word width needs is useless with the other.
    get_target_property(warnings linefill_warnings INTERFACE_COMPILE_OPTIONS)
    list(REMOVE_ITEM warnings -Wuseless-cast)
    target_compile_options(linefill_sw_${name}_objects PRIVATE ${warnings})
    target_sources(linefill_sw_${name} INTERFACE $<TARGET_OBJECTS:linefill_sw_${name}_objects>)
  endif()
  foreach(below ${ARGN})
    target_link_libraries(linefill_sw_${name} INTERFACE linefill_sw_${below})
  endforeach()

  list(FILTER sources EXCLUDE REGEX "/host/")
  foreach(isa arm thumb armv5)
    linefill_guest_compile(objects ${isa} ${CMAKE_BINARY_DIR}/sw/objects/${isa} SOURCES ${sources})
    set_property(GLOBAL PROPERTY linefill_guest_${name}_${isa} ${objects})
    add_custom_target(guest_${name}_${isa} DEPENDS ${objects})
  endforeach()
  set_property(GLOBAL PROPERTY linefill_guest_${name}_imports ${ARGN})
endfunction()

# All areas that `ARGN` import, themselves included, each once.
function(linefill_guest_closure result)
  set(all)
  set(open ${ARGN})
  while(open)
    list(POP_FRONT open area)
    if(NOT area IN_LIST all)
      list(APPEND all ${area})
      get_property(imports GLOBAL PROPERTY linefill_guest_${area}_imports)
      list(APPEND open ${imports})
    endif()
  endwhile()
  set(${result}
      ${all}
      PARENT_SCOPE)
endfunction()

function(linefill_guest_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "THUMB;ARMV5" "BASE" "SOURCES;INCLUDES;FLAGS;AREAS")
  set(isa arm)
  if(arg_THUMB)
    set(isa thumb)
  endif()
  if(LINEFILL_GUEST_ISA)
    set(isa ${LINEFILL_GUEST_ISA})
  endif()
  if(arg_ARMV5)
    set(isa armv5)
  endif()
  set(base)
  if(arg_BASE)
    set(base -Wl,--defsym=image_base=${arg_BASE})
  endif()
  if(NOT arg_SOURCES)
    file(GLOB arg_SOURCES CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  endif()
  linefill_guest_compile(
    objects ${isa} ${CMAKE_BINARY_DIR}/sw/objects/programs/${name}
    SOURCES ${arg_SOURCES}
    INCLUDES ${arg_INCLUDES}
    FLAGS ${arg_FLAGS})
  linefill_guest_closure(areas ${arg_AREAS})
  set(targets)
  foreach(area ${areas})
    get_property(more GLOBAL PROPERTY linefill_guest_${area}_${isa})
    list(APPEND objects ${more})
    list(APPEND targets guest_${area}_${isa})
  endforeach()
  set(elf ${CMAKE_BINARY_DIR}/sw/${name}.elf)
  add_custom_command(
    OUTPUT ${elf}
    COMMAND ${ARM_CXX} ${LINEFILL_GUEST_${isa}} -mfloat-abi=soft ${base} -nostdlib -Wl,--gc-sections -Wl,--fatal-warnings
            -Wl,--no-warn-rwx-segments -T ${LINEFILL_GUEST_LINK_SCRIPT} ${objects} -lgcc -o ${elf}
    COMMAND ${LINEFILL_GUEST_CHECK} ${LINEFILL_GUEST_NM} ${elf}
    DEPENDS ${objects} ${targets} ${LINEFILL_GUEST_LINK_SCRIPT} ${LINEFILL_GUEST_CHECK}
    COMMENT "Guest program ${name}.elf"
    VERBATIM)
  add_custom_target(guest_${name} ALL DEPENDS ${elf})
endfunction()
