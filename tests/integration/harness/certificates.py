# SPDX-License-Identifier: Apache-2.0
"""Certificates for one test, made by the openssl command."""

import os
import pathlib
import subprocess

# Without openssl.cnf: nothing is added to what is asked for.
CONFIG = "[req]\ndistinguished_name = dn\n[dn]\n"


class Authority:
    """Signs certificates; its own is `certificate`."""

    def __init__(self, folder, name="authority"):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / "config").write_text(CONFIG)
        self.certificate, self.key = self._make("ca", name, "basicConstraints=critical,CA:TRUE")

    def issue(self, file, name, alternative=None, owner=None):
        """Paths of certificate and key. `alternative`: as in DNS:localhost; `owner`: of the key."""
        extensions = ["basicConstraints=critical,CA:FALSE"]
        if alternative:
            extensions.append(f"subjectAltName={alternative}")
        certificate, key = self._make(file, name, *extensions, signer=self)
        if owner:
            os.chown(key, owner["user"], owner["group"])
        return certificate, key

    def _make(self, file, name, *extensions, signer=None):
        certificate, key = self.folder / f"{file}.crt", self.folder / f"{file}.key"
        signing = ["-CA", signer.certificate, "-CAkey", signer.key] if signer else []
        added = [part for extension in extensions for part in ("-addext", extension)]
        subprocess.run(
            ["openssl", "req", "-x509", "-config", self.folder / "config", "-newkey", "ec",
             "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", f"/CN={name}",
             "-keyout", key, "-out", certificate, *signing, *added],
            check=True, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        key.chmod(0o600)
        return certificate, key


def listen_tls(mode, pair, **more):
    """The section of a gateway that shows this certificate and has its key."""
    return {"mode": mode, "cert": str(pair[0]), "key": str(pair[1])} | more


def replace(old, new):
    """As a renewal does it: another file at once under the same name."""
    copy = old.with_suffix(".new")
    copy.write_bytes(new.read_bytes())
    copy.chmod(new.stat().st_mode)
    copy.rename(old)
