# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A module that is given what org_team is given, and does nothing with it."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule


def main() -> None:
    module = AnsibleModule(
        argument_spec={
            "organization_id": {"type": "str"},
            "members": {"type": "list", "elements": "raw", "required": True},
            "groups": {"type": "dict"},
        }
    )
    module.exit_json(changed=False)


if __name__ == "__main__":
    main()
