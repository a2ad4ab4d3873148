"""What the zygote does once, so that no submission pays for it.

``first`` comes before the first pair is forked, ``rest`` after "ready": the first optimizer step
alone imports torch._dynamo, 1.5 s and 72 MiB.
"""

from __future__ import annotations

import collections
import contextlib
import copy
import dataclasses
import enum
import functools
import gc
import inspect
import itertools
import re
import string
import typing
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch.overrides import resolve_name

from tutor.content.model import Tolerance
from tutor.evaluator import compare, scene, values, wire
from tutor.evaluator.inputs import Packer, Unpacker
from tutor.text.messages import keys

# Imported so that a learner's own import of them costs nothing.
ALREADY_IMPORTED = (
    collections, contextlib, copy, dataclasses, enum, functools, inspect, itertools, re, string,
    typing,
)  # fmt: skip


def first() -> None:
    """One whole look, drawn and compared: the first submission then finds all of it warm."""
    keys("evaluator")
    keys("evaluator_blocked")
    keys("plain")
    keys("slips")
    # The first gradient alone imports 500 modules: 0.3 s.
    _look(frozenset())
    torch.seed()


def rehearse(waiting: Callable[[], bool]) -> None:
    """In a child on standby: touch the pages that a submission writes to, while nobody waits.

    A forked process copies a page of its parent's when it first writes there, reference counts
    included: some 1,500 pages for a usual submission, 5 ms that would come between the key and the
    verdict. ``waiting`` tells that a submission is here: then the rehearsal ends at once.
    """
    parts: tuple[Callable[[], None], ...] = (
        lambda: _look(frozenset()),
        lambda: _look(frozenset({"calls", "ops"})),
        lambda: _train(),
    )
    for part in parts:
        if waiting():
            return
        part()
    gc.freeze()


def _look(watch: frozenset[str]) -> None:
    packer = Packer()
    node = packer.pack({"x": torch.randn(3, 2, requires_grad=True)})
    facets = ["value", "grad", "storage", "inputs", "state"]
    probe = {"call": "f(x)", "facets": facets, "watch": sorted(watch), "seed": 1}
    inputs = Unpacker(b"".join(packer.buffers)).unpack(node)
    seen = scene.look(probe, {"f": lambda x: x.t().softmax(-1)}, inputs)
    side = (seen.header, seen.payload)
    list(compare.differences(values.Sides(side, side, frozenset(facets), Tolerance())))
    wire.parse(wire.pack(seen.header)[wire.HEAD.size :])
    repr(torch.randn(2, 2))


def _train() -> None:
    model = torch.nn.Sequential(
        torch.nn.Linear(8, 8), torch.nn.ReLU(), torch.nn.LayerNorm(8), torch.nn.Linear(8, 2)
    )
    optimizer = torch.optim.AdamW(model.parameters())
    data = torch.utils.data.TensorDataset(torch.randn(8, 8), torch.zeros(8, dtype=torch.long))
    for x, y in torch.utils.data.DataLoader(data, batch_size=4):
        optimizer.zero_grad()
        F.cross_entropy(model(x), y).backward()  # type: ignore[no-untyped-call]
        optimizer.step()


def rest() -> None:
    """The usual furniture of a lesson: a small network trained for two steps; the recorders."""
    _train()
    F.conv2d(torch.randn(1, 1, 8, 8), torch.randn(1, 1, 3, 3))
    a = torch.randn(1, 4, 8, 8)
    F.scaled_dot_product_attention(a, a, a)
    torch.einsum("ij,jk->ik", a[0, 0], a[0, 0])
    torch.vmap(torch.sin)(a)
    # The first name asked for has torch list all of its functions: 20 ms.
    resolve_name(torch.reshape)
