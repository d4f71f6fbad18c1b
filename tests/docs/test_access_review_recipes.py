# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The recipes for access reviews, run as they stand, but for ids of reviews and for days, which no guide can know.

What they bring files to is a small server here, a store or git's own over HTTP.
"""

from __future__ import annotations

import csv
import datetime as dt
import email
import hashlib
import io
import json
import re
import shutil
import subprocess
import tarfile
import typing as t
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
import yaml

from ansible_collections.orgops.elastic_cloud.tests.demo import ACME, EVERY_DEPLOYMENT, GLOBEX, OWNER
from ansible_collections.orgops.elastic_cloud.tests.docs.guides import GUIDES, blocks, shell
from ansible_collections.orgops.elastic_cloud.tests.docs.stores import PASSWORD, USER, repository, store
from ansible_collections.orgops.elastic_cloud.tests.docs.test_guides import Reader, reader
from ansible_collections.orgops.elastic_cloud.tests.unit.serving import local_server

pytestmark = pytest.mark.playbook
__all__ = ["reader"]
GUIDE = GUIDES / "guide_access_review_recipes.rst"
RECIPES = GUIDES / "guide_recipes.rst"
SAMPLE, SAMPLE_DAY, SAMPLE_KEY = "20260615T120004Z-3f9a", "2026-12-31", "VkRZb2w4NEJxT2pHb1"
JONAS, HAL = "jonas.weber@example.com", "hal.newcomer@example.com"
IDENTITY = {
    f"GIT_{who}_{what}": value
    for who in ("AUTHOR", "COMMITTER")
    for what, value in (("NAME", "Ada"), ("EMAIL", "ada.lindt@example.com"))
}
Step = Callable[[], object]
COLUMNS = ("decision", "reviewer", "decided_on", "decision_reason")


class Reviewer:
    """Somebody who follows the recipes, and what is in the folder of theirs."""

    def __init__(self, reader: Reader) -> None:
        self.reader, self.emulator, self.folder = reader, reader.emulator, reader.folder
        self.now = reader.emulator.clock.now()
        # The organization as it is wanted: the key in use has an end, and no key is of somebody who has left.
        for organization, variable in ((ACME, "EC_API_KEY"), (GLOBEX, "GLOBEX_EC_API_KEY")):
            for id_ in list(self.emulator.api_keys(organization)):
                self.emulator.revoke_key(id_)
            secret = self.emulator.add_key(
                organization, id=SAMPLE_KEY if organization == ACME else None, expires_at=self.now + dt.timedelta(90)
            )
            reader.environment[variable] = self.good = secret
        self.lay_out("The inventory that the recipes begin from")

    def lay_out(self, section: str) -> None:
        """Write the files of a section of the other recipes, and let the organization be as they say."""
        for block in blocks(RECIPES):
            if block.section == section and block.file:
                content = self.reader.write(block)
                if "acme" in block.file and "org_team_members" in content:
                    self.reader.make_it_so(content)

    def several(self) -> None:
        """Have a second organization, whose only owner is enough."""
        self.lay_out("Several organizations")
        self.emulator.grant(GLOBEX, "kim.larsen@sso.example.com", EVERY_DEPLOYMENT)  # else the evidence has a gap
        path = self.folder / "inventory/host_vars/globex.yml"
        path.write_text(f"{path.read_text('utf-8')}\norg_access_review_min_owners: 1\n", encoding="utf-8")

    def define(self, **variables: object) -> None:
        """Change variables of acme."""
        path = self.folder / "inventory/host_vars/acme.yml"
        path.write_text(yaml.safe_dump(yaml.safe_load(path.read_text("utf-8")) | variables), encoding="utf-8")

    def follow(self, section: str, review: str = SAMPLE, options: str = "") -> list[Step]:
        """Return what a section says, block by block: to write a file, or to run commands.

        review: the id that stands for the one of the guide; options: of ansible-playbook, such as a platform's.
        """
        day = (self.now + dt.timedelta(200)).strftime("%Y-%m-%d")
        steps: list[Step] = []
        for block in blocks(GUIDE):
            if block.section == section:
                text = block.text.replace(SAMPLE, review).replace(SAMPLE_DAY, day)
                text = text.replace(" -i inventory", f" -i inventory {options}" if options else " -i inventory")
                ours = block._replace(text=text)
                if block.language == "shell":
                    steps.append(partial(self.reader.run, text))
                elif "inventory/" in block.file:
                    steps.append(partial(self.reader.write, ours))
                else:
                    steps.append(partial((self.folder / block.file).write_text, text, encoding="utf-8"))
        assert steps, section
        return steps

    def red(self, step: Step) -> str:
        """Run commands of which one fails; return the output."""
        with pytest.raises(AssertionError):
            step()
        return self.reader.output

    def reviews(self, organization: str = ACME, dest: str = "access-review") -> list[Path]:
        """Return the folders of reviews, the oldest first."""
        return sorted(path.parent for path in (self.folder / dest / organization).glob("2*/access-review.json"))

    def document(self, folder: Path | None = None) -> dict[str, t.Any]:
        """Return the document in a folder, of the newest review of acme by default."""
        found: dict[str, t.Any] = json.loads(((folder or self.reviews()[-1]) / "access-review.json").read_bytes())
        return found

    def decide(self, table: bytes, *revoked: str) -> bytes:
        """Return the table with what reviewers say, in the way of a spreadsheet: these people go, all else is kept."""
        rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"))))
        for row in rows:
            told = (
                "revoke" if row["person"] in revoked else "keep",
                "carla.moretti@example.com",
                "2026-06-17",
                "known",
            )
            row |= dict(zip(COLUMNS, told, strict=True))
        text = io.StringIO()
        writer = csv.DictWriter(text, list(rows[0]), delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        return text.getvalue().encode()

    def decided(self, *revoked: str) -> None:
        """Have a decided table of the newest review."""
        (self.folder / "decided").mkdir()
        table = self.decide((self.reviews()[-1] / "grants.csv").read_bytes(), *revoked)
        (self.folder / "decided/acme.csv").write_bytes(table)

    def mend(self) -> None:
        """Let everything be as defined, and every key good."""
        self.emulator.remove(ACME, HAL)
        self.reader.environment["GLOBEX_EC_API_KEY"] = self.good

    def container(self) -> None:
        """Go on in a new container: what a job has left is gone, and so is what it has fetched."""
        for name in ("access-review", "before", "evidence", "sums"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def is_nowhere(self, *secrets: str) -> None:
        """See that no file here holds a secret, and that the output has none."""
        for secret in secrets:
            assert secret not in self.reader.output
            assert [path for path in files(self.folder) if secret.encode() in path.read_bytes()] == []


def files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def reviewer(reader: Reader) -> Reviewer:
    return Reviewer(reader)


def rules(document: dict[str, t.Any], *states: str) -> set[str]:
    """Return the rules of which there are findings in these states."""
    return {one["rule"] for one in document["findings"] if one["state"] in states}


def sums_are_right(folder: Path) -> bool:
    return (
        subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=folder, check=False, capture_output=True).returncode == 0
    )


def test_a_quarter_from_the_review_to_what_was_carried_out(reviewer: Reviewer) -> None:
    reviewer.reader.give(HAL, EVERY_DEPLOYMENT)
    commands = "git init -q . && git add inventory && git commit -qm definition && git rev-parse HEAD"
    commit = shell(commands, reviewer.folder, reviewer.reader.environment | IDENTITY).stdout.split()[-1]
    review, *_later = reviewer.follow("Quarterly review")
    review()
    (first,) = reviewer.reviews()
    document = reviewer.document()
    assert document["run"]["definition"]["commit"] == commit
    assert "unmanaged_member" in rules(document, "new")
    reviewer.decided(HAL)
    _review, write, attest, change, apply, again = reviewer.follow("Quarterly review", first.name)
    write()
    attest()
    (decisions,) = first.parent.glob("decisions-*")
    assert f"1 to revoke, 0 to change, see {decisions}/todo.md" in reviewer.reader.output.replace("\n", "")
    assert HAL in (decisions / "todo.md").read_text("utf-8")
    change()
    apply()
    assert HAL not in reviewer.reader.people
    again()
    document = reviewer.document()
    assert (document["decisions"]["revoke"], document["decisions"]["carried_out"]) == (1, 1)
    assert document["decisions"]["outstanding"] == []
    assert "unmanaged_member" in rules(document, "resolved")
    # An auditor gets both, and the chain holds.
    check, chain_file, chain = reviewer.follow("Evidence for an auditor", first.name)
    check()
    assert "grants.csv: OK" in reviewer.reader.output
    chain_file()
    chain()
    page = first / "access-review.json"
    page.write_bytes(page.read_bytes().replace(HAL.encode(), b"hal.newcomer@example.org"))
    assert "names a review that is missing or was changed" in reviewer.red(chain)
    assert "access-review.json: FAILED" in reviewer.red(check)


def test_a_night_is_red_for_what_is_new_or_until_it_is_gone(reviewer: Reviewer) -> None:
    reviewer.reader.give(JONAS, OWNER)
    variables, night, _accepted = reviewer.follow("Daily drift")
    variables()
    assert "FINDINGS: " in reviewer.red(night)  # the first: all is new
    night()
    accepted = reviewer.reviews()[-1]
    reviewer.reader.give(HAL, EVERY_DEPLOYMENT)
    reviewer.red(night)
    assert rules(reviewer.document(), "new") == {"unmanaged_member"}
    _variables, night, previous = reviewer.follow("Daily drift", accepted.name)
    previous()
    reviewer.red(night)  # as it was in the night before, and compared with what was accepted
    assert reviewer.document()["previous"]["report_id"] == accepted.name


def test_an_organization_that_fails_costs_the_others_nothing(reviewer: Reviewer) -> None:
    reviewer.several()
    (review,) = reviewer.follow("Several organizations")
    reviewer.reader.environment["GLOBEX_EC_API_KEY"] = "a-key-that-has-ended"
    output = reviewer.red(review)
    assert re.search(r"acme +: .* failed=0 ", output)
    assert reviewer.document()["status"] == "passed"
    (combined,) = (reviewer.folder / "access-review/combined").glob("*/access-review.html")
    assert ACME in (page := combined.read_text("utf-8"))
    assert GLOBEX in page
    assert reviewer.document(reviewer.reviews(GLOBEX)[-1])["status"] == "error"
    # Each of them by a job of its own: one page, of the newest of each
    write, report = reviewer.follow("Several jobs, one page")
    write()
    report()
    found = sorted((reviewer.folder / "access-review/combined").glob("*/access-review.html"))
    assert len(found) == 2
    (again,) = set(found) - {combined}
    assert reviewer.document()["report"]["id"] in again.read_text("utf-8")
    newest = reviewer.reviews()[-1] / "access-review.json"
    newest.write_bytes(newest.read_bytes().replace(b"passed", b"failed"))
    assert "is not as its review has left it" in reviewer.red(report)


@pytest.mark.skipif(not shutil.which("ssh-keygen"), reason="there is nothing to make a key for signing with")
def test_a_sum_that_is_kept_elsewhere_shows_a_forgery(reviewer: Reviewer) -> None:
    bare, key = reviewer.folder / "audit.git", reviewer.folder / "signing"
    signers = reviewer.folder / "signers"
    settings = {"GIT_CONFIG_COUNT": "1", "GIT_CONFIG_KEY_0": "gpg.ssh.allowedSignersFile"}
    reviewer.reader.environment |= (
        IDENTITY
        | settings
        | {
            "GIT_CONFIG_VALUE_0": str(signers),
            "SUMS_REPOSITORY": str(bare),
            "SIGNING_KEY": str(key),
        }
    )
    reviewer.reader.run(f"git init -q --bare {bare} && ssh-keygen -q -t ed25519 -N '' -f {key}")
    public = key.with_suffix(".pub").read_text("utf-8")
    signers.write_text(f"{IDENTITY['GIT_COMMITTER_EMAIL']} {public}", encoding="utf-8")
    clone, write, review, _check = reviewer.follow("Keeping the sum elsewhere")
    clone()
    write()
    review()
    (folder,) = reviewer.reviews()
    *_before, check = reviewer.follow("Keeping the sum elsewhere", folder.name)
    check()
    assert 'Good "git" signature' in reviewer.reader.output
    assert shell("git rev-list --count HEAD", bare, reviewer.reader.environment).stdout == "1\n"
    # Whoever can write the folder makes its sums anew.
    document = folder / "access-review.json"
    document.write_bytes(document.read_bytes().replace(b"nils.berg", b"nobody"))
    reviewer.reader.run(f"cd {folder} && sha256sum *.* > SHA256SUMS && sha256sum -c SHA256SUMS")
    assert "access-review.json: FAILED" in reviewer.red(check)


def test_the_key_of_the_review_is_no_finding_that_fails(reviewer: Reviewer) -> None:
    tell, exempt, review = reviewer.follow("The review's own key")
    tell()
    assert SAMPLE_KEY in reviewer.reader.output
    exempt()
    review()
    document = reviewer.document()
    assert (document["status"], rules(document, "exempted")) == ("passed", {"owner_key"})
    assert "owner_key" not in rules(document, "new")
    reviewer.emulator.add_key(ACME, name="another", expires_at=reviewer.now + dt.timedelta(90))
    reviewer.red(review)


@pytest.fixture
def job(reviewer: Reviewer) -> Reviewer:
    """A job on two organizations of which each fails, one for what is found, one because its key has ended."""
    reviewer.several()
    reviewer.reader.give(HAL, EVERY_DEPLOYMENT)
    reviewer.reader.environment["GLOBEX_EC_API_KEY"] = "a-key-that-has-ended"
    return reviewer


def failed_all(output: str) -> bool:
    """Return whether each host is counted as failed, with what its review has said."""
    hosts = all(re.search(rf"^{host} +: .* failed=1 ", output, re.MULTILINE) for host in ("acme", "globex"))
    return hosts and "FINDINGS: " in output and "ERROR: " in output


def test_a_store_gets_the_files_and_gives_the_review_before(job: Reviewer) -> None:
    keep, stored, review, attested, _attest = job.follow("An object store", options="--check -vvv")
    keep()
    stored()
    attested()
    with store() as there:
        job.reader.environment |= {"STORE_URL": there.url, "STORE_USER": USER, "STORE_PASSWORD": PASSWORD}
        assert failed_all(job.red(review))  # though it only checks, and no host is left
        job.is_nowhere(PASSWORD)
        first = there.kept[f"/{ACME}/newest"].decode()
        assert f"/{GLOBEX}/newest" not in there.kept
        made = {
            f"/{path.relative_to(job.folder / 'access-review')}": path for path in files(job.folder / "access-review")
        }
        made = {name: path for name, path in made.items() if path.name != ".gitignore"}
        assert {name: path.read_bytes() for name, path in made.items()}.items() <= there.kept.items()
        assert there.kept.keys() - made.keys() == {f"/{ACME}/newest"}
        assert {path.rsplit("/")[-1] for path in made} >= {"access-review.html", "grants.csv", "SHA256SUMS"}

        job.decided(HAL)
        job.container()
        _keep, _stored, review, _attested, attest = job.follow("An object store", first)
        attest()
        decisions = there.kept[f"/{ACME}/decided"].decode()
        assert f"/{ACME}/{decisions}/attestation.json" in there.kept

        job.container()
        job.mend()
        before = set(there.kept)
        review()
        document = job.document()
        assert (document["previous"]["report_id"], document["previous"]["verified"]) == (first, True)
        assert (document["decisions"]["carried_out"], document["status"]) == (1, "passed")
        assert there.kept[f"/{ACME}/newest"].decode() == document["report"]["id"]
        assert f"/{GLOBEX}/newest" in there.kept
        assert before <= there.kept.keys()
        job.is_nowhere(PASSWORD)


@pytest.mark.slow
def test_a_store_that_refuses_fails_the_job_and_breaks_no_chain(job: Reviewer) -> None:
    keep, stored, review, *_more = job.follow("An object store", options="-vvv")
    keep()
    stored()
    with store() as there:
        job.reader.environment |= {"STORE_URL": there.url, "STORE_USER": USER, "STORE_PASSWORD": PASSWORD}
        there.refuses.add("GET")
        assert "503" in job.red(review)
        assert there.kept == {}
        assert job.emulator.log == []
        there.refuses = {"PUT"}
        job.mend()
        assert "503" in job.red(review)  # though each review has passed
        assert job.document()["status"] == "passed"
        assert there.kept == {}
        job.is_nowhere(PASSWORD)


def test_a_repository_gets_the_files_and_gives_the_review_before(job: Reviewer) -> None:
    bare = job.folder / "evidence.git"
    begin = f"git init -q -b main --bare {bare} && cd {bare} && git config http.receivepack true"
    begin += " && git update-ref refs/heads/main $(git commit-tree -m begin $(git mktree < /dev/null))"
    subprocess.run(["sh", "-e", "-c", begin], env=job.reader.environment | IDENTITY, check=True)
    write, review = job.follow("A repository", options="--check -vvv")
    write()
    with repository(bare) as url:
        job.reader.environment |= {"EVIDENCE_REPOSITORY": url, "EVIDENCE_USER": USER, "EVIDENCE_PASSWORD": PASSWORD}
        assert failed_all(job.red(review))
        job.is_nowhere(PASSWORD)
        kept = shell("git ls-tree -r --name-only main", bare, job.reader.environment).stdout.splitlines()
        (first,) = job.reviews(dest="evidence/access-review")
        assert sorted(
            str(path.relative_to(job.folder / "evidence"))
            for path in files(job.folder / "evidence")
            if ".git" not in path.parts
        ) == sorted(kept)
        assert f"access-review/{ACME}/{first.name}/grants.csv" in kept
        assert any(name.startswith(f"access-review/{GLOBEX}/") for name in kept)
        assert any(name.startswith("access-review/combined/") for name in kept)

        job.container()
        job.mend()
        review()
        document = job.document(job.reviews(dest="evidence/access-review")[-1])
        assert (document["previous"]["report_id"], document["previous"]["verified"]) == (first.name, True)
        assert "unmanaged_member" in rules(document, "resolved")
        assert shell("git rev-list --count main", bare, job.reader.environment).stdout == "3\n"


def test_a_web_hook_is_told_without_names_and_gets_the_folder(job: Reviewer) -> None:
    write, review = job.follow("A web hook", options="--check -vvv")
    write()

    def hooked(run: Callable[[Step], object]) -> tuple[list[str], list[bytes]]:
        """Let it run; return what the chat was told, and which archives came."""
        with local_server() as chat, local_server() as archive:
            job.reader.environment |= {
                "CHAT_HOOK": f"{chat.url}/secret-of-the-chat",
                "ARCHIVE_HOOK": f"{archive.url}/secret-of-the-archive",
            }
            run(review)
            return [json.loads(body)["text"] for body in chat.bodies], [file_in(body) for body in archive.bodies]

    texts, archives = hooked(lambda step: failed_all(job.red(step)) or pytest.fail(job.reader.output))
    job.is_nowhere("secret-of-the-chat", "secret-of-the-archive")
    assert sorted(text.split(";")[0].split("\n")[0] for text in texts) == [
        "acme: findings",
        "globex: error, nothing was judged",
    ]
    assert not re.search(r"@|berg|hal\.", "".join(texts))
    (folder,) = job.reviews()
    sum_ = hashlib.sha256((folder / "access-review.json").read_bytes()).hexdigest()
    assert any(text.endswith(f"\n{sum_}") for text in texts)
    names = {name for one in archives for name in names_in(one)}
    assert {f"{folder.name}/{file.name}" for file in folder.iterdir()} <= names
    assert len(archives) == 2

    job.mend()
    job.container()
    texts, archives = hooked(lambda step: step())
    assert sorted(text.split(";")[0] for text in texts) == ["acme: passed", "globex: passed"]
    assert len(archives) == 2


def names_in(archive: bytes) -> list[str]:
    with tarfile.open(fileobj=io.BytesIO(archive)) as opened:
        return opened.getnames()


def file_in(form: bytes) -> bytes:
    """Return the file in a form that was posted."""
    boundary = form.split(b"\r\n", 1)[0].removeprefix(b"--").decode()
    message = email.message_from_bytes(f"Content-Type: multipart/form-data; boundary={boundary}\n\n".encode() + form)
    _form, part = message.walk()
    return t.cast("bytes", part.get_payload(decode=True))
