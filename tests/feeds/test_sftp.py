"""The SFTP feed against real servers: who they are, what they list, how they fail."""

import dataclasses
import gzip
import os
import stat
import threading
import tracemalloc
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import asyncssh
import pytest
from file_servers import (
    Conduct,
    SshServer,
    new_key,
    openssh_server,
    public,
    python_server,
    why_no_sshd,
)
from vendor_exports import DAY, DEADLINE, LATER, ON_TIME, VendorFolder, contract, with_vendor

from breakwater.contracts.source import SftpSource
from breakwater.core.days import Window
from breakwater.core.errors import (
    ConfigurationError,
    ExportMissingError,
    ExportPendingError,
    FeedUnavailableError,
)
from breakwater.feeds.fetch import fetch_export
from breakwater.feeds.files import Listing
from breakwater.feeds.sftp import SftpFolder
from breakwater.feeds.sftp_login import SftpLogin
from breakwater.warehouse.connections import FeedConnection
from breakwater.warehouse.file_ledger import files_in_force
from breakwater.warehouse.workspace import Workspace

NAME = "acme_20261103.csv"
MINUTE = timedelta(minutes=1)
WINDOW = Window.for_operational_day(DAY, ZoneInfo("Asia/Singapore"))


@pytest.fixture
def left(tmp_path: Path) -> VendorFolder:
    """Make the folder that is served."""
    folder = tmp_path / "served"
    folder.mkdir()
    return VendorFolder(folder)


@pytest.fixture(params=["asyncssh", "OpenSSH"])
def vendor_server(
    request: pytest.FixtureRequest, left: VendorFolder, tmp_path: Path
) -> Iterator[SshServer]:
    """Serve the folder by either server."""
    if request.param == "asyncssh":
        with python_server(left.path) as running:
            yield running
        return
    why = why_no_sshd()
    if why is not None:
        pytest.skip(why)
    with openssh_server(left.path, tmp_path / "sshd") as running:
        yield running


def source_of(server: SshServer, **changes: object) -> dict[str, object]:
    """Write a source as a contract does."""
    base = {
        "kind": "sftp",
        "connection": "acme_sftp",
        "folder": server.path,
        "pattern": "acme_{day:%Y%m%d}*",
    }
    return base | changes


def vendor_on(
    workspace: Workspace,
    server: SshServer,
    connection: FeedConnection | None = None,
    **changes: object,
) -> Workspace:
    """Give the tests' vendor a contract whose exports are on a server."""
    terms = contract(**({"source": source_of(server)} | changes))
    known = connection or server.connection
    return dataclasses.replace(with_vendor(workspace, terms), connections=lambda _: known)


def listing_of(server: SshServer, **changes: object) -> Listing:
    """List a server's exports of the day."""
    source = SftpSource.model_validate(source_of(server, **changes))
    with SftpFolder(source, server.connection, side_suffixes=(".manifest.json",)) as feed:
        return feed.list_exports(DAY, WINDOW, LATER)


def test_an_export_is_kept_byte_for_byte_with_its_manifest(
    acme: Workspace, left: VendorFolder, vendor_server: SshServer
) -> None:
    """More than fits into one packet, with the time at which the vendor wrote it."""
    content = gzip.compress(os.urandom(3_000_000))
    left.drop(content)
    left.declare(7, content)
    on_server = vendor_on(acme, vendor_server, control={"kind": "manifest"})
    result = fetch_export(on_server, "acme", DAY, LATER)
    assert result.summary["declared_rows"] == 7
    with acme.warehouse.transaction() as connection:
        terms = on_server.configuration.vendor("acme", DAY)
        [file] = files_in_force(connection, terms, "acme", DAY)
    assert acme.lake.read(file.raw_path) == content
    assert (file.name, file.delivered_at, file.is_late) == (NAME, ON_TIME, False)
    assert fetch_export(on_server, "acme", DAY, LATER + MINUTE).changed is False


def test_a_server_with_another_host_key_is_refused_before_we_log_in(
    acme: Workspace, left: VendorFolder, vendor_server: SshServer
) -> None:
    """Both fingerprints are told; nothing was said to the stranger."""
    left.drop(b"x")
    other = vendor_server.known_as(extra={"host_key": public(new_key())})
    with pytest.raises(ConfigurationError, match=r"acme_sftp: expected the pinned host key SHA256"):
        fetch_export(vendor_on(acme, vendor_server, other), "acme", DAY, LATER)


def test_a_file_of_known_hosts_pins_as_well(
    acme: Workspace, left: VendorFolder, vendor_server: SshServer, tmp_path: Path
) -> None:
    """As ssh-keyscan writes it."""
    left.drop(b"x")
    known, key = tmp_path / "known_hosts", vendor_server.connection.extra["host_key"]
    known.write_text(f"[127.0.0.1]:{vendor_server.connection.port} {key}\n")
    pinned = vendor_server.known_as(extra={"host_key": None, "known_hosts": str(known)})
    assert fetch_export(vendor_on(acme, vendor_server, pinned), "acme", DAY, LATER).changed
    known.write_text(f"other.example {key}\n")
    with pytest.raises(ConfigurationError, match="expected a key of"):
        fetch_export(vendor_on(acme, vendor_server, pinned), "acme", DAY, LATER)


@pytest.mark.parametrize("algorithm", ["ssh-ed25519", "ecdsa-sha2-nistp256", "ssh-rsa"])
def test_a_private_key_is_read_from_a_file_with_its_passphrase(
    tmp_path: Path, algorithm: str
) -> None:
    """Of every kind that servers take; a wrong passphrase is a fault of the connection."""
    key = asyncssh.generate_private_key(algorithm)
    file = tmp_path / "key"
    key.write_private_key(
        file,
        passphrase="open",  # noqa: S106  of a key that lives for one test
        rounds=1,
        ignore_few_rounds=True,
    )
    extra = {
        "host_key": public(new_key()),
        "key_file": str(file),
        "private_key_passphrase": "open",
    }
    connection = FeedConnection(name="acme_sftp", kind="sftp", host="h", login="l", extra=extra)
    read = SftpLogin.of(connection)
    assert public(key).startswith(f"{read.key.get_name()} {read.key.get_base64()}")
    assert (read.server_name, read.password) == ("h", None)
    wrong = dataclasses.replace(connection, extra=extra | {"private_key_passphrase": "shut"})
    with pytest.raises(ConfigurationError, match="private_key_passphrase if it has one"):
        SftpLogin.of(wrong)


@pytest.mark.parametrize(
    ("extra", "expected"),
    [
        ({"host_key": None}, "a pinned host key"),
        ({"no_host_key_check": True}, "no_host_key_check: true"),
        ({"no_host_key_check": "true", "host_key": None}, "no_host_key_check: true"),
        ({"allow_host_key_change": "True"}, "allow_host_key_change: true"),
        ({"host_key": "ssh-ed25519 nonsense"}, "host_key as in ssh-ed25519"),
        ({"host_key": "ssh-ed25519"}, "host_key as in ssh-ed25519"),
        ({"host_key": "   "}, "host_key as in ssh-ed25519"),
        ({"host_key": None, "known_hosts": "/nowhere"}, "a readable file of known hosts"),
        ({"conn_timeout": "soon"}, "conn_timeout between"),
        ({"private_key": "nonsense"}, "RSA private key"),
        ({"key_file": "/nowhere"}, "a readable key_file"),
    ],
)
def test_a_connection_that_cannot_be_trusted_or_read_is_refused(
    acme: Workspace, extra: dict[str, object], expected: str
) -> None:
    """Before anything is sent, and without a secret in the message."""
    connection = FeedConnection(
        name="acme_sftp",
        kind="sftp",
        host="127.0.0.1",
        port=9,
        login="vendor",
        password="hidden",  # noqa: S106  the word that must not be said
        extra={"host_key": public(new_key())} | extra,
    )
    nowhere = SshServer(Path("/"), ".", connection)
    pinned = nowhere.known_as()
    with pytest.raises(ConfigurationError, match=expected) as raised:
        fetch_export(vendor_on(acme, nowhere, pinned), "acme", DAY, LATER)
    assert "hidden" not in str(raised.value)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"host": None}, "a host"),
        ({"login": None}, "a login"),
        ({"password": None}, "a password, key_file or private_key"),
    ],
)
def test_a_connection_without_a_field_says_which(
    acme: Workspace, changes: dict[str, object], expected: str
) -> None:
    """Each is needed."""
    fields: dict[str, object] = {"host": "h", "login": "l", "password": "p"}
    extra = {"host_key": public(new_key())}
    whole = FeedConnection(name="acme_sftp", kind="sftp", extra=extra, **(fields | changes))  # type: ignore[arg-type]
    with pytest.raises(ConfigurationError, match=f"acme_sftp: expected {expected}"):
        fetch_export(vendor_on(acme, SshServer(Path(), ".", whole)), "acme", DAY, LATER)


def test_a_login_that_is_not_let_in_is_a_fault_of_the_connection(
    acme: Workspace, left: VendorFolder, vendor_server: SshServer
) -> None:
    """A retry cannot help; the password is not repeated."""
    left.drop(b"x")
    stranger = vendor_server.known_as(password="wrong", extra={"private_key": None})  # noqa: S106  that is the point
    with pytest.raises(ConfigurationError, match="a login that the server lets in") as raised:
        fetch_export(vendor_on(acme, vendor_server, stranger), "acme", DAY, LATER)
    assert "wrong" not in str(raised.value)


def test_a_server_that_is_away_is_unavailable_and_not_missing(
    acme: Workspace, left: VendorFolder
) -> None:
    """It may be back in a minute."""
    with python_server(left.path) as gone:
        pass
    with pytest.raises(FeedUnavailableError) as raised:
        fetch_export(vendor_on(acme, gone), "acme", DAY, LATER)
    assert raised.value.permanent is False


def test_links_folders_and_pipes_are_refused_and_never_opened(
    left: VendorFolder, vendor_server: SshServer, tmp_path: Path
) -> None:
    """Only plain files are exports."""
    (tmp_path / "secret").write_bytes(b"of another vendor")
    left.drop(b"x", name="acme_20261103_real.csv")
    left.drop(b"x", name="acme_20261102.csv")
    (left.path / "acme_20261103_link").symlink_to(tmp_path / "secret")
    (left.path / "acme_20261103_folder").mkdir()
    os.mkfifo(left.path / "acme_20261103_pipe")
    left.drop(b"x", name="acme_20261103\nforged")
    found = listing_of(vendor_server)
    assert [file.name for file in found.delivered] == ["acme_20261103_real.csv"]
    assert sorted(refusal.split(": ")[1] for refusal in found.refused) == [
        "a link",
        "control characters in the name",
        "not a regular file",
        "not a regular file",
    ]


def test_a_name_that_is_not_utf8_hides_no_other_file(
    left: VendorFolder, vendor_server: SshServer
) -> None:
    """One stray name must not stop a vendor's feed."""
    left.drop(b"x")
    (Path(os.fsdecode(os.fsencode(left.path) + b"/acme_20261103_\xff"))).write_bytes(b"x")
    found = listing_of(vendor_server)
    assert [file.name for file in found.delivered] == [NAME]
    assert found.refused == ("'acme_20261103_\\udcff': control characters in the name",)


def test_a_folder_that_is_not_there_is_an_empty_one(vendor_server: SshServer) -> None:
    """Vendors make folders by day when they have something to put there."""
    folder = f"{vendor_server.path.rstrip('/')}/{{day:%Y}}"
    assert listing_of(vendor_server, folder=folder) == Listing((), ())


def entry(name: bytes, **changes: object) -> tuple[bytes, asyncssh.SFTPAttrs]:
    """Make an entry as a server tells it."""
    at = int(ON_TIME.timestamp())
    told = {"permissions": stat.S_IFREG | 0o644, "size": 1, "atime": at, "mtime": at}
    return name, asyncssh.SFTPAttrs(**(told | changes))


def test_a_server_that_lists_names_of_elsewhere_leads_nowhere(left: VendorFolder) -> None:
    """Whatever it lists, only bare names of files of a known size and time count."""
    conduct = Conduct(
        entries=[
            entry(b"../acme_20261103.csv"),
            entry(b"/etc/acme_20261103"),
            entry(b"..\\acme_20261103"),
            entry(b"acme_20261103" + b"x" * 200),
            entry(b"acme_20261103" + b"x" * 20_000),
            entry(b"acme_20261103_large", size=5 * 1024**3),
            entry(b"acme_20261103_sizeless", size=None),
            entry(b"acme_20261103_kindless", permissions=None),
            entry(b"acme_20261103_fine"),
        ]
    )
    with python_server(left.path, conduct) as server:
        found = listing_of(server)
    assert [file.name for file in found.delivered] == ["acme_20261103_fine"]
    assert sorted(refusal.split(": ")[1] for refusal in found.refused) == [
        "not a bare file name",
        "not a bare file name",
        "not a bare file name",
        "not a regular file",
        "too large",
        "too long a name",
        "too long a name",
        "without a size",
    ]
    assert all(refusal.isprintable() for refusal in found.refused)


@pytest.mark.parametrize("size", [0, 1, 32_767, 32_768, 32_769, 3_000_001])
@pytest.mark.parametrize("most", [None, 10_007])
def test_a_file_of_any_size_arrives_whole(
    left: VendorFolder, tmp_path: Path, size: int, most: int | None
) -> None:
    """Also from a server that gives less than it is asked for."""
    content = os.urandom(size)
    left.drop(content)
    with python_server(left.path, Conduct(most=most)) as server:
        source = SftpSource.model_validate(source_of(server))
        with SftpFolder(source, server.connection) as feed:
            [file] = feed.list_exports(DAY, WINDOW, LATER).delivered
            assert feed.copy(file, tmp_path / "copy")
    assert (tmp_path / "copy").read_bytes() == content


def test_memory_does_not_grow_with_the_file(left: VendorFolder, vendor_server: SshServer) -> None:
    """Forty megabytes pass through a few."""
    left.drop(os.urandom(1_000_000) * 40)
    source = SftpSource.model_validate(source_of(vendor_server))
    with SftpFolder(source, vendor_server.connection) as feed:
        [file] = feed.list_exports(DAY, WINDOW, LATER).delivered
        blocks = feed._sftp.blocks_of(file.path, file.size_bytes)  # noqa: SLF001  what the client holds
        tracemalloc.start()
        size = sum(len(block) for block in blocks)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert size == 40_000_000
    assert peak < 12_000_000


@pytest.mark.parametrize("more", [-2, -1, 1, 100_000])
def test_a_server_that_lies_about_sizes_gives_no_file(
    acme: Workspace, left: VendorFolder, more: int
) -> None:
    """What arrives is not as long as what was listed: it is not taken, and waited for."""
    left.drop(b"short", at=DEADLINE - MINUTE)
    with python_server(left.path, Conduct(size=more)) as server:
        on_server = vendor_on(acme, server)
        with pytest.raises(ExportPendingError, match="is not what the listing says"):
            fetch_export(on_server, "acme", DAY, DEADLINE)
        with pytest.raises(ExportMissingError, match="1 unfinished"):
            fetch_export(on_server, "acme", DAY, LATER)
    assert acme.warehouse.rows("select 1 from landing.file_ledger") == []


def test_a_file_that_grows_while_it_is_copied_is_not_taken(
    acme: Workspace, left: VendorFolder
) -> None:
    """Half of one content and half of another is nobody's export."""
    file = left.drop(b"x" * 300_000)

    def grow(_: object, offset: int) -> None:
        if offset:
            with file.open("ab") as stream:
                stream.write(b"more")

    with (
        python_server(left.path, Conduct(on_read=grow)) as server,
        pytest.raises(ExportPendingError, match="is not what the listing says"),
    ):
        fetch_export(vendor_on(acme, server), "acme", DAY, ON_TIME + MINUTE)


def test_a_connection_that_is_cut_half_way_keeps_nothing_of_that_file_and_goes_on_later(
    acme: Workspace, left: VendorFolder
) -> None:
    """The first file was whole and is not copied again; of the second one nothing is kept."""
    reads: list[int] = []
    left.drop(b"a" * 10, name="acme_20261103_a.csv", at=ON_TIME - MINUTE)
    left.drop(b"b" * 2_000_000, name="acme_20261103_b.csv")

    def cut(sftp: object, offset: int) -> None:
        reads.append(offset)
        if offset > 500_000:
            sftp.cut()  # type: ignore[attr-defined]

    many = {"files": "many", "expected_files": 2}
    with python_server(left.path, Conduct(on_read=cut)) as server:
        on_server = vendor_on(acme, server, source=source_of(server, **many))
        with pytest.raises(FeedUnavailableError):
            fetch_export(on_server, "acme", DAY, LATER)
    [kept] = acme.warehouse.rows("select name from landing.file_ledger")
    assert kept["name"] == "acme_20261103_a.csv"
    sizes = [path.stat().st_size for path in Path(acme.lake.uri[7:]).rglob("*") if path.is_file()]
    assert sizes == [10]
    with python_server(left.path, Conduct(on_read=lambda _, offset: reads.append(offset))) as again:
        on_server = vendor_on(acme, again, source=source_of(again, **many))
        reads.clear()
        assert fetch_export(on_server, "acme", DAY, LATER).summary["files_in_force"] == 2
    assert reads.count(0) == 1  # of the second file alone


def test_every_connection_is_closed(
    acme: Workspace, left: VendorFolder, vendor_server: SshServer
) -> None:
    """Also when logging in or listing fails: no thread of the client is left."""
    left.drop(b"x")
    fetch_export(vendor_on(acme, vendor_server), "acme", DAY, LATER)
    stranger = vendor_server.known_as(extra={"host_key": public(new_key())})
    with pytest.raises(ConfigurationError):
        fetch_export(vendor_on(acme, vendor_server, stranger), "acme", DAY, LATER)
    names = {type(thread).__module__ for thread in threading.enumerate() if thread.is_alive()}
    assert not any(name.startswith("paramiko") for name in names)
