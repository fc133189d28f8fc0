"""Writing files: the name carries the delivery key, so a second attempt finds the first."""

import os
from dataclasses import dataclass
from pathlib import Path

from breakwater.core.errors import DeliveryError
from breakwater.notify.channels.file.render import bare_name
from breakwater.warehouse.delivery import Delivery, Receipt


@dataclass(frozen=True, slots=True)
class FileSender:
    """The file channel.

    Attributes:
        folder: where recipients' folders are.
    """

    folder: Path

    def send(self, delivery: Delivery) -> Receipt:
        """Write the file beside its place, then rename it: it is there whole or not at all."""
        target = self._target(delivery)
        beside = target.with_suffix(".part")
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with beside.open("w", encoding="utf-8") as stream:
                stream.write(delivery.payload["text"])
                stream.flush()
                os.fsync(stream.fileno())
            beside.replace(target)
        except OSError as error:
            message = f"{target.name} could not be written: {error.strerror}"
            raise DeliveryError(message, permanent=False) from error
        return Receipt(target.name, delivery.recipient)

    def was_delivered(self, delivery: Delivery) -> Receipt | None:
        """Look for a file with the delivery key in its name."""
        target = self._target(delivery)
        return Receipt(target.name, delivery.recipient) if target.exists() else None

    def _target(self, delivery: Delivery) -> Path:
        name = f"{bare_name(delivery.payload['name'])}.{delivery.delivery_key[:32]}.txt"
        return self.folder / bare_name(delivery.recipient) / name
