# SPDX-License-Identifier: Apache-2.0
# Third-party libraries as imported targets. Each has one line of reason in ARCHITECTURE.md.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)
find_package(OpenSSL 3 REQUIRED)
find_package(fmt REQUIRED)
find_package(spdlog REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(PostgreSQL REQUIRED)
pkg_check_modules(LIBUV REQUIRED IMPORTED_TARGET libuv>=1.44)
pkg_check_modules(YAML_CPP REQUIRED IMPORTED_TARGET yaml-cpp)
find_package(CLI11 REQUIRED)
pkg_check_modules(PROMETHEUS_CORE REQUIRED IMPORTED_TARGET prometheus-cpp-core)

find_path(LLHTTP_INCLUDE_DIR llhttp.h REQUIRED)
find_library(LLHTTP_LIBRARY llhttp REQUIRED)
add_library(postern_llhttp INTERFACE)
target_include_directories(postern_llhttp SYSTEM INTERFACE ${LLHTTP_INCLUDE_DIR})
target_link_libraries(postern_llhttp INTERFACE ${LLHTTP_LIBRARY})

# The static libpg_query: the raw parse tree needs its internal header (pg_query_internal.h).
find_path(PG_QUERY_INCLUDE_DIR pg_query/pg_query_internal.h REQUIRED)
find_library(PG_QUERY_LIBRARY libpg_query.a REQUIRED)
add_library(postern_pg_query INTERFACE)
target_include_directories(postern_pg_query SYSTEM INTERFACE
  ${PG_QUERY_INCLUDE_DIR} ${PG_QUERY_INCLUDE_DIR}/pg_query ${PG_QUERY_INCLUDE_DIR}/pg_query/postgres)
target_link_libraries(postern_pg_query INTERFACE ${PG_QUERY_LIBRARY} Threads::Threads m)

if(POSTERN_TESTS)
  find_package(GTest REQUIRED)
endif()
if(POSTERN_BENCH)
  find_package(benchmark REQUIRED)
endif()
