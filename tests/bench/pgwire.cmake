# SPDX-License-Identifier: Apache-2.0
postern_bench(bench_pgwire SOURCES pgwire.cc DEPENDS postern_pgwire)
