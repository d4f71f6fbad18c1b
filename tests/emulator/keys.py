# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The operations on API keys.

Sources: the vendor's Swagger document of August 2026 for the operations, its documentation of API keys for what they
are: they belong to the organization and outlive their creator's membership, at most 500 of them are active, they end
after three months by default, expired ones vanish from the list, owners manage all of them.
"""

from __future__ import annotations

import base64
import binascii
import random
import secrets
import string
from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, Literal

from .clock import Clock
from .grants import OWNER_ROLE, Grant, blocks_of, show
from .listings import Listing
from .refusals import Refused
from .state import Grants, Key, Organization, Service, duration, timestamp
from .switches import Switches

LIFETIME = timedelta(days=90)  # the documentation says three months
ID_LETTERS = string.ascii_letters + string.digits + "_-"
OWNER = Grant("organization", OWNER_ROLE, None).key[:3]


class Keys(Service):
    """The service with its operations on API keys.

    A key that a test has added without a creator gets one when it is first asked for: the first owner of its
    organization, who may have come later than the key.
    """

    def __init__(self, switches: Switches | None = None, clock: Clock | None = None, seed: int | None = 0) -> None:
        super().__init__(switches, clock, seed)
        self._seed = seed
        self._forget_keys()

    def _forget_keys(self) -> None:
        """There are none, as at the beginning."""
        self.keys.clear()
        self._key_list = Listing()
        self._key_rng = random.Random(self._seed)  # of its own, so that keys change nothing about other ids

    def list_keys(self, key: Key, next_page: str = "") -> dict[str, Any]:
        """The keys that this one is shown, page by page."""
        shown = [self._show_key(one) for one in self._keys_for(key)]
        return self._page_of("keys", shown, next_page)

    def list_all_keys(self, key: Key) -> dict[str, Any]:
        """The same, without pages."""
        return {"keys": [self._show_key(one) for one in self._keys_for(key)]}

    def get_key(self, key: Key, id_: str) -> dict[str, Any]:
        """One key, if this one is shown it."""
        found = {one.id: one for one in self._keys_for(key, late=False)}.get(id_)
        if found is None:
            raise Refused(404, "api_keys.key_not_found")
        self._cope_with([self.accounts.get(found.user_id or "")])
        return self._show_key(found)

    def create_key(
        self,
        key: Key,
        description: str,
        expiration: str | None = None,
        role_assignments: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """A new key; the reply alone holds its secret. Nothing given is the same as no role assignments."""
        key = self._caller(key)
        lifetime = LIFETIME if expiration is None else duration(expiration)
        if not description.strip():
            raise _invalid("description")
        if lifetime is None:
            raise _invalid("expiration")
        organization, grants = self._of_new_key(key, role_assignments or {})
        if len(self._active(organization)) >= self.switches.max_keys:
            raise _invalid()
        now, id_ = self.clock.now(), self._new_key_id()
        kind, scope = reach(grants)
        new = Key(id_, description, self._new_secret(id_), now, (organization.id,), kind, scope, grants, key.user_id)
        new = replace(new, expires_at=now + lifetime)
        self._write_keys()
        self.keys.append(new)
        self._happened_to_key("key_created", organization, new)
        return self._show_key(new) | {"key": new.secret}

    def delete_keys(self, key: Key, ids: Iterable[str]) -> dict[str, Any]:
        """Revoke keys; also the one in use, if it is among them."""
        there = {one.id: one for one in self._keys_for(key, late=False)}
        ids = list(ids)
        self._cope_with(self.accounts.get(there[id_].user_id or "") for id_ in ids if id_ in there)
        not_found = Refused(404, "api_keys.key_not_found")
        for id_ in self._existing(ids, there, lambda _: not_found):
            self._drop_key(there[id_])
        return {}

    def _caller(self, key: Key) -> Key:
        """The calling key with its creator; refused if it may not do anything about keys."""
        if key.kind == "gone":
            raise Refused(401, "root.unauthorized")
        if (self.switches.keys_of_limited if key.kind == "limited" else self.switches.keys_listed) == "refuse":
            raise Refused(403, "root.invalid_authentication")
        self._find_creators()
        return next(one for one in self.keys if one.id == key.id)

    def _find_creators(self) -> None:
        for index, key in enumerate(self.keys):
            if key.user_id is None and key.kind == "owner" and key.organizations:
                members = self.organizations[key.organizations[0]].members.values()
                owners = (one.user_id for one in members if any(held[:3] == OWNER for held in one.grants))
                self.keys[index] = replace(key, user_id=next(owners, None))

    def _keys_for(self, key: Key, late: bool = True) -> list[Key]:
        """The keys that this one may see and revoke; `late`: as a list of them shows them, which may lag."""
        key = self._caller(key)
        switches, now = self.switches, self.clock.now()
        everybodys = key.kind == "owner" and switches.keys_listed == "all"

        def visible(one: Key) -> bool:
            if switches.expired_keys == "vanish" and one.expires_at is not None and one.expires_at <= now:
                return False
            own = one.id == key.id or (one.user_id is not None and one.user_id == key.user_id)
            if one.organizations[:1] and one.organizations[0] in key.organizations:
                return everybodys or own
            return own and (switches.keys_elsewhere or one.id == key.id)

        keys = self._key_list.read(self.keys, switches.list_lag) if late else self.keys
        known = {one.id: one for one in self.keys}  # with their creators, which keys of earlier may lack
        return [one for one in (known.get(one.id, one) for one in keys) if visible(one)]

    def _of_new_key(self, key: Key, role_assignments: Mapping[str, Any]) -> tuple[Organization, Grants]:
        """The organization of a new key, and what it is to hold: without role assignments, what its creator holds."""
        named = {block.get("organization_id") for _scope, _place, block in blocks_of(role_assignments)}
        if len(named) > 1 or not key.organizations:
            raise _invalid("role_assignments")
        id_ = next(iter(named), key.organizations[0])
        unauthorized = Refused(403, "role_assignments.unauthorized_role_assignments")
        if id_ not in key.organizations:
            raise unauthorized
        organization = self.organizations[id_]
        creator = organization.members.get(key.user_id or "")
        try:
            grants = self._grants_in(organization, role_assignments)
        except Refused as refused:
            raise _invalid(*refused.fields or ()) if refused.status == 400 else refused from None
        grants = grants or dict(key.grants if creator is None else creator.grants)
        self._authorize(key, organization, grants.values(), adding=True)
        return organization, grants

    def _active(self, organization: Organization) -> list[Key]:
        """The keys that belong to an organization and have not expired."""
        now = self.clock.now()
        keys = [one for one in self.keys if one.organizations[:1] == (organization.id,)]
        return [one for one in keys if one.expires_at is None or one.expires_at > now]

    def _show_key(self, key: Key) -> dict[str, Any]:
        reply: dict[str, Any] = {"id": key.id, "description": key.name, "creation_date": timestamp(key.created_at)}
        reply |= {} if key.user_id is None else {"user_id": key.user_id}
        if key.organizations and key.shows_organization and self.switches.key_organization:
            reply["organization_id"] = key.organizations[0]
        if key.expires_at is not None:
            reply["expiration_date"] = timestamp(key.expires_at)
        if key.organizations:
            show(reply, key.grants.values(), key.organizations[0], self.switches, self.rng)
        return reply

    def _write_keys(self) -> None:
        self._key_list.writing(self.keys, self.switches.list_lag)

    def _drop_key(self, key: Key) -> None:
        self._write_keys()
        self.keys.remove(key)
        for id_ in key.organizations[:1]:
            self._happened_to_key("key_revoked", self.organizations[id_], key)

    def _happened_to_key(self, event: str, organization: Organization, key: Key) -> None:
        grants = [grant.event() for grant in key.grants.values()]
        self._happened(event, organization, id=key.id, name=key.name, user_id=key.user_id, grants=grants)

    def _new_key_id(self) -> str:
        taken = {key.id for key in self.keys}
        while (id_ := "".join(self._key_rng.choices(ID_LETTERS, k=20))) in taken:
            pass
        return id_

    def _new_secret(self, id_: str) -> str:
        """The text of a new key."""
        if self.switches.key_text == "opaque":
            return secrets.token_urlsafe(32)
        return base64.b64encode(f"{id_}:{secrets.token_urlsafe(18)}".encode()).decode()


def _invalid(*fields: str) -> Refused:
    return Refused(400, "api_keys.invalid_input", fields=fields or None)


def id_in(secret: str) -> str | None:
    """The id that the text of a key holds; None if it holds none."""
    try:
        id_, separator, _rest = base64.b64decode(secret, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return id_ if separator and id_ else None


def reach(grants: Grants) -> tuple[Literal["owner", "limited"], tuple[tuple[str, str], ...]]:
    """The kind of a key that holds these, and the resources that it administers."""
    if any(held[:3] == OWNER for held in grants):
        return "owner", ()
    admin = [grant for grant in grants.values() if grant.full_role_id.endswith("-admin")]
    return "limited", tuple((grant.scope, grant.resource) for grant in admin if grant.resource is not None)
