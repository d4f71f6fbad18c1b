# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The readings of what nobody outside the vendor knows about the service: one switch for each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from pydantic import ConfigDict
from pydantic.dataclasses import dataclass


@dataclass(frozen=True, config=ConfigDict(extra="forbid"))
class Switches:
    """How the service behaves where its documentation leaves it open. The defaults are the likeliest readings."""

    existing_invitation: Literal["refuse", "refresh", "refresh_keep_roles"] = "refuse"
    """An email with an open invitation is invited again: an error; or the invitation is replaced by the new one, with
    its roles and a new token; or it is made valid again and mailed, but keeps its roles, which the reply shows."""

    expired_invitation_counts: bool = True
    """Whether an expired invitation is an open one in that sense. If not, the new one simply takes its place."""

    older_invitations: Literal["go", "last_goes", "stay"] = "go"
    """What becomes of the open invitations of somebody who is sent a new one: all go; or the last of them alone, and
    older ones stay valid; or all stay beside the new one. One that is kept and made valid again is the last of them."""

    bad_email_in_batch: Literal["refuse_all", "skip"] = "refuse_all"
    """One email among several cannot be invited: nobody is; or the others are, and the reply lists them alone."""

    several_organizations: bool = False
    """Whether somebody who belongs to another organization can be invited."""

    removal_matching: Literal["exact", "ignore_application_roles"] = "exact"
    """Whether a removal has to name the application roles of a grant to take it away."""

    same_role_other_application_roles: Literal["side_by_side", "replace", "keep"] = "side_by_side"
    """A role is granted on a resource where it is held with other application roles: both are held; or the last; or
    still the first alone, although the call succeeds."""

    redundant_change: Literal["nothing", "error"] = "nothing"
    """What is held is granted, or what is not held is taken away: nothing happens; or the whole call is refused."""

    unknown_id_in_delete: Literal["refuse_all", "ignore"] = "refuse_all"
    """One unknown id among several to delete: the call is refused; or the others go (if none is known: refused)."""

    invitation_all_refused_when_hidden: bool = False
    """Whether all resources of a scope cannot be granted, by invitation or otherwise, where one of them is hidden."""

    unknown_resources: Literal["accept", "refuse"] = "accept"
    """Ids of resources that nobody has declared: good for any test; or refused, as the service does it."""

    role_id_style: Literal["as_given", "full", "short"] = "as_given"
    """How role ids come back: as they were sent, `security-t1-analyst`, or `t1_analyst`."""

    role_id_in_removal: Literal["any", "as_shown"] = "any"
    """Whether a removal may spell a role id in its own way, or has to spell it as the service shows it."""

    grouping: Literal["per_role", "per_grant", "shuffled"] = "per_role"
    """How grants come back: one block for a role, one block for each grant, or in no order and split at random."""

    empty_parts: Literal["absent", "null", "empty"] = "absent"
    """How parts of role assignments come back that hold nothing, and role assignments that hold nothing at all."""

    extra_fields: Mapping[str, Any] = field(default_factory=dict)
    """Fields that no contract names, and every block of role assignments in a reply has. They are no part of a grant,
    and in a request refused as any other field that is not known."""

    unknown_roles: Literal["refuse", "accept"] = "refuse"
    """Role ids that no source names, in a scope where some are named: 400 `root.invalid_data`, so that a misspelt one
    cannot pass unseen; or held and shown as they came."""

    limited_view: Literal["filtered", "left_out", "nothing"] = "filtered"
    """What a limited key sees of role assignments: those in its scope; the same, but the field is left out for people
    who have none there; or the field is left out for everybody."""

    enforcement_shown: Literal["always", "with_null", "when_changed", "never"] = "always"
    """Whether replies show the authentication method that an organization enforces: those that show an organization;
    these, and where it enforces none, that is null instead of left out; or only the one that answers a change of it; or
    none."""

    organization_update: Literal["keep", "clear"] = "keep"
    """What becomes of the settings of an organization that a change of it leaves out: they stay; or they are cleared,
    what is enforced too, and a change without a name is refused."""

    email_case: Literal["as_typed", "lower"] = "as_typed"
    """How emails come back. They are always compared without regard to case."""

    always_fails: frozenset[str] = frozenset()
    """Emails of people, in any case, whom the service cannot cope with: whatever request names one of them, by email,
    user id or token, it answers with 500, and nothing of the request happens."""

    keys_listed: Literal["all", "own", "refuse"] = "all"
    """Which API keys of its organization an owner's key is shown, and can revoke: everybody's; or those that were made
    by the person who made the key itself; or none, since it may do nothing about keys, 403."""

    keys_of_limited: Literal["refuse", "own"] = "refuse"
    """What a limited key may do about API keys: nothing, 403; or what concerns those of the person who made it."""

    keys_elsewhere: bool = False
    """Whether API keys of the same person are shown, too, that belong to an organization which the key does not see."""

    key_organization: bool = True
    """Whether API keys in replies say which organization they belong to."""

    expired_keys: Literal["vanish", "listed"] = "vanish"
    """What becomes of API keys that have expired: they are gone, as documented; or they are still shown."""

    key_text: Literal["id_and_secret", "opaque"] = "id_and_secret"
    """What a new API key looks like: base64 of its id, a colon and a secret; or text that tells nothing."""

    max_keys: int = 500
    """API keys of an organization that may be unexpired at a time; 400 beyond."""

    entries_per_page: int | None = None
    """The most entries of a reply whose `next_page` can be asked for: lists of API keys and of projects."""

    next_page_repeats: bool = False
    """Whether such a list goes round in circles: whatever page is asked for, the first one comes, if there are more."""

    key_expiration: Literal["absent", "iso", "http"] = "absent"
    """How replies tell when the key in use ends, in `X-Elastic-Api-Key-Expiration`: not at all; in ISO 8601; or in the
    form of HTTP dates. The form is not documented. A key without an end has no such header."""

    list_lag: int = 0
    """How many reads of a list, after a write, still show what was there before."""

    page_size: int | None = None
    """The most members, or invitations, that one reply lists. Where there are more, it has the first of them and a
    `next_page`; no source tells how the next one is asked for."""

    max_path_bytes: int | None = None
    """The longest path that is accepted; 414 beyond."""

    max_emails: int | None = None
    """The most emails that one request may invite; 400 `root.invalid_data` beyond."""

    max_pending_invitations: int | None = None
    """Invitations of an organization that may be pending at a time; 400 beyond."""

    pending_limit_counts_expired: bool = False
    """Whether open invitations that have expired count for that limit, too."""

    rate_limit: int | None = None
    """Requests in an interval; 429 beyond. Without a limit, the headers name one that nobody reaches."""

    rate_limit_interval: str = "1s"
    """The interval as the header shows it; the form is not documented."""

    rate_limit_seconds: float = 1.0
    """The interval as it is."""

    rate_limit_headers: bool = True
    """Whether replies carry `x-ratelimit-*`, as documented."""

    retry_after: bool = True
    """Whether a 429 of a limit names the seconds to wait."""

    invitation_limit: int | None = None
    """Invitations that an organization can send in `invitation_limit_seconds`; 429 beyond."""

    invitation_limit_seconds: float = 3600.0

    verification_code: Literal["stays", "changes"] = "stays"
    """A domain's verification code is asked for again: it is the same; or another, and the first is worth nothing."""

    locking_out: Literal["accept", "refuse"] = "accept"
    """What leaves an organization with single sign-on without an owner's mapping, or is enforced where nobody may get
    in, or disables or removes the provider while it is enforced: the service does it; or answers 400
    `root.invalid_data`."""

    certificate_form: Literal["as_given", "pem", "base64_pem", "base64_der"] = "as_given"
    """The form in which certificates come back: as they were sent (those of the service itself as PEM); as PEM text;
    as base64 of that; or as the bare certificate in base64."""

    other_certificate_forms: Literal["accept", "refuse"] = "accept"
    """Whether certificates may be sent in any of these forms, or only in that in which they come back."""

    existing_mapping: Literal["refuse", "replace"] = "refuse"
    """A role mapping is added under a name that there is: 400 `root.invalid_data`; or it takes the other's place."""

    unknown_mapping_in_delete: Literal["skip", "refuse_all"] = "skip"
    """A name that no role mapping has is among those to delete: it is passed over, and the reply lists those that went;
    or the call is refused."""

    max_role_mappings: int | None = None
    """The most role mappings that an organization may have; 400 beyond. The number is not published."""
