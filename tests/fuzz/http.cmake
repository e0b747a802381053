# SPDX-License-Identifier: Apache-2.0
postern_fuzz(http_request SOURCES http_request.cc DEPENDS postern_http)
