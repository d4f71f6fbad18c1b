# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module org_api_key like any other, and keeps a new API key out of all that is shown."""

from __future__ import annotations

import typing as t

from ansible.plugins.action.normal import ActionModule as ModuleRunner

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._keys.definition import KEPT_SECRET


class ActionModule(ModuleRunner):  # type: ignore[misc]
    """The module, which puts a new API key into its result only where this plugin sees the result first.

    With async it does not: the result lies in a file until another task fetches it.
    """

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the result of the module, marked as not to be shown where it holds an API key."""
        kept = "" if self._task.async_val else "1"
        self._task.environment = [*(self._task.environment or []), {KEPT_SECRET: kept}]
        result: dict[str, t.Any] = super().run(tmp, task_vars)
        api_key = result.get("api_key")
        if isinstance(api_key, dict) and "secret" in api_key:
            result["_ansible_no_log"] = True
            # ansible-core 2.16.0 takes the mark from the task alone; up to 2.18, so does what a loop comes to. The task
            # is this worker's copy: other hosts, and other items of a loop, have their own.
            self._task.no_log = True
        return result
