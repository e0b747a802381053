# SPDX-License-Identifier: Apache-2.0
postern_bench(bench_audit SOURCES audit.cc DEPENDS postern_audit)
