# SPDX-License-Identifier: Apache-2.0
postern_bench(bench_access SOURCES access.cc DEPENDS postern_policy)
