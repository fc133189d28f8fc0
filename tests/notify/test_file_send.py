"""The file channel."""

from pathlib import Path

import pytest
from situations import delivery

from breakwater.core.errors import DeliveryError
from breakwater.notify.channels.file.send import FileSender


def test_a_file_is_there_whole_and_its_name_tells_the_delivery(tmp_path: Path) -> None:
    """One file in the recipient's folder; nothing half-written beside it."""
    sender = FileSender(tmp_path)
    assert sender.was_delivered(delivery("file")) is None
    receipt = sender.send(delivery("file"))
    (file,) = (tmp_path / "legal").iterdir()
    assert file.name == receipt.far_end_id == f"Breaks.{'a1' * 16}.txt"
    assert file.read_text() == "12"
    assert sender.was_delivered(delivery("file")) == receipt


def test_a_second_attempt_leaves_one_file(tmp_path: Path) -> None:
    """Same key, same name, same content; another key is another file."""
    for key in ("a1", "a1", "b2"):
        FileSender(tmp_path).send(delivery("file", delivery_key=key * 32))
    assert len(list((tmp_path / "legal").iterdir())) == 2


@pytest.mark.parametrize("name", ["../../etc/cron.d/x", "/etc/passwd", "a/b", "..", "a\nb", ""])
def test_no_name_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    """Whatever the payload or the recipient is called."""
    payload = {"name": name, "text": "x"}
    FileSender(tmp_path / "out").send(delivery("file", payload=payload, recipient=name))
    files = [file for file in tmp_path.rglob("*") if file.is_file()]
    assert len(files) == 1
    assert files[0].parent.parent == tmp_path / "out"


def test_a_folder_that_cannot_be_written_is_tried_again_later(tmp_path: Path) -> None:
    """A full or missing disk is somebody's to repair; the message waits."""
    (tmp_path / "legal").write_text("a file where the folder should be")
    with pytest.raises(DeliveryError) as caught:
        FileSender(tmp_path).send(delivery("file"))
    assert not caught.value.permanent
