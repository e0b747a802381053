# SPDX-License-Identifier: Apache-2.0
"""Reading the audit file: which statement got which decision, and how it ended."""

from .waiting import eventually

DECISIONS = ("query_allowed", "query_denied")
ENDS = ("query_executed", "query_failed")


def decisions(gateway, marker):
    """Decision records of statements whose text has the marker, in order."""
    return [record for record in gateway.audit() if record["event_type"] in DECISIONS
            and marker in record["query"]["sql"]]


def ends(gateway, decision):
    return [record for record in gateway.audit() if record["event_type"] in ENDS
            and record["request_id"] == decision["request_id"]
            and record["session_id"] == decision["session_id"]]


def settled(gateway, marker, count=1):
    """Waits for that many statements to be decided and ended: (decision, its one end or None).
    Every allowed one has exactly one end, a denied one has none."""
    def complete():
        found = decisions(gateway, marker)
        return len(found) >= count and all(
            ends(gateway, one) for one in found if one["event_type"] == "query_allowed") and found
    found = eventually(complete, what=f"the audit records of {marker}")
    assert len(found) == count, found
    pairs = []
    for decision in found:
        its_ends = ends(gateway, decision)
        assert len(its_ends) == (decision["event_type"] == "query_allowed"), its_ends
        pairs.append((decision, its_ends[0] if its_ends else None))
    return pairs
