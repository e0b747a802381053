# SPDX-License-Identifier: Apache-2.0
"""The shop of `postern demo` on a throwaway server, behind examples/shop.yaml."""

import contextlib
import pathlib

from .cluster import Cluster
from .gateway import Gateway, Target

ROOT = pathlib.Path(__file__).parents[3]
SERVER_PASSWORD = "shop-server-password"
# In examples/shop.yaml.
USER, PASSWORD, DATABASE = "analyst", "postern", "shop"
# The same user without a gateway, with what the gateway gives a session when it connects.
DIRECT_USER = f"""
CREATE ROLE {USER} LOGIN NOINHERIT PASSWORD '{PASSWORD}';
GRANT shop_reader TO {USER};
ALTER ROLE {USER} SET role = shop_reader;
ALTER ROLE {USER} SET search_path = public;
ALTER ROLE {USER} SET default_transaction_read_only = on;
GRANT CONNECT ON DATABASE shop TO {USER};
"""


class ShopTarget(Target):
    """PostgreSQL itself."""

    def parameters(self):
        return {"host": "127.0.0.1", "port": self.port, "user": USER, "password": PASSWORD,
                "dbname": DATABASE}

    def environment(self):
        return super().environment() | {"PGUSER": USER, "PGPASSWORD": PASSWORD,
                                        "PGDATABASE": DATABASE}

    def url(self, scheme="postgresql"):
        return f"{scheme}://{USER}:{PASSWORD}@127.0.0.1:{self.port}/{DATABASE}"


class ShopGateway(ShopTarget, Gateway):
    def __init__(self, server_port):
        Gateway.__init__(self, server_port)

    def config_text(self):
        text = (ROOT / "examples" / "shop.yaml").read_text()
        for name, value in {"${SHOP_HOST:-localhost}": "127.0.0.1",
                            "${SHOP_PORT:-5432}": str(self.server_port),
                            "${SHOP_PASSWORD:-}": SERVER_PASSWORD,
                            "${SHOP_AUDIT:-/var/log/postern/audit.jsonl}": str(self.audit_path),
                            }.items():
            assert name in text
            text = text.replace(name, value)
        return text + f"""
listen: {{address: 127.0.0.1, port: {self.port}, shutdown_timeout: 5s}}
observability:
  metrics: {{enabled: true, address: 127.0.0.1, port: {self.http_port}}}
  logging: {{level: info, format: json}}
"""


@contextlib.contextmanager
def running():
    """(PostgreSQL, the gateway)"""
    cluster = Cluster(schema=None)
    try:
        sql = (ROOT / "gateway" / "demo" / "shop.sql").read_text()
        cluster.run_sql(f"\\set gateway_password {SERVER_PASSWORD}\n{sql}{DIRECT_USER}")
        gateway = ShopGateway(cluster.port)
        try:
            gateway.start()
        except BaseException:
            gateway.remove()
            raise
        try:
            yield ShopTarget(cluster.port), gateway
        finally:
            gateway.stop()
    finally:
        cluster.destroy()


def refused(gateway):
    """The statements that the audit says were refused, with their codes."""
    return [(record["query"]["sql"], record["result"]["error_code"]) for record in gateway.audit()
            if record["event_type"] == "query_denied"]
