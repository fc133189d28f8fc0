"""From the bytes of a file to its text: decompression within limits, strict decoding."""

import gzip
import io
import zlib
from pathlib import Path

from breakwater.landing.refusal import ExportRefusedError, Fault, shown

BLOCK = 1024 * 1024


def unpack(file: Path, compression: str, maximum_bytes: int) -> bytes:
    """Return the content of a file.

    Raises:
        ExportRefusedError: a compressed stream ends early.
        ExportRefusedError: it is no such stream, or unpacks to more than the limit.
    """
    if compression == "none":
        return file.read_bytes()
    content = io.BytesIO()
    try:
        with gzip.open(file) as stream:
            while block := stream.read(BLOCK):
                content.write(block)
                if content.tell() > maximum_bytes:
                    raise ExportRefusedError(
                        Fault.TOO_LARGE,
                        expected=f"at most {maximum_bytes} bytes",
                        found="more",
                    )
    except EOFError as error:
        raise ExportRefusedError(
            Fault.CUT_SHORT,
            expected="an end-of-stream marker",
            found=f"{file.stat().st_size} bytes without one",
        ) from error
    except (gzip.BadGzipFile, zlib.error) as error:
        raise ExportRefusedError(Fault.UNREADABLE, expected="gzip", found=shown(error)) from error
    return content.getvalue()


def decode(content: bytes, encoding: str) -> str:
    """Return text in the contract's encoding; a UTF-8 byte-order mark may be there or not.

    Raises:
        ExportRefusedError: the bytes are something else.
    """
    try:
        return content.decode("utf-8-sig" if encoding == "utf-8" else encoding)
    except UnicodeError as error:
        where = f"byte {error.start}" if isinstance(error, UnicodeDecodeError) else "the start"
        raise ExportRefusedError(
            Fault.OTHER_ENCODING, expected=encoding, found=f"other bytes at {where}"
        ) from error
