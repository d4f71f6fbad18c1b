# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""What can go wrong, each kind with the words and the data that a playbook gets.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

import difflib
import typing as t

# What a person can do about each refusal. The codes are those of the vendor's API reference for organizations and role
# assignments.
ADVICE = {
    "api_keys.invalid_input": "the service does not accept the name, the time or the roles of the API key, or there "
    "are as many API keys as it allows; correct it, or revoke some that nobody uses",
    "api_keys.key_not_found": "the API key is gone: revoked or expired; run again; if this happens again, the "
    "service's list is out of date",
    "org.domain_claim.already_exists": "another organization has claimed the domain, which has to give it up first",
    "org.domain_claim.concurrent_organization_modification": "somebody else was changing the organization at the same "
    "time; run again",
    "org.idp.idp_configured": "a domain can be given up once the identity provider is removed (org_sso, "
    "identity_provider with state: absent)",
    "org.idp.idp_not_configured": "there is no identity provider (any more); define one with all that it needs",
    "org.role_mapping_rule.ambiguous_rule": "a rule has either any or all, and a condition either group or email",
    "org.role_mapping_rule.email_syntax_error": "the service does not accept the email of a condition; correct it",
    "org.role_mapping_rule.empty_rule": "a rule needs at least one condition",
    "org.role_mapping_rule.role_mapping_not_found": "somebody has removed the role mapping meanwhile; run again",
    "org.role_mapping_rule.syntax_error": "the service does not accept the name or a condition of a role mapping; "
    "correct it",
    "org.role_mapping_rule.too_many_role_mappings": "there would be more role mappings than the service allows; join "
    "some, with several conditions, or remove some first",
    "organization.invalid_name": "the service does not accept the organization's own name, which a change of the "
    "organization sends along; correct the name in the console",
    "organization.invalid_access": "the API key is not for this organization; check organization_id and the key",
    "organization.invitation_already_exists": "there is an open invitation already; run again to have it replaced",
    "organization.invitation_invalid_email": "the service does not accept this address; correct it",
    "organization.invitation_not_found": "the invitation is gone: accepted, revoked or expired; run again; if this "
    "happens again, the service's list is out of date",
    "organization.invitations_pending_limit_exceeded": "there are as many pending invitations as the service allows; "
    "revoke some that nobody accepts, then run again",
    "organization.invitations_rate_limit_exceeded": "the service's limit for sending invitations is reached; "
    "run again later, the rest is invited then",
    "organization.membership_not_found": "the person has left the organization meanwhile; run again; if this happens "
    "again, the service's list is out of date",
    "organization.not_found": "or the API key is not for it; check organization_id, the key and endpoint",
    "organization.user_organization_already_belongs": "the person belongs to another organization; "
    "they have to leave it first, or be invited with another address",
    "organization.user_organization_does_not_belong": "the API key belongs to somebody outside of this organization; "
    "use a key that an owner of this organization made",
    "role_assignments.invalid_target_user_id": "the service does not know this user id; run again to read it again",
    "role_assignments.unauthorized_role_assignments": "either the API key lacks the organization owner role, or a "
    "deployment, project or cluster named here is stopped and hidden, deleted or out of the key's reach; bring it "
    "back, or leave these grants as they are (refused_grants=warn of org_team tolerates it for single ones)",
    "root.invalid_authentication": "the API key is not accepted for this; use a valid key of an organization owner",
    "root.invalid_data": "the service did not understand the request; compare role ids and other ids with the console",
    "root.unauthorized": "the API key is unknown, revoked or expired; create a new one in the console",
    "user.not_found": "the service does not know this user, or the owner of the API key; run again, then check the key",
}
ADVICE_BY_STATUS = {
    401: ADVICE["root.unauthorized"],
    403: "the API key may not do this; use a key with the organization owner role",
    404: "it is gone or never was there; run again, then check organization_id",
    413: "the request was too large for the service",
    414: "the request was too long for the service",
    429: "the service's rate limit is reached; run again later",
}
KEY_ENDS = "The API key in use ends on"  # how the warning begins that the role's report repeats
IN_TROUBLE = "the service has a problem; run again: what was done is kept, what is missing is done then"
NO_ANSWER = (
    "check endpoint, the proxies in the environment and the network, then run again: what was done is kept, what is "
    "missing is done then"
)


class ElasticCloudError(Exception):
    """Base of everything that a module reports as its failure. `str()` is the message."""

    def result(self) -> dict[str, t.Any]:
        """Return what the module's result holds beside `msg`."""
        return {}


class InputError(ElasticCloudError):
    """The input is wrong; nothing was changed. Tells every problem at once."""

    def __init__(self, problems: t.Sequence[str]) -> None:
        problems = list(map(plain, problems))
        lines = problems[0] if len(problems) == 1 else "".join(f"\n- {problem}" for problem in problems)
        count = "" if len(problems) == 1 else f"{len(problems)} problems in the input, nothing was changed:"
        super().__init__(f"{count}{lines}")


class GuardError(ElasticCloudError):
    """A guard refuses a plan.

    name: the guard; limit: what it allows; found: what the plan has; emails: whom it is about (user ids where there is
    no email). All three can be read by playbooks in the result's `guard`.
    """

    def __init__(self, name: str, message: str, limit: int, found: int, emails: list[str]) -> None:
        super().__init__(message)
        self.name, self.limit, self.found, self.emails = name, limit, found, emails

    def result(self) -> dict[str, t.Any]:
        """Return `guard` as the contract has it."""
        return {"guard": {"name": self.name, "limit": self.limit, "found": self.found, "emails": self.emails}}


class ApiError(ElasticCloudError):
    """The service refused a request, or did not answer it.

    status: the HTTP status, None without an answer; codes: the service's error codes; message: its words, with what to
    do; path: as it may be shown, without invitation tokens.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        codes: t.Sequence[str] = (),
        method: str | None = None,
        path: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.status, self.codes, self.method, self.path, self.request_id = status, list(codes), method, path, request_id
        self.retry_after = retry_after
        self.message = message = plain(message)
        answer = " ".join(str(part) for part in (status, *self.codes) if part is not None)
        super().__init__(f"{method} {path}: {answer + ': ' if answer else ''}{message}" if method else message)

    def details(self) -> dict[str, t.Any]:
        """Return `error` as the contract has it."""
        return {
            "status": self.status,
            "codes": self.codes,
            "message": self.message,
            "method": self.method,
            "path": self.path,
            "request_id": self.request_id,
        }

    def during(self, attempt: str) -> ApiError:
        """Return the same error, with what was attempted before its words."""
        self.args = (f"{attempt}: {self}",)
        return self

    def result(self) -> dict[str, t.Any]:
        """Return the details under `error`."""
        return {"error": self.details()}

    def coded(self, code: str | None, message: str) -> ApiError:
        """Return the same error with one of our own codes before the service's, if there is one to add, and a message
        that explains it.
        """
        return ApiError(
            message,
            status=self.status,
            codes=[*filter(None, [code]), *self.codes],
            method=self.method,
            path=self.path,
            request_id=self.request_id,
        )


class LostReply(ApiError):
    """A write was sent and its outcome is not known: it may have happened or not. Reading again settles it."""


def advice(status: int | None, codes: t.Iterable[str]) -> str:
    """Return what to do about a refusal with this HTTP status and these error codes."""
    for code in codes:
        if code in ADVICE:
            return ADVICE[code]
    if status is None:
        return NO_ANSWER
    return ADVICE_BY_STATUS.get(status, IN_TROUBLE if status >= 500 else "see the message")


class Findings:
    """Problems and warnings that checking the input has found, each naming the entry that it is about.

    organizations: the ids that stand in the input and cannot be compared before the organization is discovered, with
    the places where they stand; unresolved: names that fit no resource, or several, which are problems too, but must
    not keep in who is to leave.
    """

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.unresolved: list[str] = []
        self.organizations: dict[str, list[str]] = {}
        self._warnings: dict[str, list[str]] = {}

    def problem(self, where: str, what: str) -> None:
        """Note something that forbids to go on."""
        self.problems.append(f"{where}: {what}")

    def unresolved_name(self, where: str, what: str) -> None:
        """Note the name of a resource that fits nothing, or several."""
        self.unresolved.append(f"{where}: {what}")

    def warn(self, where: str, what: str) -> None:
        """Note something that the user should know of."""
        self._warnings.setdefault(what, []).append(where)

    def other_organization(self, where: str, named: str, organization_id: str) -> None:
        """Note that a block is for an organization other than the one that it would be applied to."""
        self.problem(where, f"organization_id is {named!r}, but this definition is applied to {organization_id!r}")

    def note_organizations(self, organization_id: str) -> None:
        """Note where the organization, now that it is known, is not the one that stands in the input."""
        for named, places in self.organizations.items():
            for where in places if named != organization_id else ():
                self.other_organization(where, named, organization_id)

    def check_organizations(self, organization_id: str) -> None:
        """Raise InputError if the organization, now that it is known, is not the one that stands in the input."""
        self.note_organizations(organization_id)
        self.check()

    @property
    def warnings(self) -> list[str]:
        """The warnings, one for each thing to know, however many entries it is about."""
        return [f"{some_of(where)}: {plain(what)}" for what, where in self._warnings.items()]

    def check(self) -> None:
        """Raise InputError with all problems, if there are any beside names that fit nothing."""
        if self.problems:
            raise InputError([*self.problems, *self.unresolved])


def plain(text: str | None) -> str:
    """Return a text as a message may have it: control and format characters, which could confuse a terminal, are spelt
    out, and so are line feeds.
    """
    if not text or text.isprintable():
        return text or ""
    return "".join(letter if letter.isprintable() else _spelt_out(letter) for letter in text)


def _spelt_out(letter: str) -> str:
    return f"\\u{ord(letter):04x}" if ord(letter) < 0x10000 else f"\\U{ord(letter):08x}"


def some_of(names: t.Sequence[str], most: int = 5) -> str:
    """Return names in one line: the first of them, and how many more there are."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return plain(", ".join(names[:most])) + more


def counted_people(count: int, kind: str = "") -> str:
    """Return how many people there are in words: `1 person`, `2 people`, `1 protected person`."""
    return f"{count} {kind} {'person' if count == 1 else 'people'}".replace("  ", " ")


def did_you_mean(word: str, known: t.Iterable[str], *, prefix: str = "") -> str:
    """Return ` (did you mean ..?)` with the nearest of the known words, or the empty string.

    prefix: what all of them begin with, and which therefore makes none nearer.
    """
    words = sorted(one.removeprefix(prefix) for one in known)
    near = difflib.get_close_matches(word.removeprefix(prefix), words, n=1)
    return f" (did you mean {prefix + near[0]!r}?)" if near else ""
