"""From the bytes of a file to what is packed in it: block by block, within limits."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import pyarrow as pa

from breakwater.contracts.file_format import Compression
from breakwater.landing.reading.refusal import ExportRefusedError, Fault, shown
from breakwater.landing.reading.unzip import only_entry, unzip

BLOCK = 8 * 1024**2
"""Bytes that are unpacked at a time."""

MAGIC = {
    "gzip": b"\x1f\x8b",
    "zstd": b"\x28\xb5\x2f\xfd",
    "zip": b"PK\x03\x04",
    "an empty zip": b"PK\x05\x06",
    "bzip2": b"BZh91AY&SY",
    "xz": b"\xfd7zXZ\x00",
    "7-Zip": b"7z\xbc\xaf\x27\x1c",
    "Parquet": b"PAR1\x15",
    "PDF": b"%PDF-",
    "an old Office document": b"\xd0\xcf\x11\xe0",
}
"""How files begin that are no text, whatever their name says."""


def unpack(
    file: Path, compression: Compression, maximum_bytes: int, block_bytes: int = BLOCK
) -> Generator[bytes]:
    """Yield the content of a file of text, none of the blocks empty.

    gzip and zstd may consist of several members; anything behind the last one is a fault.

    Raises:
        ExportRefusedError: a compressed stream ends early; it is no such stream, or no text is
            packed in it; it unpacks to more than the limit.
    """
    if compression == "zip":
        blocks = unzip(file, only_entry(file), block_bytes, maximum_bytes)
    else:
        blocks = _stream(file, compression, block_bytes)
    count = 0
    with closing(blocks):
        for block in blocks:
            if count == 0 and block:
                _check_text(block)
            count += len(block)
            if count > maximum_bytes:
                raise ExportRefusedError(
                    Fault.TOO_LARGE, expected=f"at most {maximum_bytes} bytes", found="more"
                )
            if block:
                yield block


def _stream(file: Path, compression: Compression, block_bytes: int) -> Generator[bytes]:
    """Yield the content of a file, packed or plain, by Arrow's own readers."""
    if compression != "none":
        _check_magic(file, compression)
    try:
        with pa.input_stream(
            str(file), None if compression == "none" else compression, buffer_size=0
        ) as stream:
            while block := stream.read(block_bytes):
                yield block
    except OSError as error:
        if "Truncated" in str(error):
            raise ExportRefusedError(
                Fault.CUT_SHORT,
                expected="an end-of-stream marker",
                found=f"{file.stat().st_size} bytes without one",
            ) from error
        raise ExportRefusedError(
            Fault.UNREADABLE, expected=compression, found=shown(error)
        ) from error


def _check_magic(file: Path, compression: Compression) -> None:
    """Look at the first bytes: Arrow's gzip reader would also take what is not gzip."""
    magic = MAGIC[compression]
    with file.open("rb") as opened:
        start = opened.read(len(magic))
    if not magic.startswith(start):
        raise ExportRefusedError(
            Fault.UNREADABLE, expected=compression, found=f"a file that begins with {start!r}"
        )


def _check_text(start: bytes) -> None:
    for kind, magic in MAGIC.items():
        if start.startswith(magic):
            raise ExportRefusedError(Fault.UNREADABLE, expected="text", found=kind)
