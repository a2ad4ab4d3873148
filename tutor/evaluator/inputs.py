"""Inputs of a probe: drawn once by the judge, rebuilt alike on both sides.

A tensor travels as its whole storage and its size, stride and offset, so that a transposed,
stepped, expanded or offset input arrives as what it is, and inputs that share memory still do.
Each side rebuilds its own copy; neither can touch the other's.
"""

from __future__ import annotations

import ctypes
import math
from typing import Any

import numpy as np
import torch

from tutor.evaluator.observe import all_plain

_string_at = ctypes.string_at

_FROM_TEXT: dict[str, Any] = {"int": int, "float": float}
_FROM_ITEMS: dict[str, Any] = {
    "list": list,
    "tuple": tuple,
    "size": torch.Size,
    "set": set,
    "frozenset": frozenset,
}
_FROM_PARTS: dict[str, Any] = {"slice": slice, "range": range, "complex": complex}


class InputError(Exception):
    """An exercise's input cannot be sent. The author's fault, never the learner's."""


class Packer:
    """Live values -> JSON nodes and buffers."""

    def __init__(self) -> None:
        self.buffers: list[bytes] = []
        self._offset = 0
        self._known: dict[tuple[int, int], tuple[int, int]] = {}
        self._alive: list[Any] = []  # keeps addresses from being used again while packing

    def pack(self, value: Any) -> Any:
        """The node of ``value``. Raises InputError for what cannot be sent as data."""
        if value is None or type(value) in (bool, int, str):
            return (
                value
                if type(value) is not int or abs(value) < 2**53
                else {"$": "int", "v": str(value)}
            )
        kind = type(value)
        if kind is float:
            return value if math.isfinite(value) else {"$": "float", "v": repr(value)}
        if kind is complex:
            return {"$": "complex", "v": [self.pack(value.real), self.pack(value.imag)]}
        if kind in (list, tuple, torch.Size, set, frozenset):
            name = {torch.Size: "size"}.get(kind, kind.__name__)
            items = list(value)
            plain = all_plain(items)
            return {"$": name, "v": items if plain else [self.pack(item) for item in items]}
        if kind is dict:
            return {"$": "dict", "v": [[self.pack(k), self.pack(v)] for k, v in value.items()]}
        if kind in (slice, range):
            return {
                "$": kind.__name__,
                "v": [self.pack(x) for x in (value.start, value.stop, value.step)],
            }
        if value is Ellipsis:
            return {"$": "ellipsis"}
        if kind in (torch.dtype, torch.device):
            return {"$": kind.__name__, "v": str(value).removeprefix("torch.")}
        if kind is torch.Generator:
            return {"$": "generator", "v": self._bytes(value.get_state().numpy().tobytes())}
        if isinstance(value, torch.Tensor):
            return self._tensor(value)
        if isinstance(value, np.ndarray):
            return self._array(value)
        if isinstance(value, np.generic):
            return {"$": "scalar", "dtype": value.dtype.str, "v": self._bytes(value.tobytes())}
        raise InputError(f"an input may not be a {kind.__name__}: build it in the scene itself")

    def _bytes(self, data: bytes) -> list[int]:
        self.buffers.append(data)
        self._offset += len(data)
        return [self._offset - len(data), len(data)]

    def _storage(self, address: int, size: int, owner: Any) -> list[int]:
        place = self._known.get((address, size)) if size else None
        if place is None:
            self._alive.append(owner)
            offset, length = self._bytes(_string_at(address, size) if size else b"")
            place = (offset, length)
            if size:
                self._known[address, size] = place
        return list(place)

    def _tensor(self, value: torch.Tensor) -> Any:
        if value.layout is not torch.strided or value.device.type != "cpu" or value.is_conj():
            raise InputError("an input tensor must be an ordinary CPU tensor")
        storage = value.untyped_storage()
        return {
            "$": "tensor",
            "storage": self._storage(storage.data_ptr(), storage.nbytes(), storage),
            "dtype": str(value.dtype).removeprefix("torch."),
            "size": list(value.shape),
            "stride": list(value.stride()),
            "offset": value.storage_offset(),
            "requires_grad": value.requires_grad,
            "parameter": isinstance(value, torch.nn.Parameter),
        }

    def _array(self, value: np.ndarray[Any, Any]) -> Any:
        if value.dtype.hasobject:
            raise InputError("an input array may not hold Python objects")
        low, high = np.lib.array_utils.byte_bounds(value) if value.size else (0, 0)
        return {
            "$": "array",
            "storage": self._storage(low, high - low, value),
            "dtype": value.dtype.str,
            "size": list(value.shape),
            "stride": list(value.strides),
            "offset": value.__array_interface__["data"][0] - low if value.size else 0,
            "writeable": bool(value.flags.writeable),
        }


class Unpacker:
    """JSON nodes and the payload -> fresh live values of this process."""

    def __init__(self, payload: bytes) -> None:
        self._payload = payload
        self._memories: dict[tuple[int, int], bytearray] = {}
        self._storages: dict[tuple[int, int], torch.UntypedStorage] = {}

    def unpack(self, node: Any) -> Any:
        """The value of ``node``; tensors and arrays of one storage share memory."""
        if not isinstance(node, dict):
            return node
        kind: str = node["$"]
        value: Any = node.get("v")
        if kind in _FROM_TEXT:
            return _FROM_TEXT[kind](value)
        if kind in _FROM_ITEMS:
            return _FROM_ITEMS[kind](
                [self.unpack(item) if type(item) is dict else item for item in value]
            )
        if kind in _FROM_PARTS:
            return _FROM_PARTS[kind](*[self.unpack(item) for item in value])
        if kind == "dict":
            return {self.unpack(k): self.unpack(v) for k, v in value}
        if kind == "ellipsis":
            return Ellipsis
        if kind == "dtype":
            return getattr(torch, value)
        if kind == "device":
            return torch.device(value)
        if kind == "generator":
            state = torch.frombuffer(bytearray(self._cut(value)), dtype=torch.uint8)
            return torch.Generator().set_state(state)
        if kind == "scalar":
            return np.frombuffer(self._cut(value), dtype=node["dtype"])[0]
        return self._tensor(node) if kind == "tensor" else self._array(node)

    def _cut(self, place: list[int]) -> bytes:
        return self._payload[place[0] : place[0] + place[1]]

    def _memory(self, place: list[int]) -> bytearray:
        key = (place[0], place[1])
        if key not in self._memories:
            self._memories[key] = bytearray(self._cut(place))
        return self._memories[key]

    def _storage(self, place: list[int]) -> torch.UntypedStorage:
        # An ordinary storage of torch's own: resizable, as a learner's own tensor would be.
        key = (place[0], place[1])
        if key not in self._storages:
            data = self._cut(place)
            storage = torch.UntypedStorage(len(data))  # type: ignore[no-untyped-call]
            ctypes.memmove(storage.data_ptr(), data, len(data))
            self._storages[key] = storage
        return self._storages[key]

    def _tensor(self, node: Any) -> torch.Tensor:
        dtype, size, stride = getattr(torch, node["dtype"]), node["size"], node["stride"]
        if node["storage"][1]:
            value = torch.empty(0, dtype=dtype)
            value = value.set_(self._storage(node["storage"]), node["offset"], size, stride)
            # set_ counts as a write; a fresh input has not been written to.
            torch._C._autograd._unsafe_set_version_counter((value,), (0,))
        else:
            value = torch.empty_strided(size, stride, dtype=dtype)
        if node["parameter"]:
            return torch.nn.Parameter(value, requires_grad=node["requires_grad"])
        return value.requires_grad_(node["requires_grad"])

    def _array(self, node: Any) -> np.ndarray[Any, Any]:
        memory = self._memory(node["storage"])
        if not memory:
            return np.empty(node["size"], dtype=node["dtype"])
        array: np.ndarray[Any, Any] = np.ndarray(
            tuple(node["size"]), node["dtype"], memory, node["offset"], tuple(node["stride"])
        )
        array.flags.writeable = node["writeable"]
        return array
