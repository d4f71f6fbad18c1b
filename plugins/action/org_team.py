# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs the module org_team like any other, and meanwhile shows how far it is."""

from __future__ import annotations

import tempfile
import threading
import typing as t

from ansible import constants
from ansible.plugins.action.normal import ActionModule as ModuleRunner

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._progress import FILE
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._progress import to_people, watch


class ActionModule(ModuleRunner):  # type: ignore[misc]
    """The module, and a line now and then where it takes long and runs on the controller, as it normally does."""

    def run(self, tmp: str | None = None, task_vars: dict[str, t.Any] | None = None) -> dict[str, t.Any]:
        """Return the result of the module."""
        if self._connection.transport != "local" or self._task.async_val:
            return t.cast("dict[str, t.Any]", super().run(tmp, task_vars))
        host = (task_vars or {}).get("inventory_hostname", "")
        ended = threading.Event()
        with tempfile.NamedTemporaryFile(dir=constants.DEFAULT_LOCAL_TMP) as file:
            self._task.environment = [*(self._task.environment or []), {FILE: file.name}]
            watcher = threading.Thread(target=watch, args=(file.name, to_people(host), ended))
            watcher.start()
            try:
                return t.cast("dict[str, t.Any]", super().run(tmp, task_vars))
            finally:
                ended.set()
                watcher.join()
