# SPDX-License-Identifier: Apache-2.0
postern_bench(bench_access SOURCES access.cc DEPENDS postern_policy)
target_compile_definitions(bench_access PRIVATE SHOP_CATALOG="${PROJECT_SOURCE_DIR}/examples/shop.catalog.json")
