# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# /// script
# dependencies = ["antsibull-nox==1.10.0", "nox==2026.10.20"]
# ///

"""The sessions that collections of the Ansible community have; which ones, and how, is said in antsibull-nox.toml."""

from __future__ import annotations

import antsibull_nox
import nox

nox.options.envdir = ".cache/nox"

antsibull_nox.load_antsibull_nox_toml()

if __name__ == "__main__":
    nox.main()
