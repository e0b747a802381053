# SPDX-License-Identifier: Apache-2.0
postern_fuzz(frame SOURCES frame.cc DEPENDS postern_pgwire)
postern_fuzz(messages SOURCES messages.cc DEPENDS postern_pgwire)
