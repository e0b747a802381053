# SPDX-License-Identifier: Apache-2.0
postern_fuzz(handshake SOURCES handshake.cc DEPENDS postern_session)
postern_fuzz(session SOURCES session.cc DEPENDS postern_session)
postern_fuzz(proxy_header SOURCES proxy_header.cc DEPENDS postern_session)
