"""All that is done with the store, in one thread, in the order in which it was asked.

SQLite syncs to disk, so no call may run on the UI's loop; one thread keeps a draft from overtaking
the draft after it. What could not be saved stays with the store and is tried again.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from tutor.store.db import Store
    from tutor.store.events import NewEvent

T = TypeVar("T")
Cursor = tuple[int, int]
RETRY_SECONDS = 5.0


class Recorder:
    """The store behind one worker thread.

    Args:
        open_store: opens the store; called in the worker thread.
        on_saved: told, on the UI's loop, when saving begins to fail or works again.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        on_saved: Callable[[], None] = lambda: None,
    ) -> None:
        self._open_store = open_store
        self._on_saved = on_saved
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._store: Store | None = None
        self._drafts: dict[str, tuple[str, Cursor]] = {}
        self._lock = threading.Lock()
        self._tasks: set[asyncio.Task[bool]] = set()
        self.trouble = ""
        """Why the last thing was not saved, as a sentence; empty when all is saved."""

    async def call(self, work: Callable[[Store], T]) -> T:
        """Run ``work`` with the store in the worker thread and return what it returns."""
        return await self._submit(work)

    async def save(self, work: Callable[[Store], object]) -> bool:
        """Write something; False when it is kept in memory because nothing can be written."""
        return await self._saved(self._submit(work))

    async def record(self, *events: NewEvent) -> bool:
        """Record events; False as for ``save``."""
        return await self.save(lambda store: store.record(*events))

    def record_soon(self, *events: NewEvent) -> None:
        """Record events in order without waiting for the disk."""
        self._later(self._submit(lambda store: store.record(*events)))

    def draft_soon(self, item: str, text: str, cursor: Cursor) -> None:
        """Save a draft as typed; when typing outruns the disk, the latest one wins."""
        with self._lock:
            waiting = item in self._drafts
            self._drafts[item] = (text, cursor)
        if not waiting:
            self._later(self._submit(lambda store: self._save_draft(store, item)))

    async def retry(self) -> bool:
        """Try again to save what could not be saved; True when nothing is left waiting."""
        done = await self.call(lambda store: store.retry())
        if done:
            self._tell("")
        return done

    async def settle(self) -> None:
        """Wait until everything asked for so far has reached the store."""
        while self._tasks:
            await asyncio.gather(*self._tasks)

    async def close(self) -> None:
        """Finish what was asked for, close the store, end the thread."""
        await self.settle()
        if self._store is not None:
            await self.call(lambda store: store.close())
        self._worker.shutdown(wait=False)

    def _submit(self, work: Callable[[Store], T]) -> asyncio.Future[T]:
        # Handed to the thread before this returns, so that what is asked for first is done first.
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(self._worker, lambda: work(self._opened()))

    def _opened(self) -> Store:
        if self._store is None:
            self._store = self._open_store()
        return self._store

    def _save_draft(self, store: Store, item: str) -> None:
        # Taken in the worker thread, at the last moment: everything typed meanwhile is in it.
        with self._lock:
            text, cursor = self._drafts.pop(item)
        store.save_draft(item, text, cursor)

    async def _saved(self, work: asyncio.Future[T]) -> bool:
        from tutor.store.db import NotSaved  # sqlite3 is not needed for the first frame

        try:
            await work
        except NotSaved as error:
            self._tell(str(error))
            return False
        self._tell("")
        return True

    def _tell(self, trouble: str) -> None:
        if trouble != self.trouble:
            self.trouble = trouble
            self._on_saved()

    def _later(self, work: asyncio.Future[T]) -> None:
        task = asyncio.get_running_loop().create_task(self._saved(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
