# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Single sign-on without the API: what owners do in the console, and whoever runs the DNS; its part of the document."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from .grants import show
from .organizations import Organizations
from .sso import CHALLENGE, SIGNING_CERTIFICATE, Provider, RoleMapping
from .state import Organization
from .switches import Switches


class Console(Organizations):
    """Organizations, and what happens to their single sign-on without the API. Nothing is checked but types."""

    def add_domain(self, organization: Organization | str, domain: str) -> None:
        """An owner claims a domain, or rather: has done so."""
        self._add_domain(self.find(organization), domain.lower())

    def publish(self, domain: str, values: str | Iterable[str]) -> None:
        """The DNS has these TXT records (or this one) for the challenge of a domain from now on, and no others."""
        self.dns[CHALLENGE + domain.lower()] = [values] if isinstance(values, str) else list(values)

    def occupy(self, organization: Organization | str, times: int = 1) -> None:
        """Somebody else changes the organization: so many changes of its domains meet that."""
        self.find(organization).sso.busy = times

    def put_provider(
        self,
        organization: Organization | str,
        *,
        enabled: bool = True,
        login_identifier_prefix: str = "acme",
        issuer: str = "https://idp.example.com/metadata",
        sso_url: str = "https://idp.example.com/sso",
        public_certificate: Iterable[str] = (SIGNING_CERTIFICATE,),
    ) -> None:
        """An owner sets the identity provider up, or exchanges everything about it."""
        saml = {"issuer": issuer, "sso_url": sso_url, "public_certificate": list(public_certificate)}
        body = {"enabled": enabled, "login_identifier_prefix": login_identifier_prefix, "saml_idp": saml}
        self._change_provider(self.find(organization), Provider.parse(body))

    def drop_provider(self, organization: Organization | str) -> None:
        """An owner deletes the identity provider."""
        self._change_provider(self.find(organization), None)

    def add_mapping(
        self,
        organization: Organization | str,
        name: str,
        rule: Mapping[str, Any],
        role_assignments: Mapping[str, Any] | None = None,
        *,
        enabled: bool = True,
    ) -> None:
        """An owner adds a mapping, or exchanges the one of that name. Blocks need no organization id."""
        organization = self.find(organization)
        grants = self._grants_in(organization, role_assignments or {})
        mapping = RoleMapping.parse({"name": name, "enabled": enabled, "rule": rule}, grants)
        self._change_mappings(organization, organization.sso.mappings | {name: mapping})

    def drop_mapping(self, organization: Organization | str, name: str) -> None:
        """An owner removes a mapping."""
        organization = self.find(organization)
        before = organization.sso.mappings
        self._change_mappings(organization, {one: before[one] for one in before if one != name})

    def enforce(self, organization: Organization | str, on: bool = True) -> None:
        """An owner enforces single sign-on, or ends that."""
        organization = self.find(organization)
        organization.settings["enforce_authentication_method"] = "sso" if on else None
        organization.invitation_list.forget()
        self._happened("enforced" if on else "not_enforced", organization)

    # The state as a document

    def dump(self) -> dict[str, Any]:
        """Everything as JSON."""
        return {**super().dump(), "dns": {name: list(values) for name, values in self.dns.items()}}

    def _dump_organization(self, organization: Organization) -> dict[str, Any]:
        sso, plain = organization.sso, Switches()
        mappings = []
        for mapping in sso.mappings.values():
            entry = mapping.shown()
            show(entry, mapping.grants.values(), organization.id, plain, self.rng)
            mappings.append(entry)
        return {
            **super()._dump_organization(organization),
            "single_sign_on": {
                "domains": list(sso.domains),
                "codes": dict(sso.codes),
                "provider": None if sso.provider is None else sso.provider.configuration(),
                "role_mappings": mappings,
                "groups": {user_id: list(groups) for user_id, groups in sso.groups.items()},
                "without_password": sorted(sso.without_password),
            },
        }

    def load(self, document: Mapping[str, Any]) -> None:
        """Replace everything by what a document holds, see `Organizations.load`."""
        super().load(document)
        self.dns = {name.lower(): list(values) for name, values in document.get("dns", {}).items()}
        for entry, organization in zip(document.get("organizations", []), self.organizations.values(), strict=True):
            held = entry.get("single_sign_on", {})
            sso = organization.sso
            sso.codes = dict(held.get("codes", {}))
            sso.groups = {user_id: tuple(groups) for user_id, groups in held.get("groups", {}).items()}
            sso.without_password = set(held.get("without_password", []))
            for domain in held.get("domains", []):
                self.add_domain(organization, domain)
            if held.get("provider"):
                self._change_provider(organization, Provider.parse(held["provider"]))
            for mapping in held.get("role_mappings", []):
                self.add_mapping(organization, **mapping)
