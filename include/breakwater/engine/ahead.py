"""Read several streams one after the other, while the later ones are already being prepared."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing, suppress
from queue import Empty, Queue
from threading import Event, Thread

import pyarrow as pa

WAITING_BATCHES = 2
"""So many batches of a stream wait to be read; then its thread waits, too."""

Batches = Generator[pa.RecordBatch, None, None]


def read_in_turn(streams: Sequence[Callable[[], Batches]]) -> Batches:
    """Give the batches of one stream after the other; each stream is read by a thread of its own.

    What comes is what reading them one by one would give. What a stream does before its first batch,
    as building the hash table of a join, is done while others are read.

    Args:
        streams: each is called once, in its thread. Its generator is closed if nobody reads on.

    Raises:
        Exception: what a stream raised, at the place of the batch that it did not give.
    """
    ended = Event()
    readers = [_Reader(stream, ended) for stream in streams]
    try:
        for reader in readers:
            yield from reader.batches()
    finally:
        ended.set()
        for reader in readers:
            reader.stop()


class _Reader:
    """Reads one stream in a thread, and hands over a batch, an error, or `None` at its end."""

    def __init__(self, stream: Callable[[], Batches], ended: Event) -> None:
        self._stream, self._ended = stream, ended
        self._told: Queue[pa.RecordBatch | Exception | None] = Queue(WAITING_BATCHES)
        self._thread = Thread(target=self._read, name="breakwater-reader", daemon=True)
        self._thread.start()

    def batches(self) -> Batches:
        """Give what the thread read; raise what it raised."""
        while (told := self._told.get()) is not None:
            if isinstance(told, Exception):
                raise told
            yield told

    def stop(self) -> None:
        """Wait for the thread, which may be waiting to hand a batch over that nobody wants."""
        while self._thread.is_alive():
            with suppress(Empty):
                self._told.get(timeout=0.01)
        self._thread.join()

    def _read(self) -> None:
        try:
            with closing(self._stream()) as batches:
                for batch in batches:
                    if self._ended.is_set():
                        return
                    self._told.put(batch)
        except Exception as problem:  # noqa: BLE001  raised again where the batch is missing
            self._told.put(problem)
        else:
            self._told.put(None)
