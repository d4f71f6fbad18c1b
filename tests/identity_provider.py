# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A test double of an identity provider: certificates of its own, and assertions about people that it signs."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from .emulator.clock import Clock
from .emulator.logins import Assertion


class IdentityProvider:
    """It knows people by their email, with their groups, or with None where it sends no groups at all.

    `certificate` is the one that it signs with, as PEM text; there may be others, see `new_certificate`.
    """

    def __init__(
        self,
        clock: Clock,
        people: Mapping[str, Iterable[str] | None],
        *,
        issuer: str = "https://idp.example.com/metadata",
        sso_url: str = "https://idp.example.com/sso",
        days: float = 365,
    ) -> None:
        self.people = {email: None if groups is None else list(groups) for email, groups in people.items()}
        self.issuer = issuer
        self.sso_url = sso_url
        self._clock = clock
        self._keys: dict[str, ec.EllipticCurvePrivateKey] = {}
        self.certificate = self.new_certificate(days=days)

    def new_certificate(self, days: float = 365, *, starts_in: float = 0) -> str:
        """Another certificate as PEM text, with a key of its own: valid for so many days from now, or from as many days
        ahead as `starts_in` says. To sign with it, make it the `certificate`."""
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "idp.example.com")])
        start = self._clock.now().replace(microsecond=0) + timedelta(days=starts_in)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start)
            .not_valid_after(start + timedelta(days=days))
            .sign(key, SHA256())
        )
        pem = certificate.public_bytes(Encoding.PEM).decode("ascii")
        self._keys[pem] = key
        return pem

    def private_key(self) -> str:
        """What belongs to the certificate, as PEM text, and nowhere else."""
        key = self._keys[self.certificate]
        return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")

    def configuration(self, *certificates: str, **more: Any) -> dict[str, Any]:
        """The provider for `put_provider`, by default with the certificate in use."""
        mine = {"issuer": self.issuer, "sso_url": self.sso_url}
        return {**mine, "public_certificate": list(certificates or [self.certificate]), **more}

    def assertion(self, email: str) -> Assertion:
        """What it says of somebody; KeyError if it does not know them."""
        groups = self.people[email]
        said = {"issuer": self.issuer, "sso_url": self.sso_url, "email": email}
        payload = json.dumps(said if groups is None else {**said, "groups": groups})
        signature = self._keys[self.certificate].sign(payload.encode(), ec.ECDSA(SHA256()))
        return Assertion(payload, base64.b64encode(signature).decode("ascii"))

    def assertions(self) -> list[Assertion]:
        """What it says of everybody."""
        return [self.assertion(email) for email in self.people]
