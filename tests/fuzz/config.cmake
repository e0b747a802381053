# SPDX-License-Identifier: Apache-2.0
postern_fuzz(config SOURCES config.cc DEPENDS postern_config)
