# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`make demo`: the example inventory, applied to two organizations in the emulator that are no longer what it says.

Nothing leaves the machine, nothing is written outside of a temporary folder, and nothing keeps running: the emulator is
a thread of this process, and ansible-playbook is stopped with it. Exits with 0 if everything went as the words say.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

import yaml

if __name__ == "__main__":
    sys.dont_write_bytecode = True

from .emulator.emulator import Emulator
from .emulator.testing import serve

ROOT = Path(__file__).resolve().parents[1]
INVENTORY = Path("docs/examples/inventory")
ACME, GLOBEX = "1402593716", "2817604953"
OWNER = {"organization": [{"role_id": "organization-admin"}]}
EVERY_DEPLOYMENT = {"deployment": [{"role_id": "deployment-viewer", "all": True}]}
LOST = 4  # people of globex by the mistake, of whom one run may remove three
FORGOTTEN = "nightly export"  # the API key of somebody who has to go
CLUSTERS = {"cloud_connected_resource": [{"role_id": "cloud-connected-admin", "all": True}]}

SUCCEEDED, HOSTS_FAILED = 0, 2  # exit codes of ansible-playbook
TRUE = ("1", "on", "t", "true", "y", "yes")  # as Ansible reads them
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
SAYS_NOTHING = re.compile(r"ok: \[\w+\]")
PROGRESS = re.compile(r"(acme|globex): ")  # of a task that takes long, so on busy machines alone
WIDTH = 79  # of our own lines, as of Ansible's headings


class DemoError(Exception):
    """Something did not go as the demo says it does."""


class Demo:
    """Two organizations, and ansible-playbook to bring them in order."""

    def __init__(self, emulator: Emulator, endpoint: str, folder: Path) -> None:
        self.emulator = emulator
        self.folder = folder
        self.environment = environment(endpoint, folder)
        for name, organization in (("acme", ACME), ("globex", GLOBEX)):
            emulator.add_organization(name, organization)
            self.environment[f"{name.upper()}_EC_API_KEY"] = emulator.add_key(organization)

    def apply(self, *options: str, inventory: Path = INVENTORY, show: bool = True, expected: int = SUCCEEDED) -> str:
        """Run the playbook and return what it printed, without colours. What is worth reading of it is shown at once,
        unless it goes unseen as expected.
        """
        command = ["ansible-playbook", "orgops.elastic_cloud.org_team", "-i", str(inventory), *options]
        if show:
            print(f"    $ {' '.join(command)}", flush=True)
        program = str(Path(sys.executable).with_name(command[0]))
        lines: list[str] = []
        # In a session of its own: a terminal's Ctrl-C does not reach it but us, and we end it with all that it started.
        with subprocess.Popen(
            [program, *command[1:]],
            cwd=ROOT,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        ) as process:
            try:
                for part in worth_reading(kept(process.stdout or (), lines)):
                    if show:
                        print(part, end="", flush=True)
            except BaseException:
                os.killpg(process.pid, signal.SIGTERM)
                raise
        output = "".join(lines)
        if process.returncode != expected:
            raise DemoError(f"{'' if show else output}ansible-playbook ended with exit code {process.returncode}.")
        return COLOUR.sub("", output)

    def drift(self) -> None:
        """Bring the organizations to where the example inventory had them, and then let life go on."""
        emulator = self.emulator
        for organization, email in (
            (ACME, "ada.lindt@example.com"),
            (ACME, "benoit.carre@example.com"),
            (GLOBEX, "alma.jensen@example.org"),
            (GLOBEX, "bruno.costa@example.org"),
        ):
            emulator.add_member(organization, email, OWNER)
        self.apply(show=False)
        for organization in (ACME, GLOBEX):
            for email, person in emulator.people(organization).items():
                if person["status"] == "pending":
                    emulator.accept(email, organization)

        emulator.remove(ACME, "tove.lund@example.com")
        emulator.grant(ACME, "nils.berg@example.com", CLUSTERS)
        for email in ("anton.klein@example.net", "bea.fischer@example.com", "hal.newcomer@example.com"):
            emulator.add_member(ACME, email, EVERY_DEPLOYMENT)
        emulator.add_key(ACME, email="anton.klein@example.net", name=FORGOTTEN, role_assignments=EVERY_DEPLOYMENT)
        emulator.add_key(GLOBEX, email="bruno.costa@example.org", name="terraform")
        emulator.add_member(GLOBEX, "quinn.stranger@example.org", EVERY_DEPLOYMENT)
        for organization in (ACME, GLOBEX):  # those whom both definitions ignore
            emulator.add_member(organization, "emergency@example.com", OWNER)
            emulator.add_member(organization, "ivy@sso.example.com", EVERY_DEPLOYMENT)
        emulator.log.clear()

    def cut(self) -> Path:
        """Return a copy of the inventory in which the last people of globex are missing."""
        copy = Path(shutil.copytree(ROOT / INVENTORY, self.folder / "inventory"))
        file = copy / "host_vars/globex.yml"
        variables = yaml.safe_load(file.read_text(encoding="utf-8"))
        del variables["org_team_members"][-LOST:]
        file.write_text(yaml.safe_dump(variables), encoding="utf-8")
        return copy

    def writes(self) -> int:
        """Return how many requests that change something were made since the last time of asking."""
        methods = [request["method"] for request in self.emulator.log]
        self.emulator.log.clear()
        return len(methods) - methods.count("GET")


def kept(lines: Iterable[str], keep: list[str]) -> Iterator[str]:
    """Yield lines as they come, and keep all of them."""
    for line in lines:
        keep.append(line)
        yield line


def worth_reading(lines: Iterable[str]) -> Iterator[str]:
    """Yield a playbook's output as it comes, without the tasks of which there is no more to say than `ok`, and
    without what is said only where it takes long.
    """
    held = ""  # the heading of a task, as long as it has said nothing
    for line in lines:
        text = COLOUR.sub("", line).rstrip()
        if PROGRESS.match(text):
            continue
        if text.startswith("TASK ["):
            held = line
        elif held and (not text or SAYS_NOTHING.fullmatch(text)):
            held = held + line if text else ""
        else:
            yield held + line
            held = ""


def colours() -> bool:
    """Return whether our output goes to a terminal that shows colours, to somebody who wants to see them."""
    variables = os.environ
    unwanted = variables.get("NO_COLOR") or variables.get("ANSIBLE_NOCOLOR", "").lower() in TRUE
    return sys.stdout.isatty() and variables.get("TERM") != "dumb" and not unwanted


def environment(endpoint: str, folder: Path) -> dict[str, str]:
    """Return the environment for Ansible's programs: those beside this Python come first, no settings or keys of the
    user, and all files in the folder.
    """
    collections = folder / "collections/ansible_collections/orgops"
    collections.mkdir(parents=True)
    (collections / "elastic_cloud").symlink_to(ROOT)
    (folder / "ansible.cfg").touch()
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("ANSIBLE_", "EC_"))}
    return ours | {
        "ANSIBLE_COLLECTIONS_PATH": str(folder / "collections"),
        "ANSIBLE_CONFIG": str(folder / "ansible.cfg"),
        "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
        "ANSIBLE_FORCE_COLOR": str(colours()),
        "ANSIBLE_HOME": str(folder / "ansible"),
        "ANSIBLE_REMOTE_TMP": str(folder / "remote"),
        "EC_ENDPOINT": endpoint,
        "NO_PROXY": "127.0.0.1",
        "no_proxy": "127.0.0.1",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        "TMPDIR": str(folder),  # short, for there are sockets in it
    }


def say(text: str) -> None:
    """Print paragraphs in lines of a length that is easy to read; one with indented lines stays as it is."""
    for paragraph in textwrap.dedent(text).strip("\n").split("\n\n"):
        filled = textwrap.fill(paragraph, WIDTH, break_on_hyphens=False)
        print(paragraph if "\n " in paragraph else filled, end="\n\n")


def step(title: str, text: str) -> None:
    """Print the heading and the words of one step."""
    print(f"{f'== {title} ':=<{WIDTH}}\n")
    say(text)


def check(holds: bool, otherwise: str) -> None:
    """Stop the demo if something does not hold."""
    if not holds:
        raise DemoError(otherwise)


def counts(output: str, word: str) -> list[int]:
    """Return what the recap at the end of a playbook's output, without colours, counts under a word for each host."""
    return [int(number) for number in re.findall(rf"\b{word}=(\d+)", output)]


def run(demo: Demo) -> None:
    """The demo itself."""
    say(
        """
        An emulator of Elastic Cloud runs on this machine with two organizations, acme and globex. Who should have
        which access there is written in docs/examples/inventory. First the organizations are made so, then we let some
        time go by. All of it takes about ten seconds."""
    )
    demo.drift()
    say(
        """
        In acme, somebody has removed tove.lund and given nils.berg a role, both in the console. The contract of
        anton.klein is over, but he is still there, and so is an API key of his. bea.fischer has left the company and
        still has access. Nobody has written down hal.newcomer. In globex, nobody has written down quinn.stranger.

        What follows is Ansible's own output, without the tasks that say nothing but "ok"."""
    )

    step("1. What would change?", "--check changes nothing. --diff shows each person: now (-), and as defined (+).")
    output = demo.apply("--check", "--diff")
    check(demo.writes() == 0, "The check has changed something.")
    check(counts(output, "changed") == [1, 1], "The check has not found both organizations changed.")
    check(FORGOTTEN in output, "The check has not found the contractor's API key.")
    say(
        """
        The lines that begin with "planned" say who and why. hal.newcomer stays, listed as unmanaged, because acme
        keeps people whom its definition does not name. globex does not, its definition says purge: quinn.stranger
        goes. The warning is about the contractor's API key: it would work on without him."""
    )

    step("2. Do it", "The same without --check. Each organization is changed with its own API key.")
    output = demo.apply()
    check(demo.writes() > 0 and counts(output, "changed") == [1, 1], "Not both organizations were changed.")

    step("3. Is that all?", "Once more: two requests for each organization show that nothing is left to do.")
    output = demo.apply("--diff")
    check(demo.writes() == 0 and counts(output, "changed") == [0, 0], "The second run has changed something again.")

    step(
        "4. And a mistake?",
        """
        In a copy of the inventory, the last four people of globex are missing. With purge they would be removed. But
        the definition also says that one run may remove three people at most.""",
    )
    output = demo.apply("--limit", "globex", inventory=demo.cut(), expected=HOSTS_FAILED)
    check(demo.writes() == 0, "The mistake has changed something.")
    check("max_removals" in output and counts(output, "failed") == [1], "The mistake was not refused.")
    say("The guard max_removals refused the plan as a whole, before anything was changed.")

    step(
        "Your own organization",
        """
        README.md has the way there: an API key of an organization owner, a definition that is written down for you
        from what is there, and a check that then finds nothing to do. None of these steps changes anything.""",
    )


def main() -> int:
    """Run the demo; return the exit code."""
    # Ctrl-C counts also where it is ignored, as in a background job. Ended from outside, it clears up in the same way.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _frame: sys.exit(128 + number))
    start = time.monotonic()
    emulator = Emulator()
    try:
        with (
            tempfile.TemporaryDirectory(prefix="ec-demo-", ignore_cleanup_errors=True) as folder,
            serve(emulator) as endpoint,
        ):
            run(Demo(emulator, endpoint, Path(folder)))
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 130
    except DemoError as error:
        print(f"\nThe demo has failed. {error}", file=sys.stderr)
        return 1
    seconds = time.monotonic() - start
    print(
        f"The demo is green: every step went as it says. It took {seconds:.0f} seconds, and the emulator has stopped."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
