# SPDX-License-Identifier: Apache-2.0
# Flags that every target of ours takes, and the one way to declare a library, a test, a bench.

add_library(postern_flags INTERFACE)
target_include_directories(postern_flags INTERFACE ${PROJECT_SOURCE_DIR})
target_compile_options(postern_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Werror -Wno-missing-field-initializers -fno-omit-frame-pointer -fstack-protector-strong
  $<$<COMPILE_LANGUAGE:CXX>:-Wconversion -Wswitch-enum>)
# g++ 12 sees overlapping copies in `"text" + std::string` when it optimises (GCC bug 105651).
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(postern_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-restrict>)
endif()
# libstdc++ 12's stable_sort instantiates what C++17 deprecated; g++ does not mind.
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  target_compile_options(postern_flags INTERFACE $<$<COMPILE_LANGUAGE:CXX>:-Wno-deprecated-declarations>)
endif()
target_compile_definitions(postern_flags INTERFACE
  $<$<CONFIG:Release>:_FORTIFY_SOURCE=2> $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(POSTERN_SANITIZE)
  add_compile_options(-fsanitize=${POSTERN_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${POSTERN_SANITIZE} -fno-sanitize-recover=all)
endif()

# What is not shipped. g++ 12 takes members of what a test returns or moves for uninitialized at -O3, now
# here, now there: product code keeps that warning, as do tests under newer compilers.
add_library(postern_test_flags INTERFACE)
target_link_libraries(postern_test_flags INTERFACE postern_flags)
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  target_compile_options(postern_test_flags INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-Wno-maybe-uninitialized>)
endif()

# Half of a compilation reads the standard library. With POSTERN_PCH (clang: one file serves all) it is
# read once. A header that lacks an #include then goes unnoticed, so builds of other presets have none.
if(POSTERN_PCH)
  file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cc "")
  add_library(postern_precompiled STATIC ${PROJECT_BINARY_DIR}/precompiled.cc)
  target_link_libraries(postern_precompiled PRIVATE postern_flags)
  target_compile_options(postern_precompiled PRIVATE -Xclang -fno-pch-timestamp)
  target_precompile_headers(postern_precompiled PRIVATE
    <algorithm> <chrono> <cstdint> <expected> <functional> <map> <memory> <optional> <span> <string>
    <string_view> <unordered_map> <utility> <variant> <vector>)
endif()
function(postern_precompile name)
  if(POSTERN_PCH)
    target_precompile_headers(${name} REUSE_FROM postern_precompiled)
    get_target_property(sources ${name} SOURCES)
    list(FILTER sources INCLUDE REGEX "[.]c$")
    set_source_files_properties(${sources} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
  endif()
endfunction()

# postern_library(NAME SOURCES a.cc b.cc DEPENDS lib …): one static library a folder. DEPENDS repeats
# exactly the arrows of ARCHITECTURE.md; tests/tidy compares both with the #include lines.
function(postern_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC ${ARG_DEPENDS} PRIVATE postern_flags)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  postern_precompile(${name})
endfunction()

# postern_unit_test(NAME SOURCES … DEPENDS …): a GoogleTest binary; each of its tests is a ctest.
function(postern_unit_test name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} postern_test_flags GTest::gtest_main)
  target_compile_options(${name} PRIVATE -Wno-pedantic)
  postern_precompile(${name})
  add_test(NAME unit.${name} COMMAND ${name})
  set_tests_properties(unit.${name} PROPERTIES LABELS unit TIMEOUT 300)
endfunction()

function(postern_bench name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE ${ARG_DEPENDS} postern_test_flags benchmark::benchmark
    benchmark::benchmark_main)
endfunction()

# postern_fuzz(NAME SOURCES … DEPENDS …): a libFuzzer target; its seeds are tests/corpus/fuzz/NAME.
function(postern_fuzz name)
  cmake_parse_arguments(ARG "" "" "SOURCES;DEPENDS" ${ARGN})
  add_executable(fuzz_${name} ${ARG_SOURCES})
  target_link_libraries(fuzz_${name} PRIVATE ${ARG_DEPENDS} postern_flags)
  postern_precompile(fuzz_${name})
  target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
  add_dependencies(fuzz_targets fuzz_${name})
endfunction()
