"""All that is done with the store, in one thread, in the order in which it was asked.

SQLite syncs to disk, so no call may run on the UI's loop; one thread keeps a draft from overtaking
the draft after it. What could not be saved stays with the store and is tried again.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from tutor.store import NewEvent, NotSaved, Store

T = TypeVar("T")
Cursor = tuple[int, int]
RETRY_SECONDS = 5.0


class Recorder:
    """The store behind one worker thread.

    Args:
        open_store: opens the store; called in the worker thread.
        on_saved: told, on the UI's loop, whether everything so far is saved.
    """

    def __init__(
        self,
        open_store: Callable[[], Store],
        on_saved: Callable[[bool], None] = lambda saved: None,
    ) -> None:
        self._open_store = open_store
        self._on_saved = on_saved
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="store")
        self._store: Store | None = None
        self._drafts: dict[str, tuple[str, Cursor]] = {}
        self._lock = threading.Lock()
        self._tasks: set[asyncio.Task[object]] = set()
        self.saved = True

    async def call(self, work: Callable[[Store], T]) -> T:
        """Run ``work`` with the store in the worker thread and return what it returns."""
        return await asyncio.get_running_loop().run_in_executor(
            self._worker, lambda: work(self._opened())
        )

    async def record(self, *events: NewEvent) -> bool:
        """Record events; False when they are kept in memory because nothing can be written."""
        return await self._saving(lambda store: store.record(*events))

    def record_soon(self, *events: NewEvent) -> None:
        """Record events in order without waiting for the disk."""
        self._background(self.record(*events))

    def draft_soon(self, item: str, text: str, cursor: Cursor) -> None:
        """Save a draft as typed; when typing outruns the disk, the latest one wins."""
        with self._lock:
            waiting = item in self._drafts
            self._drafts[item] = (text, cursor)
        if not waiting:
            self._background(self._save_draft(item))

    async def retry(self) -> bool:
        """Try again to save what could not be saved."""
        return await self._saving(lambda store: store.retry())

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

    def _opened(self) -> Store:
        if self._store is None:
            self._store = self._open_store()
        return self._store

    async def _save_draft(self, item: str) -> None:
        def save(store: Store) -> None:
            # Taken in the worker thread, at the last moment: everything typed meanwhile is in it.
            with self._lock:
                text, cursor = self._drafts.pop(item)
            store.save_draft(item, text, cursor)

        await self._saving(save)

    async def _saving(self, work: Callable[[Store], object]) -> bool:
        try:
            await self.call(work)
        except NotSaved:
            self._tell(False)
            return False
        self._tell(True)
        return True

    def _tell(self, saved: bool) -> None:
        if saved != self.saved:
            self.saved = saved
            self._on_saved(saved)

    def _background(self, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
