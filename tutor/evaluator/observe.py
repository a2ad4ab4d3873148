"""Live values -> observations: plain data that says what is true of them.

Runs over the learner's values and over a solution's, in two processes, and must say the same of
the same. Everything used here is taken hold of before a learner's code can replace it, types are
read from ``type(value)`` (``__class__`` can lie), and a tensor's bytes are read from its memory.
"""

from __future__ import annotations

import ctypes
import math
from typing import Any

import numpy as np
import torch

MAX_NODES = 20_000
MAX_BYTES = 64 << 20
MAX_TEXT = 20_000
MAX_DEPTH = 16
_EXACT = 2**53  # integers below are exact in every reader of JSON

# What long lists are made of, and nothing of which is a tensor.
PLAIN = frozenset({int, float, bool, str, type(None)})

_isfinite = math.isfinite
_string_at = ctypes.string_at
_detach = torch.Tensor.detach
_contiguous = torch.Tensor.contiguous
_resolve_conj = torch.Tensor.resolve_conj
_resolve_neg = torch.Tensor.resolve_neg
_data_ptr = torch.Tensor.data_ptr
_numel = torch.Tensor.numel
_element_size = torch.Tensor.element_size
_stride = torch.Tensor.stride
_offset = torch.Tensor.storage_offset
_is_contiguous = torch.Tensor.is_contiguous
_untyped_storage = torch.Tensor.untyped_storage
# Without sub-classes and modes: what is recorded is the scene, not this look at it.
_unaliased = torch._C.DisableTorchFunction
_no_grad = torch.no_grad
_named_parameters = torch.nn.Module.named_parameters
_named_buffers = torch.nn.Module.named_buffers
_named_modules = torch.nn.Module.named_modules


_mro_of = type.__dict__["__mro__"].__get__
_name_of = type.__dict__["__name__"].__get__


def kinds_of(value: Any) -> tuple[type, ...]:
    """The classes of ``value``, its own first; a metaclass cannot lie about them."""
    return tuple(_mro_of(type(value)))


def class_name(kind: type) -> str:
    """The name that ``kind`` was made with, cut."""
    return str(_name_of(kind))[:100]


def is_tensor(value: Any) -> bool:
    """True for torch tensors, sub-classes included, whatever ``__class__`` says."""
    return torch.Tensor in kinds_of(value)


def is_array(value: Any) -> bool:
    """True for NumPy arrays, sub-classes included."""
    return np.ndarray in kinds_of(value)


def is_module(value: Any) -> bool:
    """True for modules."""
    return torch.nn.Module in kinds_of(value)


class Observer:
    """Turns values into JSON nodes; the raw bytes gather in ``buffers``."""

    def __init__(self, facets: frozenset[str] = frozenset()) -> None:
        self.buffers: list[bytes] = []
        self._facets = facets
        self._offset = 0
        self._nodes = 0

    def node(self, value: Any, depth: int = 0) -> Any:
        """What is true of ``value``, as JSON."""
        self._nodes += 1
        if depth > MAX_DEPTH or self._nodes > MAX_NODES:
            return {"$": "cut"}
        if _is_plain(value):  # long lists are made of these
            return value
        kind = type(value)
        if kind is list or kind is tuple:
            return self._container(kind, "list" if kind is list else "tuple", value, depth)
        kinds = kinds_of(value)
        for known, make in _SCALARS:
            if known in kinds:
                return make(value)
        if torch.Tensor in kinds:
            return self.tensor(value)
        if np.ndarray in kinds:
            return self._array(value)
        if np.generic in kinds:
            return {
                "$": "scalar",
                "dtype": str(value.dtype),
                "v": self.node(value.item(), depth + 1),
            }
        if torch.nn.Module in kinds:
            return self._module(value)
        for known, name in _CONTAINERS:
            if known in kinds:
                return self._container(known, name, value, depth)
        return {"$": "object", "class": _class_name(value), "text": _steady_text(value)}

    def _container(self, known: Any, name: str, value: Any, depth: int) -> Any:
        # The type's own iteration, so that a sub-class cannot show other items than it holds.
        if known is dict:
            pairs = list(dict.items(value))[:MAX_NODES]
            return {
                "$": name,
                "v": [[self.node(k, depth + 1), self.node(v, depth + 1)] for k, v in pairs],
            }
        items = list(known.__iter__(value))[:MAX_NODES]
        if self._nodes + len(items) <= MAX_NODES and depth < MAX_DEPTH and all_plain(items):
            self._nodes += len(items)
        else:
            items = [self.node(item, depth + 1) for item in items]
        return {"$": name, "v": sorted(items, key=repr) if "set" in name else items}

    def _bytes(self, data: bytes) -> list[int]:
        self.buffers.append(data)
        self._offset += len(data)
        return [self._offset - len(data), len(data)]

    def tensor(self, value: torch.Tensor) -> Any:
        """Every cheap fact of a tensor, and its elements in row-major order."""
        with _unaliased(), _no_grad():
            node: dict[str, Any] = {
                "$": "tensor",
                "class": _class_name(value),
                "dtype": str(value.dtype).removeprefix("torch."),
                "shape": list(value.shape),
                "requires_grad": value.requires_grad,
                "is_leaf": value.is_leaf,
            }
            if value.layout is not torch.strided or value.device.type != "cpu":
                return node | {"special": f"{value.layout}, {value.device}"}
            node |= {
                "stride": list(_stride(value)),
                "offset": _offset(value),
                "contiguous": _is_contiguous(value),
                "version": 0 if value.is_inference() else value._version,
            }
            if "grad_fn" in self._facets:
                node["grad_fn"] = graph_names(value)
            size = _numel(value) * _element_size(value)
            if size > MAX_BYTES - self._offset:
                return node | {"large": True}
            flat = _contiguous(_resolve_neg(_resolve_conj(_detach(value))))
            return node | {"data": self._bytes(_string_at(_data_ptr(flat), size) if size else b"")}

    def _array(self, value: np.ndarray[Any, Any]) -> Any:
        plain = np.ndarray.view(value, np.ndarray)
        node: dict[str, Any] = {
            "$": "array",
            "dtype": str(plain.dtype),
            "shape": list(plain.shape),
            "stride": list(plain.strides),
        }
        if plain.dtype.hasobject or plain.dtype.kind in "USVMm":
            return node | {"v": self.node(plain.tolist(), 1)}
        if plain.nbytes > MAX_BYTES - self._offset:
            return node | {"large": True}
        return node | {"data": self._bytes(plain.tobytes())}

    def _module(self, value: torch.nn.Module) -> Any:
        node: dict[str, Any] = {"$": "module", "class": _class_name(value)}
        modules = list(_named_modules(value, remove_duplicate=False))
        if "registered" in self._facets:
            node["parameters"] = [
                [name, self.tensor(p)]
                for name, p in _named_parameters(value, remove_duplicate=False)
            ]
            node["buffers"] = [
                [name, self.tensor(b)] for name, b in _named_buffers(value, remove_duplicate=False)
            ]
            node["modules"] = [[name, _class_name(m)] for name, m in modules]
            node["keys"] = [str(key) for key in value.state_dict()]
        if "training" in self._facets:
            node["training"] = [[name, m.training] for name, m in modules]
        if "hooks" in self._facets:
            node["hooks"] = [[name, count_hooks(m)] for name, m in modules]
        return node


def _is_plain(value: Any) -> bool:
    """True for what JSON carries as it is."""
    kind = type(value)
    if kind is float:
        return _isfinite(value)
    return value is None or kind is bool or (kind is int and -_EXACT < value < _EXACT)


def is_dull(value: Any) -> bool:
    """True for plain values, and for lists and tuples of nothing else."""
    kind = type(value)
    return kind in PLAIN or ((kind is list or kind is tuple) and PLAIN.issuperset(map(type, value)))


def all_plain(items: list[Any]) -> bool:
    """True for numbers of one type that JSON carries as they are: what long lists are made of."""
    kinds = set(map(type, items))
    if kinds == {int}:
        return bool(min(items) > -_EXACT and max(items) < _EXACT)
    return kinds == {bool} or (kinds == {float} and all(map(_isfinite, items)))


def graph_names(value: torch.Tensor) -> list[str]:
    """Sorted type names of the nodes reachable from ``value.grad_fn``, each once."""
    names: set[str] = set()
    known: set[int] = set()
    rest: list[Any] = [value.grad_fn]
    while rest and len(known) < 100_000:
        node = rest.pop()
        if node is None or id(node) in known:
            continue
        known.add(id(node))
        names.add(type(node).__name__)
        rest.extend(next_node for next_node, _ in node.next_functions)
    return sorted(names)


_HOOK_TABLES = (
    "_forward_hooks",
    "_forward_pre_hooks",
    "_backward_hooks",
    "_backward_pre_hooks",
    "_state_dict_hooks",
    "_state_dict_pre_hooks",
    "_load_state_dict_pre_hooks",
    "_load_state_dict_post_hooks",
)


def count_hooks(module: torch.nn.Module) -> int:
    """How many hooks of any kind hang on ``module`` itself and on its own parameters."""
    own = [p for p in module.__dict__.get("_parameters", {}).values() if is_tensor(p)]
    return sum(len(module.__dict__.get(table, ())) for table in _HOOK_TABLES) + sum(
        map(count_tensor_hooks, own)
    )


def count_tensor_hooks(value: torch.Tensor) -> int:
    """How many hooks of the backward pass hang on ``value``."""
    return len(value._backward_hooks or ()) + len(value._post_accumulate_grad_hooks or ())


def text_of(value: Any, limit: int = MAX_TEXT) -> str:
    """``str(value)``, cut; a value whose text cannot be had is named by its class."""
    try:
        return str.__str__(value) if type(value) is str else str(value)[:limit]
    except BaseException:  # a learner's __str__ may do anything, SystemExit included
        return f"<{_class_name(value)}>"


def _class_name(value: Any) -> str:
    return class_name(type(value))


def _steady_text(value: Any) -> str:
    try:
        text = repr(value)[:200]
    except BaseException:  # as above
        return ""
    return "" if " at 0x" in text else text


def _int(value: int) -> Any:
    plain = int.__index__(value)
    if abs(plain) < _EXACT:
        return plain
    # Decimal digits of a giant number take quadratic time; its size and head say enough.
    return {
        "$": "int",
        "v": hex(plain) if plain.bit_length() < 4000 else f"{plain.bit_length()} bits",
    }


def _float(value: float) -> Any:
    plain = float.__float__(value)
    return plain if math.isfinite(plain) else {"$": "float", "v": repr(plain)}


def _complex(value: complex) -> Any:
    return {"$": "complex", "v": [_float(value.real), _float(value.imag)]}


def _str(value: str) -> Any:
    text = str.__str__(value)
    return (
        text if len(text) <= MAX_TEXT else {"$": "text", "v": text[:MAX_TEXT], "length": len(text)}
    )


def _named(kind: str) -> Any:
    return lambda value: {"$": kind, "v": text_of(value)}


# In this order: bool was told apart before int; NumPy's float64 and complex128 are Python's too.
_SCALARS: tuple[tuple[Any, Any], ...] = (
    (int, _int),
    (float, _float),
    (complex, _complex),
    (str, _str),
    (bytes, lambda value: {"$": "bytes", "v": bytes(value)[:MAX_TEXT].hex()}),
    (torch.dtype, _named("dtype")),
    (torch.device, _named("device")),
    (slice, _named("slice")),
    (range, _named("range")),
    (type(Ellipsis), _named("ellipsis")),
    (type, lambda value: {"$": "type", "v": class_name(value)}),
)
_CONTAINERS: tuple[tuple[Any, str], ...] = (
    (list, "list"),
    (tuple, "tuple"),
    (dict, "dict"),
    (set, "set"),
    (frozenset, "frozenset"),
)
