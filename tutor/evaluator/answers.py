"""What the learner's process may answer, as types: the judge reads nothing of any other form.

An answer may have been forged. What is behind this door may rely on its form, never on its truth.
``observe.py`` makes the nodes, ``learner.py`` what is around them.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from tutor.evaluator.wire import WireError

Size: TypeAlias = Annotated[int, Meta(ge=0, le=1 << 48)]
Shape: TypeAlias = Annotated[list[Size], Meta(max_length=64)]
Place: TypeAlias = tuple[Size, Size]  # offset and length in the payload
Pairs: TypeAlias = list[tuple[str, str]]


class _Form(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag_field="$"):
    """A node that is more than a plain value."""


class _Cut(_Form, frozen=True, tag="cut"):
    pass


class _Tensor(_Form, frozen=True, tag="tensor", rename={"kind": "class"}):
    kind: str
    dtype: str
    shape: Shape
    requires_grad: bool
    is_leaf: bool
    special: str | None = None
    stride: list[int] = []
    offset: int = 0
    contiguous: bool = False
    version: int = 0
    grad_fn: list[str] = []
    large: bool = False
    data: Place | None = None


class _Array(_Form, frozen=True, tag="array"):
    dtype: str
    shape: Shape
    stride: list[int]
    large: bool = False
    data: Place | None = None
    v: Node = None


class _Scalar(_Form, frozen=True, tag="scalar"):
    dtype: str
    v: Node


class _Module(_Form, frozen=True, tag="module", rename={"kind": "class"}):
    kind: str
    parameters: list[tuple[str, _Tensor]] = []
    buffers: list[tuple[str, _Tensor]] = []
    modules: Pairs = []
    keys: list[str] = []
    training: list[tuple[str, bool]] = []
    hooks: list[tuple[str, int]] = []


class _List(_Form, frozen=True, tag="list"):
    v: list[Node]


class _Tuple(_Form, frozen=True, tag="tuple"):
    v: list[Node]


class _Set(_Form, frozen=True, tag="set"):
    v: list[Node]


class _FrozenSet(_Form, frozen=True, tag="frozenset"):
    v: list[Node]


class _Dict(_Form, frozen=True, tag="dict"):
    v: list[tuple[Node, Node]]


class _Object(_Form, frozen=True, tag="object", rename={"kind": "class"}):
    kind: str
    text: str


class _Int(_Form, frozen=True, tag="int"):
    v: Annotated[str, Meta(pattern=r"^(-?0x[0-9a-f]{1,1000}|[0-9]{4,20} bits)$")]


class _Float(_Form, frozen=True, tag="float"):
    v: Literal["nan", "inf", "-inf"]


class _Complex(_Form, frozen=True, tag="complex"):
    v: tuple[float | _Float, float | _Float]


class _Text(_Form, frozen=True, tag="text"):
    v: str
    length: int


class _Bytes(_Form, frozen=True, tag="bytes"):
    v: str


class _DType(_Form, frozen=True, tag="dtype"):
    v: str


class _Device(_Form, frozen=True, tag="device"):
    v: str


class _Slice(_Form, frozen=True, tag="slice"):
    v: str


class _Range(_Form, frozen=True, tag="range"):
    v: str


class _Ellipsis(_Form, frozen=True, tag="ellipsis"):
    v: str


class _Type(_Form, frozen=True, tag="type"):
    v: str


Node: TypeAlias = (
    bool | int | float | str
    | _Cut | _Tensor | _Array | _Scalar | _Module | _List | _Tuple | _Set | _FrozenSet | _Dict
    | _Object | _Int | _Float | _Complex | _Text | _Bytes | _DType | _Device | _Slice | _Range
    | _Ellipsis | _Type | None
)  # fmt: skip


class _Whole(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """An answer; none of its parts is missing from an honest one without a reason."""


class Fault(_Whole, frozen=True):
    """An exception."""

    type: str
    message: str
    bases: list[str]
    frames: list[tuple[int, str]]
    line: int | None = None
    cause: str | None = None


class Greeting(_Whole, frozen=True):
    """How loading went."""

    exception: Fault | None = None
    loaded: bool = False
    defined: list[str] = []
    stdout: str = ""


class Answer(_Whole, frozen=True):
    """One observation."""

    nonce: str
    draw: int
    exception: Fault | None = None
    seen: dict[str, Node] = {}
    grads: dict[str, dict[str, Node] | None] = {}
    inputs: dict[str, Node] = {}
    storage: Pairs = []
    identity: Pairs = []
    arguments: Pairs = []
    draws: dict[str, str] = {}
    state: list[str] = []
    calls: list[tuple[str, int]] = []
    peak: int = 0
    ops: list[str] = []
    ops_used: list[str] = []
    ops_count: int = 0
    stdout: str = ""


def checked(header: Any, form: type[Answer | Greeting]) -> dict[str, Any]:
    """``header`` as it came. Raises WireError when it has not that form."""
    try:
        msgspec.convert(header, form)
    except (msgspec.ValidationError, UnicodeError, RecursionError) as error:
        raise WireError(f"not an answer: {error}") from None
    return dict(header)
