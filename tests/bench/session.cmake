# SPDX-License-Identifier: Apache-2.0
postern_bench(bench_session SOURCES session.cc DEPENDS postern_session)
