# SPDX-License-Identifier: Apache-2.0
"""What a refusal looks like on the wire."""

import re


def check_refusal(fields, sqlstate="42501"):
    assert fields["S"] == fields["V"] == "ERROR", fields
    assert fields["C"] == sqlstate, fields
    assert re.match(r"[A-Z]+(_[A-Z]+)+\b", fields["D"]), f"no code in DETAIL: {fields}"
    assert fields["M"] and fields["H"], fields
    return fields


def fingerprint(admin):
    """All that a statement which must not run could have changed."""
    return admin.execute(
        "SELECT (SELECT array_agg(a ORDER BY id) FROM accounts a), "
        "(SELECT array_agg(s ORDER BY k) FROM scratch s), "
        "(SELECT array_agg(relname::text ORDER BY oid) FROM pg_class WHERE oid >= 16384), "
        "(SELECT array_agg(proname::text ORDER BY oid) FROM pg_proc WHERE oid >= 16384), "
        "(SELECT array_agg(rolname::text ORDER BY oid) FROM pg_roles), "
        "(SELECT array_agg(relacl::text ORDER BY oid) FROM pg_class WHERE oid >= 16384), "
        "(SELECT last_value FROM transfers_id_seq)").fetchone()
