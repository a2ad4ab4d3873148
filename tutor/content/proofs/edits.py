"""Single edits of a syntax tree, the kind of slip that a person makes.

``edits(node)`` yields what could be done to one node: a word for the kind, and a function that
returns what takes the node's place. The functions are applied to copies only.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

Change: TypeAlias = Callable[[Any], "ast.AST | list[ast.stmt]"]
Edit: TypeAlias = tuple[str, Change]

_OPERATORS: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Div,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.MatMult: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_ONE_SIDED = (ast.Sub, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow, ast.MatMult)
_COMPARISONS: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
}
_TWINS = (
    ("sum", "mean"),
    ("cumsum", "cumprod"),
    ("min", "max"),
    ("amin", "amax"),
    ("argmin", "argmax"),
    ("zeros", "ones"),
    ("zeros_like", "ones_like"),
    ("rand", "randn"),
    ("std", "var"),
    ("exp", "log"),
    ("sin", "cos"),
    ("floor", "ceil"),
    ("any", "all"),
    ("squeeze", "unsqueeze"),
    ("stack", "cat"),
    ("train", "eval"),
    ("append", "extend"),
)
TWIN = {a: b for pair in _TWINS for a, b in (pair, pair[::-1])}
# A call of these whose argument takes its place is nonsense that any probe refuses.
_PLAIN = {"len", "range", "zip", "enumerate", "isinstance", "super", "print", "getattr", "hasattr"}
# Their first two arguments may stand in any order.
_SYMMETRIC = {
    "max", "min", "maximum", "minimum", "gcd", "lcm", "dot", "inner", "transpose", "swapaxes",
    "swapdims", "equal", "allclose", "isclose", "isinstance", "add", "mul", "logical_and",
    "logical_or", "hypot", "set", "is_set_to",
}  # fmt: skip
_DROPPED_ATTRIBUTES = {"T", "mT", "H", "mH", "data", "real"}


def edits(node: ast.AST) -> Iterator[Edit]:
    """Everything that could be done to a node by one slip."""
    match node:
        case ast.BinOp() | ast.AugAssign():
            yield from _operator(node)
        case ast.Compare():
            for place, operator in enumerate(node.ops):
                yield "comparison", _set_in("ops", place, _COMPARISONS[type(operator)]())
        case ast.BoolOp():
            other = ast.Or() if isinstance(node.op, ast.And) else ast.And()
            yield "boolean", _set("op", other)
            for place in range(len(node.values)):
                yield "boolean", _without_value(place)
        case ast.UnaryOp(op=ast.USub() | ast.Not() | ast.Invert()):
            yield "sign", lambda n: n.operand
        case ast.If() | ast.While() | ast.IfExp() if not _negated_elsewhere(node.test):
            yield "negation", lambda n: _with(n, "test", ast.UnaryOp(ast.Not(), n.test))
        case ast.comprehension(ifs=[_, *_]):
            yield "filter", _set("ifs", [])
        case ast.Constant():
            yield from _constant(node)
        case ast.Call():
            yield from _call(node)
        case ast.Attribute() if node.attr in _DROPPED_ATTRIBUTES:
            yield "call", lambda n: n.value
        case ast.Slice():
            for key in ("lower", "upper", "step"):
                if getattr(node, key) is not None:
                    yield "slice", _set(key, None)
        case ast.Break():
            yield "jump", lambda n: ast.Continue()
        case ast.Continue():
            yield "jump", lambda n: ast.Break()
        case ast.With():
            yield "context", lambda n: n.body
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        for place in range(len(node.decorator_list)):
            yield "decorator", _without("decorator_list", place)


def _negated_elsewhere(test: ast.expr) -> bool:
    """True where another edit of the test is its negation already."""
    if isinstance(test, ast.Compare):
        return len(test.ops) == 1 and not isinstance(
            test.ops[0], ast.Lt | ast.Gt | ast.LtE | ast.GtE
        )
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)


def removable(node: ast.AST, bound_once: set[str]) -> bool:
    """True for a statement whose removal is a slip, and not an undefined name at once."""
    if isinstance(node, ast.Assign):
        names = [n.id for t in node.targets for n in ast.walk(t) if isinstance(n, ast.Name)]
        stored = {n for n in names if n in bound_once}
        return not stored or any(not isinstance(t, ast.Name | ast.Tuple) for t in node.targets)
    if isinstance(node, ast.Expr):
        return not isinstance(node.value, ast.Constant | ast.Yield)
    kinds = (ast.AugAssign, ast.If, ast.For, ast.While, ast.Return, ast.Raise, ast.Assert)
    return isinstance(node, kinds)


def _operator(node: ast.BinOp | ast.AugAssign) -> Iterator[Edit]:
    other = _OPERATORS.get(type(node.op))
    if other:
        yield "operator", _set("op", other())
    if isinstance(node, ast.AugAssign):
        yield "in place", lambda n: ast.Assign([n.target], n.value)
    elif isinstance(node.op, _ONE_SIDED):
        yield "swap", lambda n: ast.BinOp(n.right, n.op, n.left)


def _constant(node: ast.Constant) -> Iterator[Edit]:
    value = node.value
    if isinstance(value, bool):
        yield "truth", _becomes(ast.Constant(not value))
    elif isinstance(value, int | float):
        for step in (1, -1):
            yield "constant", _becomes(_number(value + step))


def _number(value: float) -> ast.expr:
    """A number as Python's own parser gives it: a minus sign is an operator."""
    return ast.UnaryOp(ast.USub(), ast.Constant(-value)) if value < 0 else ast.Constant(value)


def _call(node: ast.Call) -> Iterator[Edit]:
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    if isinstance(node.func, ast.Attribute):
        yield from _named(name)
        if _is_module(node.func.value):
            if node.args and not isinstance(node.args[0], ast.Starred):
                yield "call", lambda n: n.args[0]
        else:
            yield "call", lambda n: n.func.value
    elif node.args and name not in _PLAIN and not isinstance(node.args[0], ast.Starred):
        yield "call", lambda n: n.args[0]
    if len(node.args) > 1 and name not in _SYMMETRIC:
        yield "swap", lambda n: _with(n, "args", [n.args[1], n.args[0], *n.args[2:]])
    first_is_usual = name in ("stack", "cat", "concat")  # their dim is 0 anyway
    default = _a_default(node.args[-1], zero=first_is_usual) if node.args else True
    if isinstance(node.func, ast.Attribute) and not default:
        yield "argument", lambda n: _with(n, "args", n.args[:-1])
    for place, keyword in enumerate(node.keywords):
        if keyword.arg and not _a_default(keyword.value, zero=first_is_usual):
            yield "keyword", _without("keywords", place)


def _named(name: str) -> Iterator[Edit]:
    if name in TWIN:
        yield "name", lambda n: _with(n, "func", ast.Attribute(n.func.value, TWIN[name]))
    elif name.endswith("_") and not name.startswith("_"):
        yield "in place", lambda n: _with(n, "func", ast.Attribute(n.func.value, name[:-1]))


def _a_default(node: ast.expr, *, zero: bool) -> bool:
    """True for a value that is mostly the default: without it nothing changes."""
    if not isinstance(node, ast.Constant):
        return False
    return node.value is None or node.value is False or (zero and node.value == 0)


def _is_module(node: ast.expr) -> bool:
    """True for ``torch``, ``nn.functional``, ``math`` and the like, as courses import them."""
    if isinstance(node, ast.Attribute):
        return _is_module(node.value) and node.attr in ("nn", "functional", "autograd", "linalg")
    return isinstance(node, ast.Name) and node.id in (
        "torch", "nn", "F", "np", "math", "random", "itertools", "functools", "copy", "numpy",
    )  # fmt: skip


def _with(node: ast.AST, key: str, value: Any) -> ast.AST:
    setattr(node, key, value)
    return node


def _becomes(new: ast.AST) -> Change:
    return lambda node: new


def _set(key: str, value: Any) -> Change:
    return lambda node: _with(node, key, value)


def _set_in(key: str, place: int, value: Any) -> Change:
    def change(node: ast.AST) -> ast.AST:
        getattr(node, key)[place] = value
        return node

    return change


def _without(key: str, place: int) -> Change:
    def change(node: ast.AST) -> ast.AST:
        del getattr(node, key)[place]
        return node

    return change


def _without_value(place: int) -> Change:
    def change(node: ast.BoolOp) -> ast.AST:
        left = [value for n, value in enumerate(node.values) if n != place]
        return left[0] if len(left) == 1 else _with(node, "values", left)

    return change
