# SPDX-License-Identifier: Apache-2.0
postern_fuzz(sql_reader SOURCES sql_reader.cc DEPENDS postern_policy)
postern_fuzz(judge SOURCES judge.cc DEPENDS postern_policy)
