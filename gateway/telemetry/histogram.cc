// SPDX-License-Identifier: Apache-2.0
#include "gateway/telemetry/histogram.h"

namespace gateway::telemetry {

using namespace std::chrono_literals;

constinit const Bounds kRequestBounds = {100us, 250us, 500us, 1ms,   2500us, 5ms,    10ms, 25ms,
                                         50ms,  100ms, 250ms, 500ms, 1s,     2500ms, 5s,   10s};
constinit const Bounds kPolicyBounds = {100ns, 250ns, 500ns, 1us,   2500ns, 5us,    10us, 25us,
                                        50us,  100us, 250us, 500us, 1ms,    2500us, 5ms,  10ms};

}  // namespace gateway::telemetry
