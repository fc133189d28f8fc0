"""A digest says what of it vendors state, who cannot tell what, and what changed its meaning."""

from dataclasses import replace

import pytest
from made_days import DAY, NOW

from breakwater.contracts.metrics import METRICS
from breakwater.contracts.shape import CaseShape
from breakwater.contracts.wording import Names
from breakwater.core.days import Window
from breakwater.core.vocabulary import EventType
from breakwater.report.answers import read_answers
from breakwater.report.figures import Figures
from breakwater.report.layout import metrics_read
from breakwater.report.quality import quality_of
from breakwater.report.scope import cut
from breakwater.warehouse.numbers import Asked, read_numbers
from breakwater.warehouse.stage_run import record_stage
from breakwater.warehouse.workspace import Workspace


def lines(workspace: Workspace, audience: str) -> str:
    """Return what an audience reads of the data behind its numbers."""
    configuration = workspace.configuration
    reader = next(each for each in configuration.audiences if each.audience == audience)
    window = Window.for_operational_day(DAY, configuration.operations.zone_info)
    with workspace.warehouse.transaction() as connection:
        metrics = metrics_read(configuration.operations.aas)
        answers = read_answers(connection, configuration, DAY, metrics)
    return "\n".join(quality_of(cut(answers, reader), Names(configuration, DAY), window))


def blind(workspace: Workspace, vendor: str) -> Workspace:
    """Return the installation with a vendor that reports no audits."""
    configuration = workspace.configuration
    contract = configuration.vendor(vendor)
    assert isinstance(contract.shape, CaseShape)
    instants = {
        event: columns
        for event, columns in contract.shape.instants.items()
        if event is not EventType.QA_SCORED
    }
    shape = contract.shape.model_copy(update={"instants": instants})
    vendors = {**configuration.vendors, vendor: contract.model_copy(update={"shape": shape})}
    return replace(workspace, configuration=replace(configuration, vendors=vendors))


@pytest.mark.parametrize(
    ("audience", "words"),
    [
        ("ops", "AHT and QA accuracy: as vendors state it. The rest is counted here."),
        ("vendor_andeska", "AHT and QA accuracy: as you state it. The rest is counted here."),
        ("policy_legal", "QA accuracy: as vendors state it. The rest is counted here."),
    ],
)
def test_what_vendors_state_themselves_is_named(
    quiet: Workspace, audience: str, words: str
) -> None:
    """A handling time is the vendor's word, however it is added up."""
    found = lines(quiet, audience)
    assert words in found
    assert "cannot tell" not in found
    assert "changed its meaning" not in found


def test_a_vendor_that_cannot_tell_a_number_is_named_to_those_who_read_it(
    quiet: Workspace,
) -> None:
    """Not to another vendor: it is none of its business."""
    workspace = blind(quiet, "karavan")
    words = "QA accuracy without Karavan Modération, which cannot tell it."
    assert words in lines(workspace, "ops")
    assert "cannot tell" not in lines(workspace, "vendor_andeska")
    assert "QA accuracy without your export, which cannot tell it." in lines(
        workspace, "vendor_karavan"
    )


def test_a_metric_that_was_measured_by_two_definitions_says_both(quiet: Workspace) -> None:
    """Its trend compares what is not alike."""
    with quiet.warehouse.transaction() as connection:
        for day, revisions in ((DAY, {"aht": 2}), (DAY.replace(day=DAY.day - 1), {})):
            record_stage(
                connection,
                day=day,
                vendor="dekkan",
                stage="measure",
                inputs=[],
                outputs=[],
                summary={"revisions": revisions},
                at=NOW,
            )
    assert "AHT changed its meaning within the time shown: aht/1 and aht/2." in lines(quiet, "ops")


def test_a_page_and_the_command_say_the_same_number(quiet: Workspace) -> None:
    """Every metric of every page, by vendor and queue, as `breakwater kpi` reads it."""
    configuration = quiet.configuration
    metrics = metrics_read(configuration.operations.aas)
    with quiet.warehouse.transaction() as connection:
        answers = read_answers(connection, configuration, DAY, metrics)
        read = {
            (*each.scope.values(), metric): (each.numerator, each.denominator, each.value)
            for metric in metrics
            for each in read_numbers(
                connection, configuration, Asked(METRICS[metric], DAY, DAY, ("vendor", "queue"))
            )
        }
    figures = Figures(DAY, answers.tracks)
    shown = {}
    for track in answers.tracks:
        if track.numerators[-1] is not None:
            figure = figures.figure(track.metric, vendor=track.vendor, queue=track.queue)
            key = (track.vendor, track.queue, track.metric)
            value = None if figure is None else figure.value
            shown[key] = (track.numerators[-1], track.denominators[-1], value)
    assert shown == read
    assert len({metric for *_, metric in shown}) > 5
