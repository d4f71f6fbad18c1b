# Copyright (c) 2026, Orgops
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The page of an access review, as far as it can be judged without a browser: `make page` has one."""

from __future__ import annotations

import base64
import hashlib
import re
import typing as t
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser

import jinja2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.catalogue import RULES
from ansible_collections.orgops.elastic_cloud.plugins.module_utils._review.document import encode, make_review
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review import page as rendering
from ansible_collections.orgops.elastic_cloud.plugins.plugin_utils._review.page import Report, page, since, spelt_out
from ansible_collections.orgops.elastic_cloud.tests.unit.planted import planted
from ansible_collections.orgops.elastic_cloud.tests.unit.reviews import (
    BROKEN,
    FORMULA,
    HOSTILE,
    SCRIPT,
    SEVERITIES,
    TEMPLATE,
    TURNED,
    bare,
    failed,
    quiet,
    sample,
)

SECTIONS = [
    "Evidence",
    "Numbers",
    "Findings",
    "Drift",
    "People",
    "By resource",
    "Privileged access",
    "API keys",
    "Role mappings",
    "Groups",
    "Invitations",
    "Changes since the previous review",
    "Exclusions and exemptions",
    "Rules",
    "How to verify",
    "Signatures",
]
VOID = {"meta", "input", "br", "rect", "img", "link"}
# Which elements end those that are open, since a new one begins: HTML lets them be left out.
ENDED_BY = {
    "td": {"td", "th"},
    "th": {"td", "th"},
    "tr": {"td", "th", "tr"},
    "tbody": {"td", "th", "tr", "thead", "tbody"},
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
}
ENDED_WITH = {"table", "thead", "tbody", "ul", "ol", "dl"}


@dataclass
class Element:
    """An element of a page, with all text in it."""

    tag: str
    attributes: dict[str, str]
    inside: list[Element] = field(default_factory=list)
    parts: list[str | Element] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(part if isinstance(part, str) else part.text for part in self.parts)

    def all(self, tag: str, **attributes: str) -> list[Element]:
        """Return the elements below with this tag (`*`: any) and these attributes; `data_kind` is `data-kind`."""
        wanted = {(key.replace("_", "-"), value) for key, value in attributes.items()}
        found = [one for one in self.inside if tag in ("*", one.tag) and wanted <= set(one.attributes.items())]
        return found + [deeper for one in self.inside for deeper in one.all(tag, **attributes)]


class Reader(HTMLParser):
    """Reads a page strictly: whatever is closed must be open."""

    def __init__(self) -> None:
        super().__init__()
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        while self.open[-1].tag in ENDED_BY.get(tag, set()):
            self.open.pop()
        assert len({name for name, _value in attrs}) == len(attrs), (tag, attrs)
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        self.open[-1].parts.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        while tag in ENDED_WITH and self.open[-1].tag in ENDED_BY:
            if self.open[-1].tag == tag:
                break
            self.open.pop()
        assert self.open[-1].tag == tag, f"</{tag}> in <{self.open[-1].tag}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].parts.append(data)


def read(text: str) -> Element:
    reader = Reader()
    reader.feed(text)
    reader.close()
    assert reader.open == [reader.root], [one.tag for one in reader.open]
    return reader.root


def shown(*documents: t.Any) -> Element:
    """Return the page of these documents."""
    reports = [
        Report(f"host{number}", one, hashlib.sha256(encode(one)).hexdigest()) for number, one in enumerate(documents)
    ]
    return read(page(reports))


def section(root: Element, title: str) -> Element:
    """Return the section with a heading."""
    (found,) = [one for one in root.all("section") if [head.text for head in one.all("h2")] == [title]]
    return found


def table(root: Element, caption: str) -> list[list[str]]:
    """Return the cells of the table whose caption begins with this."""
    (found,) = [one for one in root.all("table") if one.all("caption")[0].text.startswith(caption)]
    return [[cell.text.strip() for cell in row.inside] for body in found.all("tbody") for row in body.all("tr")]


ALL = [sample(), quiet(), bare(), failed()]
PLANTED = make_review((WORLD := planted()[0]).facts(), WORLD.context()).document
JUDGED = pytest.mark.parametrize("document", [*ALL[:3], PLANTED], ids=["sample", "quiet", "bare", "planted"])
PAGES = {"sample": [sample()], "quiet": [quiet()], "bare": [bare()], "failed": [failed()], "several": ALL}


@pytest.fixture(params=PAGES.values(), ids=PAGES)
def text(request: pytest.FixtureRequest) -> str:
    return page([Report("host", one, "ab" * 32) for one in request.param])


def test_the_policy_has_the_hashes_of_what_is_inside(text: str) -> None:
    root = read(text)
    (policy,) = [one.attributes["content"] for one in root.all("meta", http_equiv="Content-Security-Policy")]
    parts = dict(part.split(" ", 1) for part in policy.split("; "))
    assert parts["default-src"] == parts["base-uri"] == parts["form-action"] == "'none'"
    for tag in ("style", "script"):
        (one,) = root.all(tag)
        digest = base64.b64encode(hashlib.sha256(one.text.encode()).digest()).decode()
        assert parts[f"{tag}-src"] == f"'sha256-{digest}'"
        assert one.attributes == {}
    assert set(parts) == {"default-src", "base-uri", "form-action", "style-src", "script-src"}
    head = text.partition("</head>")[0]
    assert head.index("Content-Security-Policy") < head.index("<style>")


def test_nothing_runs_and_nothing_is_fetched(text: str) -> None:
    root = read(text)
    allowed = {"href", "class", "id", "role", "tabindex", "scope", "colspan", "lang", "charset", "content", "name"}
    allowed |= {"http-equiv", "type", "checked", "data-kind", "data-id", "aria-label", "aria-labelledby"}
    allowed |= {"viewbox", "x", "y", "width", "height"}
    for one in root.all("*"):
        assert set(one.attributes) <= allowed, one.attributes
        assert one.tag not in {"img", "link", "iframe", "object", "embed", "form", "base", "video", "audio"}
        assert one.attributes.get("href", "#").startswith("#")
    targets = [one.attributes["href"][1:] for one in root.all("a")]
    ids = [one.attributes["id"] for one in root.all("*") if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    assert set(targets) <= set(ids)
    labels = [one.attributes.get("aria-labelledby", "") for one in root.all("*")]
    assert {label for some in labels for label in some.split()} <= set(ids)
    style, script = root.all("style")[0].text, root.all("script")[0].text
    assert not re.search(r"url\(|@import|https?:", style.replace("https://www.gnu.org/licenses/gpl-3.0.txt", ""))
    assert not re.search(
        r"fetch|XMLHttp|innerHTML|eval|https?:", script.replace("https://www.gnu.org/licenses/gpl-3.0.txt", "")
    )


def test_it_says_its_language_and_every_table_says_what_it_is(text: str) -> None:
    root = read(text)
    assert root.all("html")[0].attributes["lang"] == "en"
    for one in root.all("table"):
        assert len(one.all("caption")) == 1
        assert one.all("caption")[0].text.strip()
        heads = one.all("thead")[0].all("th")
        assert heads
        assert all(head.attributes.get("scope") == "col" for head in heads)
        assert all(head.attributes.get("scope") in ("row", "rowgroup", "col") for head in one.all("th"))
        for body in one.all("tbody"):
            for row in body.all("tr"):
                assert sum(int(cell.attributes.get("colspan", 1)) for cell in row.inside) == len(heads), row.text


def test_every_row_that_a_machine_may_look_for_says_what_it_is() -> None:
    rows = [one for one in shown(sample()).all("tr") if "data-kind" in one.attributes]
    kinds = Counter(one.attributes["data-kind"] for one in rows)
    assert set(kinds) == {"finding", "person", "grant", "api_key", "role_mapping", "group"}
    assert all(one.attributes["data-id"] for one in rows)


@JUDGED
def test_sections_stand_in_their_order(document: t.Any) -> None:
    root = shown(document)
    assert [one.text for one in root.all("h2")] == SECTIONS
    assert len(root.all("h1")) == 1
    assert [one.text for one in section(root, "Findings").all("h3")][:2] == [
        "Exempted",
        "Resolved since the previous review",
    ]


@JUDGED
def test_numbers_are_those_of_the_document(document: t.Any) -> None:
    root, summary = shown(document), document["summary"]
    counts = table(root, "Findings by severity.")
    states = ("new", "open", "exempted", "resolved")
    assert [row[0] for row in counts] == [*SEVERITIES]
    assert {row[0]: dict(zip(states, map(int, row[1:]), strict=True)) for row in counts} == summary["findings"]
    names = ("people", "invitations", "owners", "grants", "api_keys", "role_mappings", "drift")
    told = [row[1] for row in table(root, "Everybody and everything")]
    assert told == ["not known" if summary[name] is None else str(summary[name]) for name in names]


@JUDGED
def test_what_is_counted_in_the_page_is_what_the_document_says(document: t.Any) -> None:
    root, summary = shown(document), document["summary"]

    def ids(title: str, kind: str) -> list[str]:
        return [row.attributes["data-id"] for row in section(root, title).all("tr", data_kind=kind)]

    assert sorted(ids("People", "person")) == sorted(one["key"] for one in document["people"])
    assert sorted(ids("People", "grant")) == sorted(one["id"] for one in document["grants"])
    privileged = [one["id"] for one in document["grants"] if one["privileged"] and one["state"] != "missing"]
    assert sorted(ids("Privileged access", "grant")) == sorted(privileged)
    assert len(ids("API keys", "api_key")) == (summary["api_keys"] or 0)
    assert len(ids("Role mappings", "role_mapping")) == (summary["role_mappings"] or 0)
    assert len(ids("Groups", "group")) == len(document["groups"] or ())
    fresh = (document["changes"] or {"resolved": []})["resolved"]
    there = [one["id"] for one in document["findings"] if one["state"] != "resolved" or one["id"] in fresh]
    assert sorted(ids("Findings", "finding")) == sorted(there)
    if document["groups"] is not None and summary["drift"]:
        assert len(table(root, "Where the organization is not as defined.")) == summary["drift"]
    if summary["invitations"]:
        assert len(table(root, "Who has been asked to join.")) == summary["invitations"]


def test_the_chart_has_the_numbers_of_the_table() -> None:
    document = sample()
    (chart,) = shown(document).all("svg")
    words = [one.text for one in chart.all("text")]
    for severity in SEVERITIES:
        counts = document["summary"]["findings"][severity]
        parts = [f"{counts[state]} {state}" for state in ("new", "open", "exempted") if counts[state]]
        assert words[words.index(severity) + 1] == (", ".join(parts) or "none")
    bars = chart.all("rect")
    widths = {one.attributes["class"]: float(one.attributes["width"]) for one in bars}
    assert widths["bar high new"] == 4 * widths["bar high exempted"]


def test_status_comes_first_and_incomplete_before_all() -> None:
    root = shown(sample())
    head = root.all("header")[0]
    assert head.inside[0].text.startswith("INCOMPLETE ")
    assert "The roles of 1 member are not shown." in head.text
    tiles = [one.text for one in head.all("li") if one.text[:1].isdigit()]
    assert [tile.split(",")[0] for tile in tiles[:2]] == ["2 critical", "4 high"]
    assert "2026-11-24 09:00 UTC" in head.text
    assert "Acme & Söhne" in head.text


@pytest.mark.parametrize(
    ("status", "word"), [("passed", "PASSED"), ("findings", "FINDINGS"), ("incomplete", "INCOMPLETE")]
)
def test_each_status_has_its_word(status: str, word: str) -> None:
    document = quiet() | {"status": status}
    assert shown(document).all("header")[0].inside[0].text.startswith(f"{word} ")


def test_evidence_says_where_it_comes_from_and_what_it_does_not_see() -> None:
    document = sample()
    found = section(shown(document), "Evidence").text
    for words in (
        hashlib.sha256(encode(document)).hexdigest(),
        document["previous"]["sha256"],
        document["source"]["endpoint"],
        document["report"]["id"],
        "4f2d9c1",
        "orgops.elastic_cloud 2.0.0",
        "launched by ada",
        "What this report does not see",
        "second factor",
        "identity_provider_refused",
    ):
        assert words in found, words
    requests = [[f"GET {one['path']}", str(one["status"])] for one in document["source"]["read"]["requests"]]
    assert [row[:2] for row in table(shown(document), "Requests")] == requests


def test_a_previous_review_that_was_changed_is_told() -> None:
    document = sample()
    document["previous"]["verified"] = False
    assert "NOT VERIFIED" in section(shown(document), "Evidence").text


def test_a_grant_says_why_since_when_and_until_when() -> None:
    document = sample()
    (grant,) = [one for one in document["grants"] if one["application_roles"] == ["kibana_user", "monitor"]]
    (row,) = section(shown(document), "People").all("tr", data_kind="grant", data_id=grant["id"])
    assert [cell.text.strip() for cell in row.inside] == [
        "deployment-viewer application roles: kibana_user, monitor",
        "production logs 8d2b5f0c9e1a4d7cb36f2a9e8c7d6b50",
        "as defined",
        "entry; group developers",
        "2024-02-29 10:30 to 2026-11-24 09:00",
        "2026-12-31",
    ]


def test_a_key_that_has_ended_is_told_apart() -> None:
    rows = {row[0].rpartition(" ")[2]: row[3] for row in table(shown(PLANTED), "API keys.")}
    assert rows["ended"] == "2026-06-15 11:00has ended"
    assert rows["soon"] == "2026-06-15 15:00"
    assert rows["endless"] == "never"


def test_since_is_an_interval_of_readings() -> None:
    held = {"not_before": "2026-01-01T00:00:00Z", "not_after": "2026-01-02T03:04:05Z", "basis": "report"}
    assert since(held) == "2026-01-01 00:00 to 2026-01-02 03:04"
    assert since(held | {"not_before": None}) == "? to 2026-01-02 03:04"
    assert since(held | {"not_before": held["not_after"]}) == "2026-01-02 03:04"
    assert since(None) == "not held"


def test_who_reaches_a_thing_is_told_with_owners_and_access_to_all() -> None:
    rows = {row[0]: row[1:] for row in table(shown(sample()), "Who reaches what")}
    owners = "ada@example.com, eve+'<b>'@example.net, sam@sso.example.com"
    assert rows["deployment production logs 8d2b5f0c9e1a4d7cb36f2a9e8c7d6b50"] == [
        "7",
        "deployment-viewer: 30051e7, bo@example.com, pia@example.com",
        "deployment-viewer: mallory@example.com",
        owners,
    ]
    assert rows["all deployments"][0] == "4"
    assert rows["the organization"] == ["3", f"organization-admin: {owners}", "nobody", "among them"]


def test_what_was_not_seen_is_not_told_as_none() -> None:
    root = shown(bare())
    for title in ("API keys", "Role mappings"):
        assert "could not be read" in section(root, title).text
    assert "There is no definition" in section(root, "Groups").text
    assert "There is no definition" in section(root, "Drift").text
    assert "compares with no other" in section(root, "Evidence").text
    assert "identity provider is unknown" in section(root, "Role mappings").text
    people = section(shown(sample()), "People").text
    assert "The roles of this person are not shown: not known, and not none." in people


def test_every_rule_is_told_run_or_skipped() -> None:
    rows = {row[0]: row[1:] for row in table(shown(sample()), "Every rule")}
    assert {*rows} == {*RULES}
    assert {rule: row[0] for rule, row in rows.items()} == {rule: one.severity for rule, one in RULES.items()}
    assert rows["sso_not_enforced"][2].startswith("skipped: The identity provider could not be read.")
    assert "touched by a gap: roles_hidden" in rows["excess_grant"][2]
    assert rows["unmanaged_member"][2:] == ["run", "2", "0"]
    assert rows["ignored_owner"][2:] == ["run", "0", "1"]


def test_a_rule_of_a_later_release_is_told_too() -> None:
    document = sample()
    document["findings"][0]["rule"] = "never_heard_of"
    assert table(shown(document), "Every rule")[-1][0] == "never_heard_of"


def test_exclusions_and_exemptions_are_told() -> None:
    root = section(shown(sample()), "Exclusions and exemptions")
    assert table(root, "What this review was told")[0] == [
        "ignored people",
        "*@sso.example.com",
        "1",
        "not compared with the definition: sam@sso.example.com",
    ]
    assert [row[5] for row in table(root, "Exemptions")] == ["yes", "yes", "no: nothing was found that it is for"]


def test_decisions_changes_and_signatures_have_their_place() -> None:
    root = shown(sample())
    assert "2 to be revoked, 1 of them carried out, 1 outstanding" in section(root, "Findings").text
    rows = {row[0]: row[1:] for row in table(root, "What is different.")}
    assert rows["People who came"] == ["1", "mallory@example.com"]
    assert rows["Grants removed"] == ["1", "bo@example.com: organization-admin"]
    assert rows["Invitations accepted"] == ["0", "nobody"]
    assert [row[0] for row in table(section(root, "Signatures"), "To be filled")] == [
        "Reviewed by",
        "Approved by",
        "Seen by (audit)",
    ]
    assert "sha256sum -c SHA256SUMS" in section(root, "How to verify").text


def test_names_are_text_whatever_they_are() -> None:
    text = shown(sample()).text
    for name in (SCRIPT, FORMULA, TEMPLATE, "eve+'<b>'@example.net"):
        assert name in text
    assert "<U+202E>gro.elpmaxe@ave<U+202C>" in text
    assert 'a"b;c,d<U+000D><U+000A><U+0009>e<U+0000>f<U+2028>g' in text


def test_no_letter_of_the_page_confuses_its_reader(text: str) -> None:
    assert not [one for one in set(text) if not one.isprintable() and one != "\n"]


def test_control_and_format_characters_are_spelt_out() -> None:
    assert spelt_out(TURNED) == "<U+202E>gro.elpmaxe@ave<U+202C>"
    assert spelt_out("a\u200bb\ufeff\u00ad\x1b\ud800") == "a<U+200B>b<U+FEFF><U+00AD><U+001B><U+D800>"
    assert spelt_out("Söhne \u05d0") == "Söhne \u05d0"
    assert spelt_out(None) == "not known"
    assert spelt_out(7) == 7


def poisoned(value: t.Any, texts: t.Iterator[str]) -> t.Any:
    """Return a document in which every text that a stranger could choose is another one."""
    free = {
        "name",
        "label",
        "text",
        "remedy",
        "role",
        "role_id",
        "resource_name",
        "resource",
        "where",
        "path",
        "message",
    }
    free |= {"reason", "approved_by", "email", "title", "endpoint", "selection", "why", "code", "ticket", "version"}
    free |= {"job_id", "launched_by", "commit", "entry", "group", "ignore", "scope", "rule", "until", "expires_at"}
    free |= {"created_at", "member_since", "finished_at", "domain", "row_id"}
    if isinstance(value, dict):
        return {
            key: next(texts) if key in free and isinstance(inner, str) else poisoned(inner, texts)
            for key, inner in value.items()
        }
    return [poisoned(one, texts) for one in value] if isinstance(value, list) else value


def check_poisoned(some: list[str]) -> None:
    numbers = iter(range(1_000_000))
    texts = iter(lambda: f"{some[(number := next(numbers)) % len(some)]}{number}", None)
    skeleton = [
        one.tag for one in read(page([Report("a", poisoned(sample(), iter(map(str, range(99999)))), "b")])).all("*")
    ]
    poison = page([Report(some[0], poisoned(sample(), texts), "b"), Report(some[-1], None, None, some[0])])
    root = read(poison)
    assert not {one.tag for one in root.all("*")} - {*skeleton, "header"}
    assert not [one for one in root.all("*") if any(key.startswith("on") or key == "style" for key in one.attributes)]
    assert len(root.all("script")) == len(root.all("style")) == 1
    assert not [one for one in set(poison) if not one.isprintable() and one != "\n"]


@pytest.mark.parametrize("text", [one for one in HOSTILE if one.strip()])
def test_no_text_becomes_markup(text: str) -> None:
    check_poisoned([text])


@given(st.lists(st.text(st.characters() | st.sampled_from("<>\"'&{}%#-!/=")), min_size=1, max_size=5))
@settings(max_examples=20)
def test_no_text_at_all_becomes_markup(texts: list[str]) -> None:
    check_poisoned([f"x{text}" for text in texts])


def test_several_organizations_begin_with_an_overview() -> None:
    documents = [sample(), failed(), quiet()]
    reports = [Report(f"host{number}", one, "ab" * 32) for number, one in enumerate(documents)]
    root = read(page([*reports, Report("hooli", None, None, "org_team_organization_id is blank.")]))
    assert root.all("title")[0].text == "Access review of 4 organizations"
    assert root.all("h2")[0].text == "Overview"
    rows = table(root, "Every organization")
    assert [row[1] for row in rows] == ["INCOMPLETE", "ERROR", "PASSED", "ERROR"]
    assert rows[0][2:9] == ["2", "4", "3", "2", "9", "3", "11"]
    assert rows[1][2] == f"HTTP 401 {SCRIPT}: ask for another key"
    assert rows[3][0] == "hooli"
    assert rows[3][2] == "org_team_organization_id is blank."
    first = root.all("header")[0].inside[0].text
    assert first.startswith("INCOMPLETE 2 of 4 organizations could not be read, 1 not wholly.")
    classes = [one.attributes["class"] for one in root.all("tr") if one.attributes.get("class", "").startswith("is-")]
    assert classes == ["is-incomplete", "is-error", "is-passed", "is-error"]
    assert len(root.all("article")) == 4


@pytest.mark.parametrize(
    ("statuses", "words"),
    [
        (["passed", "findings", "findings"], "FINDINGS 2 of 3 organizations are not as they should be."),
        (["passed", "findings", "incomplete"], "INCOMPLETE 0 of 3 organizations could not be read, 1 not wholly."),
        (["passed", "passed"], "PASSED Everything could be seen"),
    ],
)
def test_several_organizations_are_as_good_as_the_worst(statuses: list[str], words: str) -> None:
    root = shown(*(quiet() | {"status": status} for status in statuses))
    assert root.all("header")[0].inside[0].text.startswith(words)


def test_beyond_what_a_browser_bears_the_grants_are_in_the_table(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rendering, "MOST_GRANTS", 5)
    document = quiet()
    assert len(document["grants"]) == 6
    root = shown(document)
    people = section(root, "People")
    assert "There are more than 5 grants: each of them is in grants.csv" in people.text
    assert people.all("tr", data_kind="grant") == []
    assert "2 grants" in people.all("tr", data_kind="person")[0].text
    assert "see grants.csv" in section(root, "By resource").text
    monkeypatch.setattr(rendering, "MOST_GRANTS", 6)
    assert len(section(shown(document), "People").all("tr", data_kind="grant")) == 6


def test_fifteen_thousand_grants_are_less_than_six_megabytes() -> None:
    document = quiet(5000, 3)
    assert len(document["grants"]) == 15_000
    assert len(page([Report("acme", document, "ab" * 32)]).encode()) < 6_000_000


def test_nothing_that_the_template_asks_for_may_be_missing() -> None:
    document = sample()
    del document["source"]["endpoint"]
    with pytest.raises(jinja2.UndefinedError):
        page([Report("acme", document, None)])


def test_its_filters_work_without_the_script() -> None:
    root = shown(sample())
    style = root.all("style")[0].text
    boxes = [one.attributes["class"] for one in root.all("input", type="checkbox")]
    assert boxes[:5] == ["f-critical", "f-high", "f-medium", "f-low", "f-known"]
    for name in boxes:
        assert re.search(rf":has\(\.{name}:(not\(:checked\)|checked)\)", style), name
    classes = {one.attributes.get("class", "") for one in section(root, "People").all("tbody")}
    assert {"p f d", "p x f d"} <= classes


def test_it_is_the_same_page_for_the_same_document() -> None:
    assert page([Report("a", sample(), "b")]) == page([Report("a", sample(), "b")])


def test_broken_names_stay_in_one_piece() -> None:
    assert BROKEN.encode() not in page([Report("a", sample(), "b")]).encode()
