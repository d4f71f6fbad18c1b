# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The documents of the project, and the blocks in them that people copy or compare with what they see."""

from __future__ import annotations

import re
import subprocess
import textwrap
import typing as t
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GUIDES = ROOT / "docs/docsite/rst"
DOCUMENTS = [
    ROOT / "README.md",
    *sorted(ROOT.glob("roles/*/README.md")),
    *sorted(ROOT.glob("docs/**/*.md")),
    *sorted(ROOT.glob("skills/**/*.md")),
    GUIDES.parent / "index.rst",
    *sorted(GUIDES.glob("*.rst")),
]
MARKDOWN = re.compile(r"^(?P<title>#+ .+)\n|^```(?P<language>\S*)\n(?P<text>(?s:.*?))^```", re.MULTILINE)
RST = re.compile(
    r"^(?P<title>\S.*)\n(?P<line>[=\-~^])(?P=line)+\n"
    r"|^(?P<indent> *)\.\. code-block::(?: (?P<language>\S+))?\n(?P<options>(?:(?P=indent) +:.*\n)*)"
    r"\n(?P<text>(?:(?P=indent) +\S.*\n|\s*\n)+)",
    re.MULTILINE,
)


class Block(t.NamedTuple):
    """A block: in which document, line and section it stands, its language, and the file that it is for, if any."""

    document: Path
    line: int
    section: str
    language: str
    file: str
    text: str

    @property
    def place(self) -> str:
        """Where it is, for messages."""
        return f"{self.document.relative_to(ROOT)}:{self.line}"


def blocks(document: Path) -> list[Block]:
    """Return the blocks of a Markdown or reStructuredText document, in its order."""
    content = document.read_text(encoding="utf-8")
    found, section = [], ""
    for match in (RST if document.suffix == ".rst" else MARKDOWN).finditer(content):
        if match["title"]:
            section = match["title"].lstrip("# ")
            continue
        caption = re.search(r":caption: (.+)", match.groupdict().get("options") or "")
        line = content.count("\n", 0, match.start("text")) + 1
        text = textwrap.dedent(match["text"]).strip("\n") + "\n"
        found.append(Block(document, line, section, match["language"] or "", caption[1] if caption else "", text))
    return found


def shell(commands: str, folder: Path, environment: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    """Run what a guide says in a folder, up to the first command that fails; the output has errors in it as well."""
    return subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
