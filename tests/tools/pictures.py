# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Draw what runs print, for the README and the site: docs/pictures/*.svg.

    .venv/bin/python -m tests.tools.pictures

The runs are real ones, against the emulator, of the organization and the definition in the guide "Getting started".
Rich makes the drawing. Without Ansible's own lines around it, and with nothing in it that differs from run to run, a
picture changes only when the collection does. tests/docs/test_pictures.py says when they have to be made anew.
"""

from __future__ import annotations

import html
import io
import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console
from rich.text import Text

from ..demo import OWNER, environment, worth_reading
from ..docs.guides import GUIDES, ROOT, blocks
from ..emulator.testing import Emulator, serve

FOLDER = ROOT / "docs/pictures"
PLAYBOOK = "ansible-playbook orgops.elastic_cloud."
DEFINITION = "inventory/host_vars/acme.yml"
WIDTH = 100  # columns
EXTRA = re.compile(r"^(?:\x1b\[[\d;]*m)?\[ERROR\]: (?s:.*?)^(?=(?:\x1b\[[\d;]*m)?fatal: )", re.MULTILINE)
CONTROL = re.compile(r"[\x00-\x08\x0b-\x1a\x1c-\x1f\x7f-\x9f\ufffe\uffff\ud800-\udfff]")

# Rich's own format loads a font from the network. Spaces are to be kept, and who cannot see it is told what it shows.
FORMAT = """\
<!--
Copyright (c) 2026, Orgops
GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
SPDX-License-Identifier: GPL-3.0-or-later
-->
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">
<title>TEXT</title>
<style>
.{unique_id}-matrix {{
  font-family: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", "Liberation Mono", monospace;
  font-size: {char_height}px;
}}
.{unique_id}-title {{ font: bold 18px sans-serif; }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/>
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


@dataclass(frozen=True)
class Picture:
    """A run to draw.

    title: what stands above it; text: what it shows, for who cannot see it; command: what is run; applied: whether the
    definition was applied before; slip: a text of the definition and what stands there instead by now; owner: who was
    made an owner by hand since.
    """

    title: str
    text: str
    command: str
    applied: bool = False
    slip: tuple[str, str] = ("", "")
    owner: str = ""


PICTURES = {
    "check": Picture(
        "What would change?",
        "A terminal: a check with a diff. One person would be invited, and the roles of another would change.",
        f"{PLAYBOOK}org_team -i inventory --check --diff",
    ),
    "refused": Picture(
        "A slip: the last owner has become a developer",
        "A terminal: a plan that would leave the organization without an owner is refused, and nothing was changed.",
        f"{PLAYBOOK}org_team -i inventory",
        applied=True,
        slip=("groups: [owners]", "groups: [developers]"),
    ),
    "audit": Picture(
        "The job that looks every night",
        "A terminal: an audit finds that somebody was made an owner by hand, shows it as a diff, and fails.",
        f"{PLAYBOOK}org_audit -i inventory --diff",
        applied=True,
        owner="uma.rao@example.com",
    ),
}


def run(picture: Picture, folder: Path) -> str:
    """Return what the run of a picture prints, with its colours. The folder is for the files of the guide."""
    files = {block.file: block.text for block in blocks(GUIDES / "guide_getting_started.rst") if block.file}
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    scenario = json.loads(files["acme.json"])
    emulator = Emulator()
    emulator.load(scenario)
    with serve(emulator) as endpoint:
        key = scenario["keys"][0]["secret"]
        variables = environment(endpoint, folder) | {"ANSIBLE_FORCE_COLOR": "true", "EC_API_KEY": key}

        def shown(command: str) -> str:
            program, *options = command.split()
            return subprocess.run(
                [Path(sys.executable).with_name(program), *options],
                cwd=folder,
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # progress, which is told on busy machines alone
                text=True,
                check=False,
            ).stdout

        if picture.applied:
            shown(f"{PLAYBOOK}org_team -i inventory")
        if picture.owner:
            emulator.grant(scenario["organizations"][0]["id"], picture.owner, OWNER)
        (folder / DEFINITION).write_text(files[DEFINITION].replace(*picture.slip, 1), encoding="utf-8")
        return shown(picture.command)


def telling(output: str) -> str:
    """Return the part of a playbook's output that the collection has a say in: the tasks that say something. Left out
    are the heading of the play, the recap, and what newer releases of ansible-core say of an error besides.
    """
    shown = EXTRA.sub("", "".join(worth_reading(output.splitlines(keepends=True))))
    return "TASK [" + shown.partition("TASK [")[2].partition("PLAY RECAP")[0].strip("\n")


def draw(picture: Picture, output: str) -> str:
    """Return an output, with its colours, as a drawing of a terminal that has it: SVG, which loads nothing."""
    text = Text.from_ansi(CONTROL.sub("\N{REPLACEMENT CHARACTER}", output))
    console = Console(file=io.StringIO(), record=True, width=WIDTH, force_terminal=True, color_system="truecolor")
    for line in [Text(f"$ {picture.command}", style="bold"), Text(""), *text.split("\n", allow_blank=True)]:
        for start in range(0, max(len(line), 1), WIDTH):  # a terminal breaks lines anywhere
            console.print(line[start : start + WIDTH], no_wrap=True, crop=False, highlight=False)
    words = html.escape(picture.text).replace("{", "{{").replace("}", "}}")
    return console.export_svg(title=picture.title, code_format=FORMAT.replace("TEXT", words), unique_id="terminal")


def main() -> int:
    """Make all pictures anew, and say where they are."""
    FOLDER.mkdir(exist_ok=True)
    for name, picture in PICTURES.items():
        with tempfile.TemporaryDirectory(prefix="ec-") as folder:
            drawing = draw(picture, telling(run(picture, Path(folder))))
        path = FOLDER / f"{name}.svg"
        path.write_text(drawing, encoding="utf-8")
        print(path)
    return 0


if __name__ == "__main__":
    sys.exit(main())
