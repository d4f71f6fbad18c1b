# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""People log in: by single sign-on or by password. A model, since nobody has tried the real one.

Source of what a login does: the vendor's documentation of SAML single sign-on. An assertion is signed JSON in place of
signed XML; what it says, and what is asked of it, is the same.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

from .console import Console
from .sso import Certificate
from .sso_operations import owns
from .state import Grants, Member, Organization


class NotLetIn(ValueError):
    """Why somebody may not come in."""


@dataclass(frozen=True)
class Assertion:
    """What an identity provider says of somebody: JSON with `issuer`, `sso_url` (where the login page is), `email` and
    perhaps `groups`; and its signature (ECDSA with SHA-256), in base64."""

    payload: str
    signature: str

    def is_signed_with(self, certificate: Certificate) -> bool:
        """Whether the holder of a certificate has signed it."""
        key = None if certificate.x509 is None else certificate.x509.public_key()
        if not isinstance(key, ec.EllipticCurvePublicKey):
            return False
        try:
            key.verify(base64.b64decode(self.signature), self.payload.encode(), ec.ECDSA(SHA256()))
        except (InvalidSignature, binascii.Error):
            return False
        return True


@dataclass(frozen=True)
class Admission:
    """What a login makes of somebody: a member (None: at the first login), the groups that count, the roles."""

    email: str
    member: Member | None
    groups: tuple[str, ...]
    grants: Grants


class Logins(Console):
    """Organizations, and how people get in."""

    def log_in(self, organization: Organization | str, assertion: Assertion | Mapping[str, str]) -> Member:
        """By single sign-on, which makes somebody a member, overwrites their roles, and ends their password.

        Raises `NotLetIn` if it does not work. An assertion may come as a mapping, from outside.
        """
        organization = self.find(organization)
        if not isinstance(assertion, Assertion):
            assertion = Assertion(**assertion)
        admitted = self._admission(organization, assertion)
        if admitted.member is None:
            member = self._join(organization, "joined", admitted.email, admitted.grants)
        else:
            member = admitted.member
            self._set_grants(organization, member, admitted.grants)
        organization.sso.groups[member.user_id] = admitted.groups
        organization.sso.without_password.add(member.user_id)
        self._happened("logged_in", organization, user_id=member.user_id, email=member.email)
        return organization.members[member.user_id]

    def log_in_by_password(self, organization: Organization | str, who: str) -> Member:
        """In the old way, which changes nothing. Raises `NotLetIn`."""
        organization = self.find(organization)
        member = self._there(organization, who)
        if self._enforced(organization):
            raise NotLetIn("single sign-on is enforced")
        if member.user_id in organization.sso.without_password:
            raise NotLetIn("single sign-on has ended the password")
        return member

    def ask_for_new_password(self, organization: Organization | str, who: str) -> None:
        """Somebody asks for a new password, which is sent by email. Raises `NotLetIn` where there is no address."""
        organization = self.find(organization)
        member = self._there(organization, who)
        if member.email is None:
            raise NotLetIn("there is no address to send a new password to")
        organization.sso.without_password.discard(member.user_id)

    def some_owner_gets_in(
        self, organization: Organization | str, assertions: Iterable[Assertion | Mapping[str, str]] = ()
    ) -> bool:
        """Whether a login would still bring an owner in; nobody is logged in by asking.

        That is by password, the old one or a new one that is sent by email; or by single sign-on, with one of the
        assertions that the identity provider would make.
        """
        organization = self.find(organization)
        return self._owner_by_password(organization) or any(
            self._owner_by(organization, one if isinstance(one, Assertion) else Assertion(**one)) for one in assertions
        )

    def _owner_by_password(self, organization: Organization) -> bool:
        owners = [member for member in organization.members.values() if owns(member.grants)]
        ended = organization.sso.without_password
        good = any(member.email is not None or member.user_id not in ended for member in owners)
        return good and not self._enforced(organization)

    def _owner_by(self, organization: Organization, assertion: Assertion) -> bool:
        try:
            return owns(self._admission(organization, assertion).grants)
        except NotLetIn:
            return False

    def _admission(self, organization: Organization, assertion: Assertion) -> Admission:
        """What a login would make of somebody; nothing happens yet."""
        sso, said = organization.sso, json.loads(assertion.payload)
        provider = sso.provider
        if provider is None or not provider.enabled:
            raise NotLetIn("there is no single sign-on")
        if said["sso_url"] != provider.sso_url:
            raise NotLetIn("nobody answers at the URL of the identity provider")
        if said["issuer"] != provider.issuer:
            raise NotLetIn("somebody else has issued the assertion")
        valid = [one for one in provider.certificates if one.valid_at(self.clock.now())]
        if not any(assertion.is_signed_with(certificate) for certificate in valid):
            raise NotLetIn("no certificate that is valid fits the signature")
        email = said["email"]
        if email.rpartition("@")[2].lower() not in sso.domains:
            raise NotLetIn("the domain of the email is not claimed")
        member = self.member(organization, email)
        groups = self._groups(organization, member, said)
        grants: dict[Any, Any] = {}
        for mapping in sso.mappings.values():
            grants |= mapping.grants if mapping.fits(email, groups) else {}
        return Admission(email, member, groups, grants)

    @staticmethod
    def _groups(organization: Organization, member: Member | None, said: Mapping[str, Any]) -> tuple[str, ...]:
        """Those that the assertion names, or else those of the last login."""
        if said.get("groups") is not None:
            return tuple(said["groups"])
        return () if member is None else organization.sso.groups.get(member.user_id, ())
