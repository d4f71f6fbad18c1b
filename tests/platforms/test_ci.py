# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files for continuous integration on GitHub and GitLab: they have few rights, take nothing that strangers have
written for a command or for markup, and what they run does what it says.

There is no runner here. What a runner would do besides is left out: checking out, installing, passing on artifacts, and
the comment itself.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import typing as t
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml
from jsonschema.validators import validator_for
from markdown_it import MarkdownIt

from ansible_collections.orgops.elastic_cloud.tests.conftest import ROOT
from ansible_collections.orgops.elastic_cloud.tests.demo import ACME, EVERY_DEPLOYMENT, OWNER, environment
from ansible_collections.orgops.elastic_cloud.tests.docs.commands import faults_of_shell
from ansible_collections.orgops.elastic_cloud.tests.emulator.testing import Emulator, serve
from ansible_collections.orgops.elastic_cloud.tests.platforms.packages import unpacked

FILES = ROOT / "docs/examples/ci"
REPOSITORY = FILES / "repository"
WORKFLOW = FILES / "github/.github/workflows/elastic-cloud.yml"
PIPELINE = FILES / "gitlab/.gitlab-ci.yml"
GITHUB: dict[str, t.Any] = yaml.safe_load(WORKFLOW.read_text(encoding="utf-8"))
GITLAB: dict[str, t.Any] = yaml.safe_load(PIPELINE.read_text(encoding="utf-8"))
JOBS: dict[str, t.Any] = GITHUB["jobs"]
STEPS = [step for job in JOBS.values() for step in job["steps"]]
TEMPLATES = {name: job for name, job in GITLAB.items() if isinstance(job, dict) and "stage" in job}
SET_UP = "Set up Ansible"
SECRET = "${{ secrets.EC_API_KEY }}"
# Has the schemas of both
PACKAGE = "check-jsonschema==0.37.3"
CARLA, JONAS, KAORI, UMA = (
    f"{name}@example.com" for name in ("carla.moretti", "jonas.weber", "kaori.tanaka", "uma.rao")
)
# What members of an organization may call themselves, if they are let
HOSTILE = "##[error]`````<img/src=x>`````@example.com"


# --- what they may


def test_the_workflow_starts_without_rights_and_each_job_says_which_it_needs() -> None:
    assert GITHUB["permissions"] == {}
    assert "pull_request_target" not in GITHUB["on"]
    rights = {name: job["permissions"] for name, job in JOBS.items()}
    assert rights.pop("comment") == {"pull-requests": "write"}
    assert set(map(json.dumps, rights.values())) == {'{"contents": "read"}'}
    assert all(job["timeout-minutes"] for job in JOBS.values())


def test_the_job_that_writes_below_the_request_runs_nothing_of_it() -> None:
    steps = JOBS["comment"]["steps"]
    assert [step["uses"].split("@")[0] for step in steps if "uses" in step] == ["actions/download-artifact"]
    assert "secrets." not in yaml.safe_dump(JOBS["comment"])
    assert "environment" not in JOBS["comment"]


def test_actions_are_those_that_this_project_uses_itself() -> None:
    own = "".join(path.read_text(encoding="utf-8") for path in (ROOT / ".github/workflows").glob("*.yml"))
    used = set(re.findall(r"uses: (.*)", WORKFLOW.read_text(encoding="utf-8")))
    assert used
    assert used <= set(re.findall(r"uses: (.*)", own))
    checkouts = [step for step in STEPS if step.get("uses", "").startswith("actions/checkout@")]
    assert [step["with"] for step in checkouts] == [{"persist-credentials": False}] * 3


def test_the_key_is_in_single_steps_of_protected_jobs_alone() -> None:
    for job in JOBS.values():
        assert "secrets." not in yaml.safe_dump({key: value for key, value in job.items() if key != "steps"})
        with_it = [step for step in job["steps"] if "secrets." in yaml.safe_dump(step)]
        assert [step["env"] for step in with_it] == [{"EC_API_KEY": SECRET}] * len(with_it)
        assert bool(with_it) == ("environment" in job)
    assert "EC_API_KEY" not in yaml.safe_dump(GITLAB)
    assert all("environment" in job for name, job in jobs_of_gitlab())


def test_requests_are_given_another_key_than_what_is_merged_and_those_from_forks_none() -> None:
    assert "github.event.pull_request.head.repo.full_name == github.repository" in JOBS["plan"]["if"]
    assert JOBS["plan"]["environment"] == (
        "${{ github.event_name == 'pull_request' && 'elastic-cloud-request' || 'elastic-cloud-audit' }}"
    )
    assert [JOBS[name]["if"] for name in ("apply", "audit")] == [
        "github.event_name == 'push'",
        "github.event_name == 'schedule'",
    ]
    assert GITHUB["on"]["push"] == {"branches": ["main"]}
    environments = {name: job["environment"]["name"] for name, job in jobs_of_gitlab()}
    assert environments == {
        "request": "elastic-cloud-request",
        "plan": "elastic-cloud-audit",
        "apply": "elastic-cloud-apply",
        "audit": "elastic-cloud-audit",
    }
    (rule,) = TEMPLATES_OF_REQUESTS["rules"]
    assert "$CI_MERGE_REQUEST_SOURCE_PROJECT_ID == $CI_MERGE_REQUEST_PROJECT_ID" in rule["if"]
    sources = {name: re.findall(r'"(\w+)"', job["rules"][0]["if"]) for name, job in jobs_of_gitlab()}
    assert sources == {"request": ["merge_request_event"], "plan": ["push"], "apply": ["push"], "audit": ["schedule"]}


def test_two_applies_never_run_at_once() -> None:
    group = "elastic-cloud-${{ github.event_name }}-${{ github.event.pull_request.number }}"
    cancelled = "${{ github.event_name == 'pull_request' }}"
    assert GITHUB["concurrency"] == {"group": group, "cancel-in-progress": cancelled}
    assert "workflow_dispatch" not in GITHUB["on"], "it would have a group of its own"
    assert {GITLAB[name]["resource_group"] for name in ("plan", "apply")} == {"elastic-cloud"}
    assert not [name for name in ("plan", "apply") if GITLAB[name].get("interruptible")]
    assert GITLAB["apply"]["needs"] == [JOBS["apply"]["needs"]] == ["plan"]


def jobs_of_gitlab() -> Iterator[tuple[str, dict[str, t.Any]]]:
    """Yield the jobs of the pipeline, with what they have from the hidden ones that they extend."""
    for name, job in GITLAB.items():
        if isinstance(job, dict) and name not in ("workflow", "default") and not name.startswith("."):
            yield name, GITLAB.get(job.get("extends", ""), {}) | job


TEMPLATES_OF_REQUESTS = dict(jobs_of_gitlab())["request"]


# --- what they run


def commands_of(job: Mapping[str, t.Any]) -> list[str]:
    """Return what a job of either runs."""
    steps = [step["run"] for step in job.get("steps", []) if "run" in step]
    return [*steps, "\n".join(job.get("script", []))] if "script" in job else steps


SCRIPTS = [
    *((f"GitHub: {name}", text) for name, job in JOBS.items() for text in commands_of(job)),
    *((f"GitLab: {name}", text) for name, job in jobs_of_gitlab() for text in commands_of(job)),
    ("GitLab: before", "\n".join(GITLAB["default"]["before_script"])),
]


@pytest.mark.parametrize(("_name", "text"), SCRIPTS, ids=[name for name, _text in SCRIPTS])
def test_commands_are_right_and_have_values_from_variables_only(_name: str, text: str) -> None:
    assert faults_of_shell(text) == []
    assert "${{" not in text
    assert not re.search(r"\$\{?(CI_COMMIT|CI_MERGE_REQUEST|GITHUB_HEAD_REF)", text)


def test_what_they_install_is_what_the_tests_run_with() -> None:
    tested = (ROOT / "tests/requirements.txt").read_text(encoding="utf-8")
    pins = re.findall(r"^\w.*", (REPOSITORY / "requirements.txt").read_text(encoding="utf-8"), re.MULTILINE)
    assert [pin.partition("==")[0] for pin in pins] == ["ansible-core", "requests"]
    assert [pin for pin in pins if not re.search(rf"^{re.escape(pin)}(;|$)", tested, re.MULTILINE)] == []
    (collection,) = yaml.safe_load((REPOSITORY / "collections/requirements.yml").read_text())["collections"]
    assert collection == {"name": "orgops.elastic_cloud", "version": ">=2.0.0,<3.0.0"}


def test_whoever_owns_a_file_owns_one_that_is_there() -> None:
    lines = re.findall(r"^([*/]\S*) +(@.*)", (REPOSITORY / "CODEOWNERS").read_text(encoding="utf-8"), re.MULTILINE)
    (everything, owners), *teams = lines
    assert everything == "*"
    assert {path for path, _owners in teams} == {f"/teams/{path.name}" for path in (REPOSITORY / "teams").iterdir()}
    assert all(owners in of_team for _path, of_team in teams)
    definition = (REPOSITORY / "inventory/host_vars/acme.yml").read_text(encoding="utf-8")
    assert all(path in definition for path, _owners in teams)


@dataclass
class Site:
    """Somebody's repository with both files, an organization in the emulator, and a folder for each job."""

    emulator: Emulator
    repository: Path
    folder: Path
    environment: dict[str, str]
    key: str
    jobs: int = 0

    def checkout(self, before: Path | None = None) -> Path:
        """Return a new checkout, with the artifact that the job before has left in its own."""
        self.jobs += 1
        there = Path(shutil.copytree(self.repository, self.folder / f"job{self.jobs}"))
        if before:
            shutil.copytree(before / "plan", there / "plan")
        return there

    def shell(self, text: str, there: Path, given: Mapping[str, str], options: str = "-eo") -> tuple[int, str]:
        """Run a script as a runner does, in the order of its lines up to the first that fails."""
        process = subprocess.run(
            ["bash", "--noprofile", "--norc", options, "pipefail", "-c", text],
            cwd=there,
            env=self.environment | dict(given),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return process.returncode, process.stdout

    def github(self, name: str, before: Path | None = None) -> tuple[int, str, Path]:
        """Run a job of the workflow; return its exit code, what it printed, and its checkout."""
        there = self.checkout(before)
        result, printed = 0, ""
        for step in JOBS[name]["steps"]:
            if "run" not in step or step["name"] == SET_UP or (result and "if" not in step):
                continue
            known = {SECRET: self.key}
            given = {variable: known[value] for variable, value in step.get("env", {}).items()}
            given["GITHUB_STEP_SUMMARY"] = str(there / "summary.md")
            code, text = self.shell(step["run"], there, given)
            result, printed = result or code, printed + text
        return result, printed, there

    def gitlab(self, name: str, before: Path | None = None) -> tuple[int, str, Path]:
        """Run a job of the pipeline, and return the same."""
        there = self.checkout(before)
        script = "\n".join(dict(jobs_of_gitlab())[name]["script"])
        return *self.shell(script, there, {"EC_API_KEY": self.key}), there

    def writes(self) -> int:
        """Return how many requests that change something were made since the last time of asking."""
        methods = [request["method"] for request in self.emulator.log]
        self.emulator.log.clear()
        return len(methods) - methods.count("GET")

    @property
    def people(self) -> set[str]:
        """Who is in the organization, or invited to it."""
        return set(self.emulator.people(ACME))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """A site whose organization has an owner, a developer, and somebody with a name that is up to no good."""
    emulator = Emulator()
    emulator.add_organization("Acme", ACME)
    emulator.add_member(ACME, CARLA, OWNER)
    emulator.add_member(ACME, KAORI, {"deployment": [{"role_id": "deployment-editor", "all": True}]})
    emulator.add_member(ACME, HOSTILE, EVERY_DEPLOYMENT)
    with serve(emulator) as url:
        known = environment(url, tmp_path)
        repository = Path(shutil.copytree(REPOSITORY, tmp_path / "repository"))
        yield Site(emulator, repository, tmp_path, known, emulator.add_key(ACME))


def obeyed(printed: str) -> list[str]:
    """Return what GitHub's runner takes for commands in what a step prints, up to the one that stops it."""
    found = []
    for line in printed.splitlines():
        if command := re.match(r"\s*::([\w-]+)[^:]*::", line) or re.search(r"##\[([\w-]+)[^\]]*\]", line):
            found.append(command[1])
            if command[1] == "stop-commands":
                break
    return found


def blocks_of(comment: str) -> list[tuple[str, str]]:
    """Return the blocks of a Markdown text, each with what it is and what is in it."""
    return [(token.type, token.content) for token in MarkdownIt("gfm-like", {"linkify": False}).parse(comment)]


@pytest.mark.playbook
def test_a_request_shows_its_plan_a_merge_applies_it_and_the_night_finds_what_is_left(site: Site) -> None:
    result, printed, planned = site.github("plan")
    assert (result, site.writes()) == (0, 0), printed
    plan = (planned / "plan/plan.txt").read_text(encoding="utf-8")
    assert f"acme: 2 would be invited, 2 unchanged, 1 unmanaged ({HOSTILE})" in plan
    assert plan in printed
    assert obeyed(printed) == ["stop-commands"]
    assert obeyed(plan) == ["error"], "else there was nothing to stop"
    comment = (planned / "plan/comment.md").read_text(encoding="utf-8")
    assert (planned / "summary.md").read_text(encoding="utf-8") == comment
    *before, (kind, shown) = blocks_of(comment)
    assert (kind, shown.rstrip("\n")) == ("fence", plan.rstrip("\n"))
    assert HOSTILE not in str(before)
    assert site.key not in printed + comment

    result, printed, _there = site.github("apply", planned)
    assert result == 0, printed
    assert site.people == {CARLA, JONAS, KAORI, UMA, HOSTILE}
    assert obeyed(printed) == ["stop-commands"]

    site.writes()
    result, printed, _there = site.github("audit")
    assert (result, site.writes()) == (2, 0)
    assert "acme is not as defined: 1 unmanaged." in printed
    assert obeyed(printed) == ["stop-commands"]
    site.emulator.remove(ACME, HOSTILE)
    assert site.github("audit")[0] == 0


@pytest.mark.playbook
def test_a_merge_request_does_the_same(site: Site) -> None:
    result, printed, planned = site.gitlab("request")
    assert (result, site.writes()) == (0, 0), printed
    artifacts = dict(jobs_of_gitlab())["plan"]["artifacts"]
    assert [(planned / path).is_file() for path in artifacts["paths"]] == [True, True]
    assert (planned / "plan/plan.txt").read_text(encoding="utf-8") in printed
    site.emulator.grant(ACME, KAORI, OWNER)
    result, printed, _there = site.gitlab("apply", planned)
    assert (result, site.writes()) == (2, 0), "the plan is not the one that was shown"
    assert "plan_digest" in printed
    *_seen, planned = site.gitlab("plan")
    result, printed, _there = site.gitlab("apply", planned)
    assert result == 0, printed
    assert site.people == {CARLA, JONAS, KAORI, UMA, HOSTILE}
    assert site.gitlab("audit")[0] == 2


@pytest.mark.playbook
def test_a_plan_that_is_refused_is_shown_and_never_applied(site: Site) -> None:
    with (site.repository / "inventory/host_vars/acme.yml").open("a", encoding="utf-8") as definition:
        definition.write("org_team_purge: true\norg_team_max_removals: 0\n")
    result, _printed, planned = site.github("plan")
    assert (result, site.writes()) == (2, 0)
    assert not (planned / "plan/digests.json").exists()
    *_before, (kind, shown) = blocks_of((planned / "plan/comment.md").read_text(encoding="utf-8"))
    assert kind == "fence"
    assert "refused by the guard max_removals" in shown
    assert HOSTILE in shown
    assert "!cancelled()" not in JOBS["apply"]["if"], "it needs a plan that has succeeded"


@pytest.mark.parametrize(
    "plan",
    [
        "",
        "all is well",
        "```\n# A title\n",
        "a ```` b `` c\n``````````\n<script>\n",
        "~~~\n</details>\n@everyone\n",
        "a\r```\r# A title\r",
        "é" * 40_000,
    ],
)
def test_nothing_in_a_plan_ends_the_fence_that_it_stands_in(plan: str, site: Site) -> None:
    there = site.checkout()
    (there / "plan").mkdir()
    (there / "plan/plan.txt").write_bytes(plan.encode())
    (step,) = [step for step in STEPS if step["name"] == "Write the comment"]
    code, printed = site.shell(step["run"], there, {"GITHUB_STEP_SUMMARY": str(there / "summary.md")})
    assert code == 0, printed
    comment = (there / "plan/comment.md").read_bytes().decode(errors="replace")
    assert len(comment) < 65_536, "what GitHub takes for a comment"
    kinds = blocks_of(comment)
    assert [kind for kind, _text in kinds] == [*TITLE, "fence"]
    assert kinds[-1][1].split() == plan[:30_000].split()


TITLE = ["heading_open", "inline", "heading_close", "paragraph_open", "inline", "paragraph_close"]


@pytest.mark.playbook
def test_a_file_of_a_team_is_nothing_but_a_list_of_addresses(site: Site) -> None:
    template = f"{{{{ lookup('pipe', 'touch {site.folder}/filled-in') }}}}{UMA}"
    code, printed = plan_with(site, platform={"org_team_purge": True, "org_team_members": []}, research=[template])
    assert code == 2
    assert "'org_team_purge' is not an email address" in printed
    assert not (site.folder / "filled-in").exists()
    code, printed = plan_with(site, research=[{"email": UMA, "groups": ["owners"]}])
    assert code == 2, printed
    assert "would be" not in printed
    assert site.writes() == 0


def plan_with(site: Site, **teams: t.Any) -> tuple[int, str]:
    """Return what becomes of a plan where files of teams have this content."""
    for name, content in teams.items():
        (site.repository / f"teams/{name}.yml").write_text(yaml.safe_dump(content), encoding="utf-8")
    result, printed, _there = site.gitlab("request")
    return result, printed


# --- what GitHub and GitLab say of them


@pytest.mark.slow
@pytest.mark.parametrize(("name", "content"), [("github-workflows", GITHUB), ("gitlab-ci", GITLAB)])
def test_the_published_schemas_take_them(name: str, content: Mapping[str, t.Any]) -> None:
    folder = unpacked(PACKAGE, "check_jsonschema/builtin_schemas/vendor/")
    schema = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))
    check = validator_for(schema)(schema)
    assert [error.message for error in check.iter_errors(content)] == []
    broken = json.loads(json.dumps(content))
    (broken.get("jobs") or broken)["apply"]["stepps"] = broken["stagess"] = 1
    assert list(check.iter_errors(broken))
