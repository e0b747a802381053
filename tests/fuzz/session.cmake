# SPDX-License-Identifier: Apache-2.0
postern_fuzz(session SOURCES session.cc DEPENDS postern_session)
