"""What a vendor may read: its own rows, peers as a median of several, and nobody's name."""

import dataclasses
import io
import re
import zipfile
from collections.abc import Iterator

import made_days
import pytest
from made_days import DAY, NOW, QUEUES

from breakwater.contracts.audiences import Audience
from breakwater.contracts.configuration import Configuration
from breakwater.core.vocabulary import RunType
from breakwater.report.answers import Answers, read_answers
from breakwater.report.digest import publish_digest
from breakwater.report.rhythm import HISTORY_DAYS
from breakwater.report.scope import cut
from breakwater.warehouse.finding import replace_findings
from breakwater.warehouse.tracks import Track
from breakwater.warehouse.workspace import Workspace

AIRFLOW = "https://airflow.harbour.example"
RUNS = f"{AIRFLOW}/dags/close_day/runs?partition_key_pattern={DAY.isoformat()}"
VENDOR_AUDIENCES = [f"vendor_{vendor}" for vendor in sorted(QUEUES)]
NAMES = ("http://www.w3.org/", "http://schemas.openxmlformats.org/", "http://purl.org/dc/")
"""How the names of document types and of their parts begin; nothing is fetched from there."""


def _everything(workspace: Workspace, audience: str) -> Iterator[str]:
    """Yield all text that was stored or written to be sent for an audience."""
    for row in workspace.warehouse.rows(
        "select subject, message::text as message, html, plain_text, slack::text as slack"
        " from report.edition where audience = %s",
        [audience],
    ):
        yield from row.values()
    for row in workspace.warehouse.rows(
        "select spreadsheet from report.edition where audience = %s and spreadsheet <> ''",
        [audience],
    ):
        with zipfile.ZipFile(io.BytesIO(bytes(row["spreadsheet"]))) as parts:
            yield "\n".join(parts.read(part).decode() for part in parts.namelist())
    for row in workspace.warehouse.rows(
        "select payload::text as payload from notify.outbox where subject like %s",
        [f"digest/{audience}/%"],
    ):
        yield row["payload"]


@pytest.fixture
def told(bad: Workspace) -> Workspace:
    """Publish a bad day, with people's pseudonyms and cases in what the stages found."""
    with bad.warehouse.transaction() as connection:
        for number, finding in enumerate(made_days.bad_findings()):
            detail = dict(finding.detail) | {
                "agents": ["A-7F3K"],
                "case_ids": ["PL-000123"],
                "worst_agent": "A-9X2Q",
                "url": "https://cdn.example/item/1",
            }
            connection.execute("delete from operations.finding where stage = 'made'")
            known = dataclasses.replace(finding, detail=detail)
            replace_findings(connection, DAY, "with people", str(number), [known])
    publish_digest(bad, DAY, NOW, run_type=RunType.SCHEDULED, deliver=True, airflow_url=AIRFLOW)
    return bad


def test_a_vendor_reads_no_other_vendors_name(told: Workspace) -> None:
    """Neither the slug nor the name of any other vendor is in any byte of its digest."""
    for audience in VENDOR_AUDIENCES:
        texts = list(_everything(told, audience))
        assert len(texts) >= 7
        for vendor, contract in told.configuration.vendors.items():
            for name in (vendor, contract.name, contract.name.split()[0]):
                if vendor != audience.removeprefix("vendor_"):
                    seen = [text for text in texts if name.lower() in text.lower()]
                    assert not seen, (audience, name)


def test_the_operation_reads_every_vendors_name(told: Workspace) -> None:
    """The search of the test above finds names where they belong."""
    texts = "\n".join(_everything(told, "ops"))
    for contract in told.configuration.vendors.values():
        assert contract.name in texts


def test_exposure_is_told_to_whoever_looks_after_people_and_nobody_else(told: Workspace) -> None:
    """Hours in front of the gravest content are in one audience's digest, whatever the others ask."""
    for audience in told.configuration.audiences:
        texts = list(_everything(told, audience.audience))
        assert texts
        is_told = any("exposure" in text.lower() or "Tier A" in text for text in texts)
        assert is_told is (audience.kind == "wellbeing"), audience.audience


def test_nobodys_pseudonym_and_no_case_is_in_a_digest(told: Workspace) -> None:
    """Digests carry numbers of queues, sites and vendors."""
    for audience in told.configuration.audiences:
        for text in _everything(told, audience.audience):
            assert not re.search(r"A-7F3K|A-9X2Q|PL-000123|cdn\.example", text)


def test_a_digest_links_to_our_own_pages_only(told: Workspace) -> None:
    """No address of a font, a picture or a vendor; a vendor gets no link at all."""
    for audience in told.configuration.audiences:
        texts = list(_everything(told, audience.audience))
        found = {
            address
            for text in texts
            for address in re.findall(r"https?://[^\s\"'<>\\)]+", text)
            if not address.startswith(NAMES)
        }
        inside = set() if audience.kind == "vendor" else {RUNS}
        assert found == inside, audience.audience


def test_a_region_reads_its_own_vendors(told: Workspace) -> None:
    """Europe reads of Baltica and Karavan, and not that Pearlline was slow."""
    texts = "\n".join(_everything(told, "emea"))
    assert "Baltica Trust" in texts
    assert "Karavan" in texts
    assert not re.search("pearlline|andeska|dekkan", texts, re.IGNORECASE)


def test_what_is_found_across_vendors_is_for_those_who_may_see_all_of_them(
    told: Workspace,
) -> None:
    """A language that went wrong everywhere says something about the others."""
    assert "All vendors · language es" in "\n".join(_everything(told, "ops"))
    for audience in ("apac", *VENDOR_AUDIENCES):
        assert "language es" not in "\n".join(_everything(told, audience))


def _answers(**values: float) -> Answers:
    """Return a day with one AHT of a hundred cases a vendor."""
    empty = (None,) * HISTORY_DAYS
    tracks = tuple(
        Track(vendor, "spam", "aht", (*empty, value * 100), (*empty, 100.0))
        for vendor, value in values.items()
    )
    known = (DAY, tuple(values), tuple(values), tracks)
    needed = [f for f in dataclasses.fields(Answers) if f.default is dataclasses.MISSING]
    nothing = ((),) * (len(needed) - len(known))
    return Answers(*known, *nothing)


def _vendor(vendor: str) -> Audience:
    return Audience(
        audience=f"vendor_{vendor}", title=vendor, kind="vendor", zone="UTC", vendors=(vendor,)
    )


def test_peers_are_the_median_of_the_others() -> None:
    """The middle of 40, 60 and 90; the vendor's own 500 is no part of it."""
    answers = _answers(own=500, first=40, second=90, third=60)
    assert cut(answers, _vendor("own")).peers == {"aht": 60}


def test_two_peers_are_too_few_to_hide_one_another() -> None:
    """Whoever knows one of two knows the other from their middle."""
    assert cut(_answers(own=500, first=40, second=90), _vendor("own")).peers == {}


def test_queues_of_an_audience_limit_everything_it_reads(
    quiet: Workspace, configuration: Configuration
) -> None:
    """An audience of one queue reads no total of whole books."""
    audience = Audience(
        audience="spam_desk", title="Spam", kind="ops", zone="UTC", queues=("spam",)
    )
    with quiet.warehouse.transaction() as connection:
        answers = read_answers(connection, configuration, DAY, ["aht", "backlog"])
    view = cut(answers, audience)
    assert {track.queue for track in view.answers.tracks} == {"spam"}
    assert {row.queue for row in view.answers.attainment} == {"spam"}
    assert {row.queue for row in view.answers.breaks} == {"spam"}
    assert view.answers.tie_outs == ()
