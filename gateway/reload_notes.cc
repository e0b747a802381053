// SPDX-License-Identifier: Apache-2.0
#include "gateway/reload_notes.h"

namespace gateway {

using telemetry::ReloadResult;

void ReloadNotes::add(ReloadResult result, std::string_view detail) {
  ++metrics_.config_reloads[result];
  audit_.append(audit::Log::format_session({}),
                audit::Occurrence{.event = audit::Event::ConfigReloaded,
                                  .status = result == ReloadResult::Ok ? "ok" : "failed",
                                  .detail = detail});
  loop_.wake();  // whose check phase writes the audit
}

}  // namespace gateway
