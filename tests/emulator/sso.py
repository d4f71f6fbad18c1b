# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single sign-on as an organization has it: domains, the identity provider, and which rule gives which roles.

Sources: the vendor's Swagger document; its documentation of SAML single sign-on for the domain challenge, the form of
the prefix and the number of domains. What rules and addresses may look like is not published, and assumed.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, get_args

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from .grants import Grant, GrantKey
from .listings import Listing
from .refusals import Refused

MAX_DOMAINS = 10  # of an organization, subdomains among them
CHALLENGE = "_elastic_domain_challenge."  # before the domain: the name of the TXT record
DOMAIN = re.compile(r"([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])")
PREFIX = re.compile(r"[a-z0-9-]+")
URL = re.compile(r"https?://[^\s\x00-\x1f\x7f/]+(/[^\s\x00-\x1f\x7f]*)?")
ANY_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]*(@[^@\s\x00-\x1f\x7f]*)?")  # what an email with `*` in it may look like
CONTROL = re.compile(r"[\x00-\x1f\x7f]")

# The service's own certificate, valid until 2126; nobody has its key any more.
SIGNING_CERTIFICATE = """\
-----BEGIN CERTIFICATE-----
MIIBIzCBy6ADAgECAgEBMAoGCCqGSM49BAMCMBsxGTAXBgNVBAMMEHNhbWwuZXhh
bXBsZS5jb20wIBcNMjAwMTAxMDAwMDAwWhgPMjEyNjAxMDEwMDAwMDBaMBsxGTAX
BgNVBAMMEHNhbWwuZXhhbXBsZS5jb20wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAQHsWtRKil9UxtoOEsC14trcK0lKdm78VIhuZEJdILsLYcNQ2F+AgGbcQNC5+AU
jEm9Cv4e8R/WNNHAuSZaj7aGMAoGCCqGSM49BAMCA0cAMEQCIEfjz2phG2WQha2q
trspxFEybXqYVY+Ag4Fa5IUV7qg5AiA7ykJO1XpmwYrAUJyYVU0kNWNAjWlsTu+I
DS7ewJ485Q==
-----END CERTIFICATE-----
"""

CertificateForm = Literal["pem", "base64_pem", "base64_der"]
FORMS: tuple[CertificateForm, ...] = get_args(CertificateForm)


@dataclass(frozen=True)
class Certificate:
    """A certificate of the identity provider: the text that came, and the form that it came in. Something else that
    stands in its place has neither form nor content."""

    text: str
    form: CertificateForm | None
    x509: x509.Certificate | None

    @classmethod
    def read(cls, text: str) -> Certificate:
        """One certificate in any of the forms."""
        form: CertificateForm = "pem"
        try:
            content = text.strip().encode("ascii")
            if not content.startswith(b"-----BEGIN"):
                content = base64.b64decode(b"".join(content.split()), validate=True)
                form = "base64_pem" if content.lstrip().startswith(b"-----BEGIN") else "base64_der"
            if form == "base64_der":
                return cls(text, form, x509.load_der_x509_certificate(content))
            if content.count(b"-----BEGIN") == 1:
                return cls(text, form, x509.load_pem_x509_certificate(content))
        except ValueError:
            pass
        return cls(text, None, None)

    def shown(self, form: CertificateForm | Literal["as_given"]) -> str:
        """The text in a form."""
        if self.x509 is None or form in ("as_given", self.form):
            return self.text
        pem = self.x509.public_bytes(Encoding.PEM)
        if form == "pem":
            return pem.decode("ascii")
        return base64.b64encode(pem if form == "base64_pem" else self.x509.public_bytes(Encoding.DER)).decode("ascii")

    def valid_at(self, moment: datetime) -> bool:
        """Whether it holds at that time."""
        there = self.x509
        return there is not None and there.not_valid_before_utc <= moment <= there.not_valid_after_utc


@dataclass(frozen=True)
class Provider:
    """The identity provider as it was set up."""

    enabled: bool
    login_identifier_prefix: str
    issuer: str
    sso_url: str
    certificates: tuple[Certificate, ...]

    @classmethod
    def parse(cls, body: Mapping[str, Any]) -> Provider:
        """The provider of a request whose types are checked."""
        saml = body["saml_idp"]
        certificates = tuple(Certificate.read(text) for text in saml["public_certificate"])
        return cls(body["enabled"], body["login_identifier_prefix"], saml["issuer"], saml["sso_url"], certificates)

    def check(self, forms: Collection[CertificateForm]) -> None:
        """Refuse what the service would; `forms`: those that certificates may have."""
        faults = [] if PREFIX.fullmatch(self.login_identifier_prefix) else ["login_identifier_prefix"]
        faults += [] if self.issuer.strip() else ["saml_idp.issuer"]
        faults += [] if URL.fullmatch(self.sso_url) else ["saml_idp.sso_url"]
        faults += [] if self.certificates else ["saml_idp.public_certificate"]
        faults += [
            f"saml_idp.public_certificate.{index}"
            for index, certificate in enumerate(self.certificates)
            if certificate.form not in forms
        ]
        if faults:
            raise Refused(400, "root.invalid_data", fields=faults)

    def login_identifier(self, organization_id: str) -> str:
        """What the service makes of the prefix; unique among organizations."""
        return f"{self.login_identifier_prefix}-{organization_id}"

    def configuration(self, form: CertificateForm | Literal["as_given"] = "as_given") -> dict[str, Any]:
        """The provider as it is sent and shown."""
        return {
            "enabled": self.enabled,
            "login_identifier_prefix": self.login_identifier_prefix,
            "saml_idp": {
                "issuer": self.issuer,
                "sso_url": self.sso_url,
                "public_certificate": [one.shown(form) for one in self.certificates],
            },
        }


@dataclass(frozen=True)
class Condition:
    """What a rule asks of somebody; `*` stands for any characters."""

    of: Literal["group", "email"]
    pattern: str

    def met_by(self, email: str, groups: Sequence[str]) -> bool:
        """Whether somebody is meant. Emails are compared without regard to case, groups with it."""
        parts = self.pattern.split("*")
        flags = re.IGNORECASE | re.DOTALL if self.of == "email" else re.DOTALL
        pattern = re.compile(".*".join(re.escape(part) for part in parts), flags)
        return any(pattern.fullmatch(value) for value in ([email] if self.of == "email" else groups))

    def check(self, email: re.Pattern[str]) -> None:
        """Refuse what the service would; `email` is what an address looks like."""
        if self.of == "group" and (not self.pattern.strip() or CONTROL.search(self.pattern)):
            raise Refused(400, _rule("syntax_error"))
        if self.of == "email" and not (ANY_EMAIL if "*" in self.pattern else email).fullmatch(self.pattern):
            raise Refused(400, _rule("email_syntax_error"))

    @classmethod
    def parse(cls, condition: Mapping[str, str]) -> Condition:
        """One condition of a rule."""
        if len(condition) != 1:
            raise Refused(400, _rule("ambiguous_rule" if condition else "empty_rule"))
        [(of, pattern)] = condition.items()
        return cls("email" if of == "email" else "group", pattern)


@dataclass(frozen=True)
class RoleMapping:
    """Whom a rule gives which roles at a login."""

    name: str
    enabled: bool
    kind: Literal["any", "all"]
    conditions: tuple[Condition, ...]
    grants: Mapping[GrantKey, Grant]

    @classmethod
    def parse(cls, mapping: Mapping[str, Any], grants: Mapping[GrantKey, Grant]) -> RoleMapping:
        """A mapping of a request whose types are checked, with its grants read."""
        rule = mapping["rule"]
        if len(rule) > 1:
            raise Refused(400, _rule("ambiguous_rule"))
        if not any(rule.values()):
            raise Refused(400, _rule("empty_rule"))
        [(kind, conditions)] = rule.items()
        parsed = tuple(Condition.parse(condition) for condition in conditions)
        return cls(mapping["name"], mapping["enabled"], "any" if kind == "any" else "all", parsed, grants)

    def check(self, email: re.Pattern[str]) -> None:
        """Refuse what the service would; `email` is what an address looks like."""
        if not self.name.strip() or CONTROL.search(self.name):
            raise Refused(400, _rule("syntax_error"))
        for condition in self.conditions:
            condition.check(email)

    def fits(self, email: str, groups: Sequence[str]) -> bool:
        """Whether somebody gets its roles."""
        met = [condition.met_by(email, groups) for condition in self.conditions]
        return self.enabled and (any(met) if self.kind == "any" else all(met))

    def shown(self) -> dict[str, Any]:
        """The mapping as it is shown, without its role assignments."""
        rule = {self.kind: [{condition.of: condition.pattern} for condition in self.conditions]}
        return {"name": self.name, "enabled": self.enabled, "rule": rule}


@dataclass
class SingleSignOn:
    """What an organization has of it.

    `domains` are in lower case, `codes` those that were asked for, by domain. `groups` has what a login brought last,
    by user id; `without_password` the user ids of those whose password single sign-on has ended. As many changes of
    domains as `busy` says meet another change of the organization.
    """

    provider: Provider | None = None
    mappings: dict[str, RoleMapping] = field(default_factory=dict)
    domains: list[str] = field(default_factory=list)
    codes: dict[str, str] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    without_password: set[str] = field(default_factory=set)
    busy: int = 0
    provider_reads: Listing = field(default_factory=Listing, repr=False, compare=False)
    mapping_reads: Listing = field(default_factory=Listing, repr=False, compare=False)
    domain_reads: Listing = field(default_factory=Listing, repr=False, compare=False)


def _rule(code: str) -> str:
    return f"org.role_mapping_rule.{code}"
