"""Common errors of Python and torch in plain words; the original stays beneath."""

from __future__ import annotations

import re

from tutor.text.messages import say

# (exception type or "", pattern in its text, key in the catalogue). The first that matches speaks.
_KNOWN: tuple[tuple[str, str, str], ...] = (
    ("NameError", r"name '(?P<name>[^']+)' is not defined", "name"),
    ("UnboundLocalError", r"local variable '(?P<name>[^']+)'", "unbound"),
    ("ModuleNotFoundError", r"No module named '(?P<name>[^']+)'", "module"),
    ("RuntimeError", r"view size is not compatible", "view"),
    (
        "RuntimeError",
        r"shape '(?P<shape>\[[^\]]*\])' is invalid for input of size (?P<n>\d+)",
        "view_count",
    ),
    ("RuntimeError", r"only one dimension can be inferred", "infer"),
    (
        "RuntimeError",
        r"size of tensor a \((?P<a>\d+)\) must match the size of tensor b \((?P<b>\d+)\) "
        r"at non-singleton dimension (?P<dim>\d+)",
        "broadcast",
    ),
    (
        "RuntimeError",
        r"mat1 and mat2 shapes cannot be multiplied \((?P<a>[^ ]+) and (?P<b>[^)]+)\)",
        "matmul",
    ),
    ("RuntimeError", r"expected m1 and m2 to have the same dtype|expected scalar type", "dtypes"),
    (
        "RuntimeError",
        r"result type (?P<a>\w+) can't be cast to the desired output type (?P<b>\w+)",
        "cast",
    ),
    (
        "RuntimeError",
        r"a leaf Variable that requires grad is being used in an in-place",
        "leaf_inplace",
    ),
    ("RuntimeError", r"modified by an inplace operation", "inplace"),
    ("RuntimeError", r"backward through the graph a second time", "second_backward"),
    ("RuntimeError", r"does not require grad and does not have a grad_fn", "no_graph"),
    ("RuntimeError", r"grad can be implicitly created only for scalar outputs", "scalar"),
    ("RuntimeError", r"Can't call numpy\(\) on Tensor that requires grad", "numpy_grad"),
    ("RuntimeError", r"could not infer output dtype|mean\(\): input dtype should be", "mean_int"),
    (
        "RuntimeError",
        r"Only Tensors of floating point and complex dtype can require gradients",
        "grad_int",
    ),
    ("RuntimeError", r"Boolean value of Tensor with more than one value is ambiguous", "truth"),
    ("RuntimeError", r"setStorage|out of bounds for storage", "storage"),
    ("ValueError", r"negative strides are not|negative strides", "negative_stride"),
    ("IndexError", r"Dimension out of range", "dim_range"),
    (
        "IndexError",
        r"index (?P<i>-?\d+) is out of bounds for dimension (?P<dim>\d+) with size (?P<n>\d+)",
        "index",
    ),
    ("IndexError", r"too many indices", "indices"),
    ("RecursionError", r"", "recursion"),
)


def in_plain_words(kind: str, text: str, code: str) -> str | None:
    """A sentence that says what such an error usually means, or None."""
    for known, pattern, key in _KNOWN:
        if kind == known and (match := re.search(pattern, text)):
            return say(f"evaluator.plain.{key}", **match.groupdict())
    return None
