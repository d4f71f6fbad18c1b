# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# Private to the collection: this file may change in any release.

"""The rules of an access review in the words of its page.

Pure: knows neither Ansible nor HTTP.
"""

from __future__ import annotations

# What each rule finds, the worst first.
MEANINGS = {
    "absent_still_there": "Somebody who should be gone is still in.",
    "owner_unmanaged": "An organization owner whom the definition does not make one.",
    "owner_external": "An organization owner from outside.",
    "owner_mapping_for_anybody": "A role mapping that makes anybody an organization owner.",
    "excess_grant": "Access that the definition does not give.",
    "unmanaged_member": "A member of whom the definition says nothing.",
    "too_few_owners": "Fewer organization owners than there have to be.",
    "ignored_owner": "An organization owner about whom the definition is told not to decide.",
    "leavers_key": "An API key whose creator is no member any more.",
    "owner_key_without_end": "An API key of an organization owner's power that never ends.",
    "decision_not_carried_out": "Access that was to be revoked after a review and is still there.",
    "external_member": "A member from outside.",
    "external_without_end": "Somebody from outside whose access has no end.",
    "too_many_owners": "More organization owners than there should be.",
    "admin_of_all": "Somebody who may change everything of a kind, and not single things of it.",
    "owner_invited": "An invitation to become an organization owner.",
    "unmanaged_invitation": "An invitation of which the definition says nothing.",
    "not_understood": "Access that this version cannot judge.",
    "no_email": "A member without an email.",
    "shared_email": "Several members with one email.",
    "owner_key": "An API key of an organization owner's power.",
    "key_without_end": "An API key that never ends.",
    "mapping_overwrites_definition": "Role mappings that undo the definition when people log in.",
    "exemption_expired": "An exemption that has run out.",
    "missing_member": "Somebody who should be in and is not.",
    "missing_grant": "Access that the definition gives and the person does not have.",
    "roles_unstated": "An entry of the definition that says nothing about access.",
    "no_roles": "A member without any access.",
    "invitation_expired": "An invitation that nobody has accepted in time.",
    "until_soon": "Access that ends soon.",
    "key_ends_soon": "An API key that ends soon.",
    "dangling_resource": "Access to something that is not there any more.",
    "sso_not_enforced": "Single sign-on is there, and people may log in without it.",
}
