"""A certificate for servers of tests, made anew each time."""

import subprocess
from pathlib import Path

from tests.support.services import program_or_skip


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Return the paths of a certificate for 127.0.0.1 and localhost, which is its own authority, and of its key."""
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    names = "subjectAltName=DNS:localhost,IP:127.0.0.1"
    request = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run(
        [program_or_skip("openssl"), *request, "-addext", names, "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
        timeout=30,
    )
    return certificate, key
