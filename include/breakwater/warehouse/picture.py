"""Pictures of messages: kept as numbers with the message, drawn once, shown by any number of mails.

A message's payload names its pictures under ``inline``: ``{cid, media_type, picture}``. Drawing takes
long the first time, so it happens neither where the message is written nor where its row is held.
"""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from breakwater.warehouse.database import Connection, Database

_OF_MESSAGES = """
    select distinct picture_id, data from notify.picture
    join (
        select jsonb_path_query(payload, '$.inline[*].picture') #>> '{}' as picture_id
        from notify.outbox where outbox_id = any(%s)
    ) as named using (picture_id)
    where png is null and problem is null
    order by picture_id
"""


def picture_id_of(data: Mapping[str, Any]) -> str:
    """Hash what a picture shows to 64 hexadecimal digits."""
    shown = json.dumps(data, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(shown.encode()).hexdigest()


def keep_picture(connection: Connection, data: Mapping[str, Any]) -> str:
    """Keep what a picture shows, in the transaction of its message; return its id."""
    picture_id = picture_id_of(data)
    connection.execute(
        "insert into notify.picture (picture_id, data) values (%s, %s) on conflict do nothing",
        [picture_id, json.dumps(data, ensure_ascii=False)],
    )
    return picture_id


def draw_pictures(
    warehouse: Database, outbox_ids: Sequence[int], draw: Callable[[Mapping[str, Any]], bytes]
) -> None:
    """Draw the pictures of messages that were not drawn yet; no transaction is open meanwhile.

    Two processes may draw the same: they draw the same bytes. What cannot be drawn keeps no message
    back.

    Args:
        warehouse: where messages and pictures are.
        outbox_ids: the messages.
        draw: makes a PNG of what a picture shows.
    """
    with warehouse.transaction() as connection:
        rows = connection.execute(_OF_MESSAGES, [list(outbox_ids)]).fetchall()
    for row in rows:
        png, problem = None, None
        try:
            png = draw(row["data"])
        except Exception as error:  # noqa: BLE001  an alert matters more than its picture
            problem = type(error).__name__
        with warehouse.transaction() as connection:
            connection.execute(
                "update notify.picture set png = %s, problem = %s"
                " where picture_id = %s and png is null",
                [png, problem, row["picture_id"]],
            )


def with_pictures(connection: Connection, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return a payload with its pictures in it; one that could not be drawn is left out."""
    named = [image for image in payload.get("inline", ()) if "picture" in image]
    if not named:
        return payload
    rows = connection.execute(
        "select picture_id, png from notify.picture where picture_id = any(%s) and png is not null",
        [[image["picture"] for image in named]],
    )
    drawn = {row["picture_id"]: base64.b64encode(row["png"]).decode("ascii") for row in rows}
    shown = [
        {"cid": image["cid"], "media_type": image["media_type"], "base64": drawn[image["picture"]]}
        if "picture" in image
        else image
        for image in payload["inline"]
        if "picture" not in image or image["picture"] in drawn
    ]
    return {**payload, "inline": shown}
