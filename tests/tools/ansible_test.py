# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Run ansible-test from a checkout of any name, and believe it only if it has tested something.

    .venv/bin/python -m tests.tools.ansible_test sanity|units|integration [arguments of ansible-test]

It is the ansible-test of the Python that runs this; `tests.tools.cores` does so with one after another.

ansible-test insists on a directory `ansible_collections/orgops/elastic_cloud` and sees through symbolic links, so it
gets a copy. It keeps its virtual environments in the copy and in the home directory; both are under .cache, apart for
each minor release of ansible-core, and stay there between runs.
"""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PLACE = ROOT / ".cache/cores" / ".".join(importlib.metadata.version("ansible-core").split(".")[:2])
HOME = PLACE / "home"
STAGE = PLACE / "stage/ansible_collections/orgops/elastic_cloud"

# A line that ansible-test, or what it starts, prints only when there was something to test
EVIDENCE = {
    "sanity": r"^Running sanity test ",
    "units": r"\b[1-9]\d* passed\b",
    "integration": r"^Running \S+ integration test role",
}

# ansible-test downloads get-pip.py from a host that is not a package index and that firewalls tend not to know. The pip
# that comes with Python installs the wanted pip as well, from the index that everything else comes from.
GET_PIP = """\
import subprocess, sys
arguments = [argument for argument in sys.argv[1:] if argument not in ("--no-setuptools", "--no-wheel")]
subprocess.run([sys.executable, "-m", "ensurepip", "--default-pip"], check=True, stdout=subprocess.DEVNULL)
sys.exit(subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", "--upgrade", *arguments]).returncode)
"""


def main(command: str, *arguments: str) -> int:
    """Run ansible-test and return the exit code: its own, or 1 if it passed without having tested anything."""
    _stage()
    if command == "integration" and sys.version_info < (3, 11):
        _lend_python_to_emulator()
    _prepare_home(os.environ)
    environment = {**os.environ, "HOME": str(HOME), "PATH": search_path(os.environ["PATH"])}
    tested = False
    with subprocess.Popen(
        ["ansible-test", command, *arguments],
        cwd=STAGE,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        for line in process.stdout or ():
            print(line, end="", flush=True)
            tested = tested or re.search(EVIDENCE[command], line) is not None
    if process.returncode == 0 and not tested:
        print(f"ansible-test {command} passed without having tested anything", file=sys.stderr)
        return 1
    return process.returncode


def _stage() -> None:
    """Make the copy equal to the checkout: committed files and new ones, without what git ignores."""
    STAGE.mkdir(parents=True, exist_ok=True)
    # Without a repository of its own the copy would count as an ignored part of the checkout, and have no files.
    subprocess.run(["git", "init", "--quiet"], cwd=STAGE, check=True)
    for name in files(STAGE):
        (STAGE / name).unlink()
    for name in files(ROOT):
        (STAGE / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, STAGE / name, follow_symlinks=False)


def files(repository: Path) -> list[str]:
    """Return the names of what is committed in a checkout, or would be with `git add --all`."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    names = subprocess.run(listing, cwd=repository, check=True, stdout=subprocess.PIPE, text=True).stdout.split("\0")
    # git goes on listing a file that has been deleted until that is committed
    return [name for name in names if name and os.path.lexists(repository / name)]


def _lend_python_to_emulator() -> None:
    """Have the emulator run on the Python that make has set up, since that of the tests is too old for it."""
    settings = {"emulator_python": str(ROOT / ".venv/bin/python")}
    (STAGE / "tests/integration/integration_config.yml").write_text(json.dumps(settings))


def _prepare_home(environment: Mapping[str, str]) -> None:
    """Give ansible-test a home directory with the start of pip and with the pip configuration of the caller."""
    # ansible-test passes no PIP_ variables on, so they go where pip looks, next to the user's own file, which
    # keeps its lower rank in the older of pip's two places.
    theirs = {name[4:].lower().replace("_", "-"): value for name, value in environment.items() if name[:4] == "PIP_"}
    settings = {"cache-dir": str(ROOT / ".cache/pip"), **theirs}
    settings.pop("config-file", None)
    pip_conf = HOME / ".config/pip/pip.conf"
    pip_conf.parent.mkdir(parents=True, exist_ok=True)
    pip_conf.touch(mode=0o600)
    pip_conf.write_text("\n".join(["[global]", "quiet = 2", *(f"{key} = {value}" for key, value in settings.items())]))
    link = HOME / ".pip/pip.conf"
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(Path(environment["HOME"], ".config/pip/pip.conf"))

    cache = HOME / ".ansible/test/cache"
    cache.mkdir(parents=True, exist_ok=True)
    source = importlib.resources.files("ansible_test").joinpath("_internal/python_requirements.py").read_text()
    for version in re.findall(r"\bpip='([\d.]+)'", source):
        (cache / f"get_pip_{version.replace('.', '_')}.py").write_text(GET_PIP)


def search_path(path: str) -> str:
    """Replace pyenv's shims by the Pythons behind them: ansible-test fails on the shim of one that is not active."""
    directories = [str(Path(sys.executable).parent)]
    for directory in map(Path, path.split(os.pathsep)):
        if directory.name == "shims":
            directories += map(str, sorted(directory.parent.glob("versions/3.*/bin")))
        else:
            directories.append(str(directory))
    return os.pathsep.join(directories)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
