# SPDX-License-Identifier: Apache-2.0
postern_bench(bench_policy SOURCES policy.cc DEPENDS postern_policy)
