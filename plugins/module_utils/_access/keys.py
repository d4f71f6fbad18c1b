# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""API keys as the service knows them: which of them count, which is the newest, which is the one in use.

A key belongs to an organization and not to a person: it goes on working when its creator leaves.

Pure: knows neither Ansible nor HTTP. The clock is passed in.
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import typing as t
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grants, is_owner
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._times import moment

LONG_AGO = dt.datetime.min.replace(tzinfo=dt.timezone.utc)
NEVER = dt.datetime.max.replace(tzinfo=dt.timezone.utc)


@dataclass(frozen=True, slots=True)
class ApiKey:
    """An API key, without its secret, which the service shows once.

    name: its description at the service, which several may have; user_id: who made it; organization_id: None where the
    service names none; created_at, expires_at: as the service writes them, the latter None for a key without an end;
    roles_shown: whether the reply said anything about its roles.
    """

    id: str
    name: str
    user_id: str | None
    organization_id: str | None
    created_at: str | None
    expires_at: str | None
    grants: Grants
    roles_shown: bool = True

    @property
    def words(self) -> str:
        """How messages name it."""
        return f"{self.name!r} (id {self.id})"

    @property
    def ends(self) -> dt.datetime:
        """When it ends; one without an end that can be read never does."""
        return moment(self.expires_at) or NEVER

    @property
    def age(self) -> tuple[dt.datetime, dt.datetime, str]:
        """What a newer key has more of; of two that are equally new, the one that ends later counts as newer."""
        return moment(self.created_at) or LONG_AGO, self.ends, self.id

    def over(self, now: dt.datetime) -> bool:
        """Whether it has ended, and so is as good as gone even where the service still lists it."""
        return self.ends <= now


def ours(keys: Iterable[ApiKey], organization_id: str, now: dt.datetime) -> list[ApiKey]:
    """Return the keys that count for an organization: those that name it and have not ended.

    The service's list stands under no organization: it may hold keys that its reader has elsewhere.
    """
    return [key for key in keys if key.organization_id == organization_id and not key.over(now)]


def nobodys(keys: Iterable[ApiKey], now: dt.datetime) -> list[ApiKey]:
    """Return the keys that name no organization and have not ended: they are shown and told of, and never revoked."""
    return [key for key in keys if key.organization_id is None and not key.over(now)]


def as_keys_hold(grants: Grants) -> Grants:
    """Return grants such that those that mean the same for a key are equal.

    Application roles, absent or empty, give a key the Cloud API alone (the vendor's documentation of user roles). A
    field that this version does not know makes no other grant of one.
    """
    return frozenset(replace(grant.known_part, application_roles=grant.application_roles or None) for grant in grants)


class KeyInUse(t.NamedTuple):
    """What is known of the key that requests are made with: its id, where its text holds one, and its end, where the
    service tells.
    """

    id: str | None = None
    ends: dt.datetime | None = None


class Own(t.NamedTuple):
    """The ids of the keys that are the one in use, or have the same end, and of those that may be it."""

    surely: frozenset[str] = frozenset()
    maybe: frozenset[str] = frozenset()


def own_among(keys: Sequence[ApiKey], in_use: KeyInUse, now: dt.datetime) -> Own:
    """Return which of all the keys that were read is the one in use, as far as it can be told.

    Where neither its id nor its end is that of a key in the list, any that has not ended and has the owner role, or
    shows no roles, may be it. The header that tells the end may be cut to seconds.
    """
    if in_use.id and any(key.id == in_use.id for key in keys):
        return Own(surely=frozenset({in_use.id}))
    if in_use.ends:
        end = in_use.ends.replace(microsecond=0)
        if same := frozenset(key.id for key in keys if key.ends.replace(microsecond=0) == end):
            return Own(surely=same)
    return Own(
        maybe=frozenset(key.id for key in keys if not key.over(now) and (is_owner(key.grants) or not key.roles_shown))
    )


def id_within(api_key: str) -> str | None:
    """Return the id that an API key's text holds, None where it holds none: such a text is `id:secret` in base64."""
    try:
        text = base64.b64decode(api_key + "=" * (-len(api_key) % 4), altchars=b"-_", validate=True).decode("ascii")
    except (ValueError, binascii.Error):
        return None
    found, colon, secret = text.partition(":")
    return found if found and colon and secret and text.isprintable() else None
