# SPDX-License-Identifier: Apache-2.0
postern_bench(bench_catalog SOURCES bench_catalog.cc DEPENDS postern_policy_catalog)
