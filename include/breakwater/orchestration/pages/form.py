"""What a browser sends when a person presses the button of one of our pages."""

from typing import Annotated
from urllib.parse import parse_qs, urlsplit

from fastapi import Depends, HTTPException, Request

LONGEST_FORM = 16 * 1024
_OURS = {"same-origin", "none"}


async def same_origin(request: Request) -> None:
    """Refuse what another site's page sends in a person's name.

    Browsers say where a request comes from; one that says neither is no browser, and has nothing to
    send along but the token itself.
    """
    site = request.headers.get("sec-fetch-site")
    origin = request.headers.get("origin")
    if site is not None and site not in _OURS:
        raise HTTPException(403)
    if (
        site is None
        and origin is not None
        and urlsplit(origin).netloc != request.headers.get("host")
    ):
        raise HTTPException(403)


async def read_form(request: Request) -> dict[str, str]:
    """Read the fields of a form, of which there are few and short ones; the first of a name counts."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LONGEST_FORM:
            raise HTTPException(413)
    try:
        fields = parse_qs(body.decode("ascii"), max_num_fields=20, errors="replace")
    except ValueError:
        raise HTTPException(400) from None
    return {name: values[0] for name, values in fields.items()}


Form = Annotated[dict[str, str], Depends(read_form)]
