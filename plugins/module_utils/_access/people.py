# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The people of an organization: members and invitations as the service knows them, and how people are named.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import functools
import re
import typing as t
import unicodedata
from collections.abc import Container, Iterable
from dataclasses import dataclass, field

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._access.grants import Grants, is_owner, kind_of
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._errors import Findings
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._texts import what_is_unsafe

ADDRESS = re.compile(r"[^@\s,;<>()\[\]\"\\:]+@[^@\s,;<>()\[\]\"\\:]+")
NAMED_ADDRESS = re.compile(r"[^<>]*<\s*([^<>\s]+@[^<>\s]+)\s*>\s*")
# Begins after a separator only: tried from each letter on, it would take a pasted list forever.
NAME_AND_ADDRESS = re.compile(r"(?<![^<>,;])[^<>,;]*<[^<>]*>")
LONGEST_ADDRESS = 254  # RFC 5321, section 4.5.3.1.3, less the angle brackets


@dataclass(frozen=True, slots=True)
class Member:
    """A person in the organization. roles_shown: whether the reply said anything about their roles."""

    user_id: str
    email: str | None
    name: str | None
    member_since: str | None
    grants: Grants
    roles_shown: bool = True
    status: t.ClassVar[str] = "active"


@dataclass(frozen=True, slots=True)
class Invitation:
    """A person asked to join. token: a secret, whoever has it can accept the invitation."""

    email: str
    token: str = field(repr=False)
    created_at: str | None
    expires_at: str | None
    expired: bool
    grants: Grants
    roles_shown: bool = True
    user_id: t.ClassVar[None] = None

    @property
    def status(self) -> str:
        """Either `pending` or `expired`."""
        return "expired" if self.expired else "pending"


class Person(t.NamedTuple):
    """One person as the service has them: members with one email (one as a rule), and open invitations, the pending
    ones and the latest first.
    """

    members: list[Member]
    invitations: list[Invitation]


NOBODY = Person([], [])


class People:
    """Everybody in an organization at one moment, found by email without regard to case, or by user id.

    whole: whether the service's lists held everybody, as far as it says.
    """

    def __init__(self, members: Iterable[Member], invitations: Iterable[Invitation], *, whole: bool = True) -> None:
        self.whole = whole
        self.members = {member.user_id: member for member in members}
        self.invitations = list(invitations)
        self.by_person: dict[str, Person] = {}
        for member in self.members.values():
            self._person(person_key(member.email, member.user_id)).members.append(member)
        for invitation in self.invitations:
            self._person(person_key(invitation.email, None)).invitations.append(invitation)
        for person in self.by_person.values():
            if len(person.invitations) > 1:
                person.invitations.sort(key=lambda one: one.created_at or "", reverse=True)
                person.invitations.sort(key=lambda one: one.expired)

    def find(self, email: str | None, user_id: str | None = None) -> Person:
        """Return what there is of the person with this email, or of the one with this user id; maybe nothing."""
        return self.by_person.get(person_key(email, user_id), NOBODY)

    @property
    def everybody(self) -> list[Member | Invitation]:
        """Every member and every invitation."""
        return [*self.members.values(), *self.invitations]

    @functools.cached_property
    def owners(self) -> set[str]:
        """The user ids of the members with the organization owner role; invited ones do not count."""
        return {member.user_id for member in self.members.values() if is_owner(member.grants)}

    @functools.cached_property
    def shared_emails(self) -> set[str]:
        """The keys of people whose email several members have, so that only user ids tell them apart."""
        return {key for key, person in self.by_person.items() if len(person.members) > 1}

    def _person(self, key: str) -> Person:
        person = self.by_person.get(key)
        if person is None:
            person = self.by_person[key] = Person([], [])
        return person


class Selection:
    """People named by email, by `*@domain` or by user id: the ignored, the protected."""

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._names: dict[str, str] = {}  # and how messages name them
        self._domains: dict[str, str] = {}
        self._spared: frozenset[str] = frozenset()
        for name in names:
            self._add(name, name)

    def has(self, email: str | None, user_id: str | None = None) -> bool:
        """Return whether the person with this email or this user id is among them."""
        if not (self._names or self._domains):
            return False
        key = person_key(email, user_id)
        if key in self._spared:
            return False
        return key in self._names or user_id in self._names or bool(email and _domain(key) in self._domains)

    @property
    def entries(self) -> list[str]:
        """What it names, in the spelling that compares, sorted."""
        return sorted([*self._names, *(f"*@{domain}" for domain in self._domains)])

    def entry_for(self, email: str | None, user_id: str | None = None) -> str | None:
        """Return the entry by which this person is among them, in the spelling that compares; None where none is."""
        if not self.has(email, user_id):
            return None
        key = person_key(email, user_id)
        exact = key if key in self._names else user_id if user_id in self._names else None
        return exact or f"*@{_domain(key)}"

    def naming(self, email: str | None, user_id: str | None = None) -> str | None:
        """Return where exactly this email or this user id is named, None where only a pattern has the person."""
        return self._names.get(user_id or "") or self._names.get(email_key(email or ""))

    def sparing(self, people: Iterable[tuple[str | None, str | None]]) -> Selection:
        """Return the same selection without these people, each an email and a user id."""
        spared = Selection()
        spared._names, spared._domains = self._names, self._domains
        spared._spared = frozenset(person_key(*one) for one in people) if self._names or self._domains else frozenset()
        return spared

    def matching_nobody(self, emails: Iterable[str | None], user_ids: Container[str]) -> list[str]:
        """Return those of its entries that are for nobody among these people, as messages name them."""
        if not (self._names or self._domains):
            return []
        keys = {email_key(email) for email in emails if email}
        domains = set(map(_domain, keys)) if self._domains else set()
        nobody = [place for name, place in self._names.items() if name not in keys and name not in user_ids]
        return nobody + [place for domain, place in self._domains.items() if domain not in domains]

    def _add(self, name: str, place: str) -> None:
        if name.startswith("*@"):
            self._domains.setdefault(email_key(name[2:]), place)
        else:
            self._names.setdefault(email_key(name) if "@" in name else name, place)

    @classmethod
    def from_input(cls, names: Iterable[t.Any], option: str, findings: Findings) -> Selection:
        """Return the people that an option names; what is no name goes to the findings with its index."""
        selection = cls()
        for index, name in enumerate(names):
            where = f"{option}[{index}]"
            if not isinstance(name, str) or not name.strip():
                findings.problem(where, f"must be an email, *@domain or a user id, not {kind_of(name)}")
            elif wrong := what_is_unsafe(name):
                findings.problem(where, wrong)
            elif "*" in name and not re.fullmatch(r"\*@[^@*\s]+", name.strip()):
                findings.problem(where, f"{name!r} is not a known pattern: *@domain stands for everybody there")
            elif "@" in name and "*" not in name and (wrong := what_is_wrong(name)):
                findings.problem(where, wrong)
            else:
                selection._add(name.strip(), f"{where} ({name.strip()})")
        return selection


def email_key(email: str) -> str:
    """Return what two spellings of one person's email have in common: it in small letters and in Unicode's form NFC.

    Some systems write a letter and its accent as one character, and some as two.
    """
    key = email.strip().lower()
    return key if key.isascii() else unicodedata.normalize("NFC", key)


def _domain(key: str) -> str:
    """Return what stands behind the last @ of an email that compares."""
    return key.rpartition("@")[2]


def person_key(email: str | None, user_id: str | None) -> str:
    """Return one key for a person: the email where there is one."""
    return email_key(email) if email else user_id or ""


def what_is_wrong(email: str) -> str | None:
    """Return why this is not an email address, None where it may be one.

    Deliberately lenient: what an address may look like is for the service to say, this finds slips.
    """
    text = email.strip()
    if unsafe := what_is_unsafe(text):
        return f"no email address: {unsafe}"
    named = NAMED_ADDRESS.fullmatch(text)
    if named:
        return f"{text!r} is a name with an address; write {named[1]}"
    plain = text.isascii() and text.isprintable()  # most are, and it is quick to see
    if not ADDRESS.fullmatch(text) or not (plain or _is_visible(text)):
        return f"{text!r} is not an email address"
    if len(text) > LONGEST_ADDRESS:
        return f"{text[:40]!r}.. is longer than the {LONGEST_ADDRESS} characters that an address may have"
    return None


def _is_visible(text: str) -> bool:
    """Return whether a text has no control, format or space characters, such as a mark that turns the direction."""
    return not any(unicodedata.category(letter)[0] in "CZ" for letter in text)


def split_addresses(value: t.Any, findings: Findings, option: str = "emails") -> list[str]:
    """Return the addresses in a string or a list of strings, each split at white space, commas and semicolons.

    The web console takes lists pasted in the same way. A person who is named twice counts once; the order stays. What
    is no address goes to the findings.
    """
    found: dict[str, str] = {}
    for index, text in enumerate(value if isinstance(value, list) else [value]):
        where = f"{option}[{index}]" if isinstance(value, list) else option
        if text is None:
            continue
        if not isinstance(text, str):
            findings.problem(where, f"must be a string with one or more email addresses, not {kind_of(text)}")
            continue
        if wrong := what_is_unsafe(text, lines=True):
            findings.problem(where, wrong)
            continue
        named = [name.strip() for name in NAME_AND_ADDRESS.findall(text)]
        for part in [*named, *re.split(r"[\s,;]+", NAME_AND_ADDRESS.sub(" ", text))]:
            if part and (wrong := what_is_wrong(part)):
                findings.problem(where, wrong)
            elif part:
                found.setdefault(email_key(part), part)
    return list(found.values())
