"""Zip archives from strangers: what is packed is counted while unpacking, never believed."""

import io
import re
import stat
import zipfile
import zlib
from collections.abc import Generator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from breakwater.landing.reading.refusal import ExportRefusedError, Fault, shown

DIRECTORY_BYTES = 4 * 1024**2
"""Size of an archive's own list of entries above which it is refused."""

PACKED_BYTES = 256 * 1024
ENCRYPTED = 0x1
LOCAL_HEADER = 30
DRIVE = re.compile(r"[A-Za-z]:")


class _Archive(io.FileIO):
    """A file of which nobody reads more at once than an honest archive has."""

    def read(self, size: int | None = -1) -> bytes:
        """Read some bytes."""
        if size is None or not 0 <= size <= DIRECTORY_BYTES:
            size = DIRECTORY_BYTES + 1
        content = super().read(size)
        if len(content) > DIRECTORY_BYTES:
            raise _refused(expected="a short list of entries", found="a longer one")
        return content


def entries(archive: Path) -> list[zipfile.ZipInfo]:
    """List what is packed; nothing is ever written under a name from an archive.

    Raises:
        ExportRefusedError: no zip, or an entry is not a plain file with a plain name: a link,
            encrypted, packed by another method, named twice, outside of the archive, over another.
    """
    try:
        with _Archive(archive) as file, zipfile.ZipFile(file) as opened:
            found = opened.infolist()
    # Its reader lets several errors of its own through when fields hold nonsense.
    except (zipfile.BadZipFile, ValueError, OSError, EOFError, NotImplementedError) as error:
        raise _refused(expected="a zip archive", found=shown(error)) from error
    for entry in found:
        _check(entry)
    if len({entry.filename for entry in found}) < len(found):
        raise _refused(expected="every name once", found="one twice")
    end = 0
    for entry in sorted(found, key=lambda each: each.header_offset):
        if entry.header_offset < end:
            raise _refused(expected="one entry behind another", found="entries over each other")
        end = entry.header_offset + LOCAL_HEADER + entry.compress_size
    return found


def _check(entry: zipfile.ZipInfo) -> None:
    path = PurePosixPath(entry.orig_filename.replace("\\", "/"))
    is_outside = path.is_absolute() or ".." in path.parts or DRIVE.match(str(path))
    if is_outside or "\0" in entry.orig_filename:
        raise _refused(expected="names inside of the archive", found=shown(entry.orig_filename))
    if entry.flag_bits & ENCRYPTED:
        raise _refused(expected="a zip that is not encrypted", found="an encrypted entry")
    kind = stat.S_IFMT(entry.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise _refused(
            expected="plain files", found=f"{shown(entry.filename)}, which is a link or a device"
        )
    if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
        raise _refused(expected="entries stored or deflated", found=f"method {entry.compress_type}")


def only_entry(archive: Path) -> zipfile.ZipInfo:
    """Return the one file that an archive holds.

    Raises:
        ExportRefusedError: as for `entries`; or it holds none, several, or a folder.
    """
    found = entries(archive)
    if len(found) != 1 or found[0].is_dir():
        raise _refused(expected="a zip of exactly one file", found=f"{len(found)} entries")
    return found[0]


def unzip(
    archive: Path, entry: zipfile.ZipInfo, block_bytes: int, maximum_bytes: int
) -> Generator[bytes]:
    """Unpack one entry in blocks.

    Raises:
        ExportRefusedError: it unpacks to more than the limit, to other bytes than it declares, or
            cannot be unpacked.
    """
    count, checksum = 0, 0
    with archive.open("rb") as file:
        file.seek(_start(file, entry))
        for block in _inflated(file, entry, block_bytes):
            count, checksum = count + len(block), zlib.crc32(block, checksum)
            if count > maximum_bytes:
                raise ExportRefusedError(
                    Fault.TOO_LARGE, expected=f"at most {maximum_bytes} bytes", found="more"
                )
            if count > entry.file_size:
                break
            yield block
    if (count, checksum) != (entry.file_size, entry.CRC):
        raise _refused(expected=f"{entry.file_size} bytes, as the archive declares", found="others")


def _start(file: BinaryIO, entry: zipfile.ZipInfo) -> int:
    """Find where an entry's data begins: behind the header that stands before it."""
    file.seek(entry.header_offset)
    header = file.read(LOCAL_HEADER)
    if len(header) < LOCAL_HEADER or not header.startswith(b"PK\x03\x04"):
        raise _refused(expected="an entry where the archive's list says", found="something else")
    lengths = int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little")
    return entry.header_offset + LOCAL_HEADER + lengths


def _inflated(file: BinaryIO, entry: zipfile.ZipInfo, block_bytes: int) -> Generator[bytes]:
    left = entry.compress_size
    inflate = None if entry.compress_type == zipfile.ZIP_STORED else zlib.decompressobj(-15)
    while left and (packed := file.read(min(left, PACKED_BYTES))):
        left -= len(packed)
        if inflate is None:
            yield packed
            continue
        try:
            while packed and not inflate.eof:
                yield inflate.decompress(packed, block_bytes)
                packed = inflate.unconsumed_tail
        except zlib.error as error:
            raise _refused(expected="deflated bytes", found="others") from error
    if left or (inflate is not None and not inflate.eof):
        raise ExportRefusedError(
            Fault.CUT_SHORT, expected="a whole entry", found="one that ends early"
        )


def _refused(*, expected: str, found: str) -> ExportRefusedError:
    return ExportRefusedError(Fault.UNREADABLE, expected=expected, found=found)
