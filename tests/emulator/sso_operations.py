# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations of single sign-on: provider, domains, role mappings. All of them are an owner's."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from xml.sax.saxutils import escape

from .grants import OWNER_ROLE, Grant, GrantKey
from .refusals import Refused
from .sso import (
    CHALLENGE,
    DOMAIN,
    FORMS,
    MAX_DOMAINS,
    SIGNING_CERTIFICATE,
    Certificate,
    Provider,
    RoleMapping,
    SingleSignOn,
)
from .state import EMAIL, Key, Organization, Service

HOST = "https://cloud.example.com"
METADATA = """\
<?xml version="1.0" encoding="UTF-8"?>
<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="{sp_entity_id}">
  <SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <KeyDescriptor use="signing">
      <KeyInfo xmlns="http://www.w3.org/2000/09/xmldsig#">
        <X509Data><X509Certificate>{certificate}</X509Certificate></X509Data>
      </KeyInfo>
    </KeyDescriptor>
    <AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="{acs}" index="0"/>
  </SPSSODescriptor>
</EntityDescriptor>
"""


class SingleSignOnOperations(Service):
    """The service with single sign-on. Mappings and domains are kept in the order in which they came."""

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self.dns: dict[str, list[str]] = {}  # the values of TXT records, by name in lower case

    # The identity provider

    def get_provider(self, key: Key, organization_id: str) -> dict[str, Any]:
        """The provider, and what its own side has to know."""
        organization = self._sso(key, organization_id)
        return self._show_provider(organization, self._seen_provider(organization))

    def get_metadata(self, key: Key, organization_id: str) -> str:
        """The service's side as XML."""
        organization = self._sso(key, organization_id)
        shown = self._show_provider(organization, self._seen_provider(organization))
        pem = "".join(line for line in SIGNING_CERTIFICATE.splitlines() if not line.startswith("-----"))
        names = {name: escape(shown[name]) for name in ("sp_entity_id", "acs")}
        return METADATA.format(certificate=pem, **names)

    def set_provider(self, key: Key, organization_id: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """Set the provider up, or exchange everything about it."""
        organization = self._sso(key, organization_id)
        form = self.switches.certificate_form
        strict = self.switches.other_certificate_forms == "refuse"
        provider = Provider.parse(body)
        provider.check((form,) if strict and form != "as_given" else FORMS)
        if self._enforced(organization) and not provider.enabled:
            self._locking_out("enabled")
        self._change_provider(organization, provider)
        return self._show_provider(organization, provider)

    def remove_provider(self, key: Key, organization_id: str) -> dict[str, Any]:
        """Tear the provider down; domains and mappings stay."""
        organization = self._sso(key, organization_id)
        if organization.sso.provider is None:
            raise Refused(404, "org.idp.idp_not_configured")
        if self._enforced(organization):
            self._locking_out()
        self._change_provider(organization, None)
        return {}

    # Domains

    def list_domains(self, key: Key, organization_id: str) -> dict[str, Any]:
        """The domains that are claimed."""
        sso = self._sso(key, organization_id).sso
        return {"domains": list(sso.domain_reads.read(sso.domains, self.switches.list_lag))}

    def challenge(self, key: Key, organization_id: str, domain: str) -> dict[str, Any]:
        """The code that a TXT record of the domain has to hold."""
        organization = self._sso(key, organization_id)
        sso, domain = organization.sso, _domain(domain)
        if domain not in sso.domains:
            self._keep_domain_limit(sso)
        if domain not in sso.codes or self.switches.verification_code == "changes":
            sso.codes[domain] = f"{self.rng.getrandbits(160):040x}"
            self._happened("challenged", organization, domain=domain)
        return {"verification": sso.codes[domain]}

    def claim_domain(self, key: Key, organization_id: str, domain: str) -> bool:
        """Claim a domain if its DNS has the code; else nothing happens, and the answer is False."""
        organization = self._sso(key, organization_id)
        sso, domain = organization.sso, _domain(domain)
        self._keep_order(sso)
        if any(domain in one.sso.domains for one in self.organizations.values()):
            raise Refused(400, "org.domain_claim.already_exists")
        self._keep_domain_limit(sso)
        if sso.codes.get(domain) not in self.dns.get(CHALLENGE + domain, []):
            return False
        self._add_domain(organization, domain)
        return True

    def remove_domain(self, key: Key, organization_id: str, domain: str) -> dict[str, Any]:
        """Give a domain up."""
        organization = self._sso(key, organization_id)
        sso, domain = organization.sso, _domain(domain)
        self._keep_order(sso)
        if sso.provider is not None:
            raise Refused(400, "org.idp.idp_configured")
        if domain not in sso.domains:
            self._redundant("root.invalid_data")
            return {}
        self._drop_domain(organization, domain)
        return {}

    # Role mappings

    def list_mappings(self, key: Key, organization_id: str) -> dict[str, Any]:
        """Every mapping."""
        organization = self._sso(key, organization_id)
        sso = organization.sso
        mappings = sso.mapping_reads.read(sso.mappings.values(), self.switches.list_lag)
        return {"mappings": [self._show_mapping(key, organization, one) for one in mappings]}

    def add_mappings(
        self, key: Key, organization_id: str, mappings: Iterable[Mapping[str, Any]], *, only: bool = False
    ) -> dict[str, Any]:
        """Add mappings, all of them or none; `only`: in place of those that are there."""
        organization = self._sso(key, organization_id)
        self._require_single_sign_on(organization)
        after = {} if only else dict(organization.sso.mappings)
        for index, mapping in enumerate(mappings):
            parsed = self._mapping(organization, mapping, f"mappings.{index}")
            if parsed.name in after and (only or self.switches.existing_mapping == "refuse"):
                raise Refused(400, "root.invalid_data", fields=[f"mappings.{index}.name"])
            after[parsed.name] = parsed
        self._write_mappings(organization, after)
        return {}

    def set_mapping(self, key: Key, organization_id: str, name: str, mapping: Mapping[str, Any]) -> dict[str, Any]:
        """Exchange one mapping, which keeps its name."""
        organization = self._sso(key, organization_id)
        self._require_single_sign_on(organization)
        if name not in organization.sso.mappings:
            raise Refused(404, "org.role_mapping_rule.role_mapping_not_found")
        parsed = self._mapping(organization, mapping, "mapping")
        if parsed.name != name:
            raise Refused(400, "root.invalid_data", fields=["mapping.name"])
        self._write_mappings(organization, organization.sso.mappings | {name: parsed})
        return {}

    def remove_mappings(self, key: Key, organization_id: str, names: Iterable[str] | None = None) -> dict[str, Any]:
        """Remove mappings by their names, or all; the reply to the first has those that went."""
        organization = self._sso(key, organization_id)
        before = organization.sso.mappings
        if names is None:
            self._write_mappings(organization, {})
            return {}
        wanted = list(dict.fromkeys(names))
        if self.switches.unknown_mapping_in_delete == "refuse_all" and not set(wanted) <= before.keys():
            raise Refused(404, "org.role_mapping_rule.role_mapping_not_found")
        self._write_mappings(organization, {name: one for name, one in before.items() if name not in wanted})
        return {"mappings": [name for name in wanted if name in before]}

    # The organization's own settings

    def update_organization(self, key: Key, organization_id: str, changes: Mapping[str, Any]) -> dict[str, Any]:
        if self._is_owners(key, organization_id) and changes.get("enforce_authentication_method") == "sso":
            organization = self.organizations[organization_id]
            good = _gives_ownership(organization.sso.mappings) and self._owner_of_a_domain(organization)
            if organization.sso.provider is None or not organization.sso.provider.enabled or not good:
                self._locking_out("enforce_authentication_method")
        return super().update_organization(key, organization_id, changes)

    # Rules that these operations share

    def _sso(self, key: Key, organization_id: str) -> Organization:
        organization = self._organization(key, organization_id)
        self._require_owner(key)
        return organization

    @staticmethod
    def _is_owners(key: Key, organization_id: str) -> bool:
        return key.kind == "owner" and organization_id in key.organizations

    @staticmethod
    def _enforced(organization: Organization) -> bool:
        return organization.settings.get("enforce_authentication_method") == "sso"

    def _locking_out(self, *fields: str) -> None:
        """Refuse what may lock everybody out, if the service does that."""
        if self.switches.locking_out == "refuse":
            raise Refused(400, "root.invalid_data", fields=fields or None)

    @staticmethod
    def _require_single_sign_on(organization: Organization) -> None:
        provider = organization.sso.provider
        if provider is None or not provider.enabled:
            raise Refused(400, "root.invalid_data")

    @staticmethod
    def _keep_domain_limit(sso: SingleSignOn) -> None:
        if len(sso.domains) >= MAX_DOMAINS:
            raise Refused(400, "root.invalid_data", fields=["domain_claim_request"])

    @staticmethod
    def _keep_order(sso: SingleSignOn) -> None:
        """Refuse a change of domains amid another change of the organization."""
        if sso.busy:
            sso.busy -= 1
            raise Refused(409, "org.domain_claim.concurrent_organization_modification")

    def _write_mappings(self, organization: Organization, after: Mapping[str, RoleMapping]) -> None:
        """Make these the mappings, if the service lets that happen."""
        sso, limit = organization.sso, self.switches.max_role_mappings
        if limit is not None and len(after) > max(limit, len(sso.mappings)):
            raise Refused(400, "org.role_mapping_rule.too_many_role_mappings")
        if sso.provider is not None and sso.provider.enabled and not _gives_ownership(after):
            self._locking_out()
        self._change_mappings(organization, after)

    @staticmethod
    def _owner_of_a_domain(organization: Organization) -> bool:
        """Whether some owner could come by single sign-on, as far as addresses tell."""
        owners = [one for one in organization.members.values() if owns(one.grants)]
        return any((one.email or "").lower().rpartition("@")[2] in organization.sso.domains for one in owners)

    def _mapping(self, organization: Organization, mapping: Mapping[str, Any], field: str) -> RoleMapping:
        grants = self._grants_in(organization, mapping["role_assignments"], f"{field}.role_assignments")
        parsed = RoleMapping.parse(mapping, grants)
        parsed.check(EMAIL)
        return parsed

    # What is shown

    def _show_organization(self, organization: Organization, changed: bool = False) -> dict[str, Any]:
        reply = super()._show_organization(organization, changed)
        provider = organization.sso.provider
        return (
            reply if provider is None else {**reply, "sso_login_identifier": provider.login_identifier(organization.id)}
        )

    def _seen_provider(self, organization: Organization) -> Provider:
        sso = organization.sso
        there = [] if sso.provider is None else [sso.provider]
        seen = list(sso.provider_reads.read(there, self.switches.list_lag))
        if not seen:
            raise Refused(404, "org.idp.idp_not_configured")
        provider: Provider = seen[0]
        return provider

    def _show_provider(self, organization: Organization, provider: Provider) -> dict[str, Any]:
        form = self.switches.certificate_form
        identifier = provider.login_identifier(organization.id)
        own = Certificate.read(SIGNING_CERTIFICATE).shown(form)
        side = f"{HOST}/saml/{organization.id}"
        return {
            "configuration": provider.configuration(form),
            "login_identifier": identifier,
            "sso_login_url": f"{HOST}/login/sso/{identifier}",
            "metadata_url": f"{side}/metadata.xml",
            "acs": f"{side}/acs",
            "sp_entity_id": side,
            "signing_certificate": [own],
            "encryption_certificate": [own],
        }

    def _show_mapping(self, key: Key, organization: Organization, mapping: RoleMapping) -> dict[str, Any]:
        reply = mapping.shown()
        self._show_grants(reply, key, organization, mapping.grants)
        return {"role_assignments": {}, **reply}

    # Changes; every one of them goes through here

    def _change_provider(self, organization: Organization, provider: Provider | None) -> None:
        sso = organization.sso
        if provider == sso.provider:
            return
        sso.provider_reads.writing([] if sso.provider is None else [sso.provider], self.switches.list_lag)
        sso.provider = provider
        organization.invitation_list.forget()  # invitations show their organization, and that its login identifier
        if provider is None:
            self._happened("provider_removed", organization)
        else:
            self._happened("provider_set", organization, configuration=provider.configuration())

    def _change_mappings(self, organization: Organization, after: Mapping[str, RoleMapping]) -> None:
        sso, before = organization.sso, organization.sso.mappings
        if list(after.values()) == list(before.values()):
            return
        sso.mapping_reads.writing(before.values(), self.switches.list_lag)
        sso.mappings = dict(after)
        for name in before:
            if name not in after:
                self._happened("mapping_removed", organization, name=name)
        for name, mapping in after.items():
            if mapping != before.get(name):
                event = "mapping_changed" if name in before else "mapping_added"
                grants = [grant.event() for grant in mapping.grants.values()]
                self._happened(event, organization, **mapping.shown(), grants=grants)

    def _add_domain(self, organization: Organization, domain: str) -> None:
        sso = organization.sso
        sso.domain_reads.writing(sso.domains, self.switches.list_lag)
        sso.domains.append(domain)
        sso.codes.pop(domain, None)
        self._happened("domain_claimed", organization, domain=domain)

    def _drop_domain(self, organization: Organization, domain: str) -> None:
        sso = organization.sso
        sso.domain_reads.writing(sso.domains, self.switches.list_lag)
        sso.domains.remove(domain)
        self._happened("domain_removed", organization, domain=domain)


def _domain(text: str) -> str:
    if len(text) > 253 or not DOMAIN.fullmatch(text):
        raise Refused(400, "root.invalid_data", fields=["domain_claim_request"])
    return text.lower()


def owns(grants: Mapping[GrantKey, Grant]) -> bool:
    """Whether somebody who holds these grants is an owner."""
    return any(held[:2] == ("organization", OWNER_ROLE) for held in grants)


def _gives_ownership(mappings: Mapping[str, RoleMapping]) -> bool:
    return any(one.enabled and owns(one.grants) for one in mappings.values())
