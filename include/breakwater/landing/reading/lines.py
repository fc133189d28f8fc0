"""Text in blocks of whole lines, as UTF-8, whatever its encoding was."""

import codecs
import re
from collections.abc import Generator

from breakwater.contracts.file_format import Encoding
from breakwater.landing.reading.refusal import ExportRefusedError, Fault

LONGEST_LINE = 8 * 1024**2
"""Bytes of a line, as UTF-8, above which the file is refused: it is not made of lines."""

MARK = codecs.BOM_UTF8


def line_blocks(blocks: Generator[bytes], encoding: Encoding) -> Generator[bytes]:
    """Cut text behind line feeds, and spell it in UTF-8 without a byte-order mark.

    Only a line feed ends a line. All blocks but the last end with one.

    Raises:
        ExportRefusedError: the bytes are in another encoding, or a line is too long.
    """
    pieces = _utf8_of_wide(blocks, encoding) if encoding == "utf-16" else blocks
    is_first, offset = True, 0
    for block in _cut(pieces):
        if has_long_line(block, LONGEST_LINE):
            raise _long_line()
        text = block if encoding == "utf-16" else _utf8(block, encoding, offset)
        offset += len(block)
        if is_first:
            text, is_first = text.removeprefix(MARK), False
        if text:
            yield text


def _cut(pieces: Generator[bytes]) -> Generator[bytes]:
    """Carry what stands behind the last line feed of a piece over to the next."""
    rest: list[bytes] = []
    size = 0
    for piece in pieces:
        end = piece.rfind(b"\n") + 1
        if end:
            yield b"".join((*rest, piece[:end]))
            rest, size = [], 0
        rest.append(piece[end:])
        size += len(piece) - end
        if size > LONGEST_LINE:
            raise _long_line()
    if last := b"".join(rest):
        yield last


def _utf8(block: bytes, encoding: Encoding, offset: int) -> bytes:
    if block.isascii():
        return block
    try:
        if encoding in {"utf-8", "utf-8-sig"}:
            block.decode()
            return block
        return block.decode(encoding).encode()
    except UnicodeDecodeError as error:
        raise _other_encoding(encoding, f"byte {offset + error.start}") from error


def _utf8_of_wide(blocks: Generator[bytes], encoding: Encoding) -> Generator[bytes]:
    """Decode text whose characters may be cut at the end of a block."""
    decoder, seen = codecs.getincrementaldecoder(encoding)(), 0
    try:
        for block in blocks:
            seen += len(block)
            yield decoder.decode(block).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:  # without a position when the mark is missing
        raise _other_encoding(encoding, f"the first {seen} bytes") from error


def _other_encoding(encoding: Encoding, where: str) -> ExportRefusedError:
    return ExportRefusedError(
        Fault.OTHER_ENCODING, expected=encoding, found=f"other bytes at {where}"
    )


def _long_line() -> ExportRefusedError:
    return ExportRefusedError(
        Fault.LINE_TOO_LONG, expected=f"lines of at most {LONGEST_LINE} bytes", found="more"
    )


def has_long_line(block: bytes, longest: int) -> bool:
    """Tell whether a line of a block is longer than so many bytes, its line feed included."""
    start, size = 0, len(block)
    while size - start > longest:
        end = block.rfind(b"\n", start, start + longest)
        if end < 0:
            return True
        start = end + 1
    return False


def has_stray_return(block: bytes) -> bool:
    """Tell whether a carriage return stands anywhere but before a line feed."""
    return b"\r" in block and STRAY.search(block) is not None


STRAY = re.compile(rb"\r(?!\n)")
