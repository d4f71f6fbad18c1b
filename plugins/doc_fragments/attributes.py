# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of what modules can do, as attributes."""

from __future__ import annotations


class ModuleDocFragment:
    """The fragment, as Ansible looks for it. What a module supports stands there."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in check mode, and reports what would change without changing it.
  diff_mode:
    description: Returns what has changed, or would change in check mode. Ansible shows it with C(--diff).
  idempotent:
    description: When run a second time with the same options, nothing is changed.
  action_group:
    description: Use C(group/orgops.elastic_cloud.all) in C(module_defaults) to set options of all modules at once.
    support: full
    membership:
      - orgops.elastic_cloud.all
  platform:
    description: Operating systems on which the module can run.
    support: full
    platforms: posix
"""
