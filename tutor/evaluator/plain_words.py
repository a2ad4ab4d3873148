"""Common errors of Python and torch in plain words; the original stays beneath."""

from __future__ import annotations

import re
from functools import cache

from tutor.text.messages import say

_SHAPE = r"(?:torch\.Size\()?(\[[^\]]*\])\)?"


def _size(name: str) -> str:
    return _SHAPE.replace("(\\[", f"(?P<{name}>\\[")


# (exception type, or "" for any; pattern in its text; key in the catalogue). From the particular to
# the general: the first that matches speaks. The messages are those of torch 2.13 and Python 3.11.
_KNOWN: tuple[tuple[str, str, str], ...] = (
    # names and values
    ("NameError", r"name '(?P<name>[^']+)' is not defined", "name"),
    ("UnboundLocalError", r"local variable '(?P<name>[^']+)'", "unbound"),
    ("ModuleNotFoundError", r"No module named '(?P<name>[^']+)'", "module"),
    ("FileNotFoundError", r"No such file or directory: '(?P<path>[^']+)'", "no_file"),
    ("FileNotFoundError", r"^(?P<path>\S+) not found\.$", "no_file"),
    ("EOFError", r"^EOF when reading a line$", "no_keyboard"),
    ("ImportError", r"cannot import name '(?P<name>\w+)' from '(?P<module>[\w.]+)'", "no_name_in"),
    (
        "AttributeError",
        r"module '(?P<module>[\w.]+)' has no attribute '(?P<name>\w+)'",
        "no_name_in",
    ),
    ("AttributeError", r"before Module\.__init__\(\) call", "super_init"),
    ("AttributeError", r"'NoneType' object has no attribute '(?P<name>\w+)'", "none_attribute"),
    ("AttributeError", r"'(?P<type>\w+)' object has no attribute '(?P<name>\w+)'", "no_attribute"),
    ("TypeError", r"'NoneType' object is not", "none_use"),
    ("TypeError", r"for (?P<sign>\S+): .*'NoneType'", "none_operand"),
    (
        "TypeError",
        r"can only concatenate tuple|for \S+: .*'(torch.return_types|tuple)",
        "tuple_operand",
    ),
    ("TypeError", r"can only concatenate str|for \S+: .*'str'", "text_operand"),
    (
        "TypeError",
        r"operand type\(s\) for (?P<sign>\S+): '(?P<a>[\w.]+)' and '(?P<b>[\w.]+)'",
        "operands",
    ),
    ("TypeError", r"'(?P<type>[\w.]+)' object is not callable", "not_callable"),
    ("TypeError", r"'(?P<type>[\w.]+)' object is not subscriptable", "not_subscriptable"),
    ("TypeError", r"'(?P<type>[\w.]+)' object is not iterable", "not_iterable"),
    (
        "TypeError",
        r"missing \d+ required (?:\w+-?\w* )?arguments?: (?P<names>.+)",
        "missing_argument",
    ),
    (
        "TypeError",
        r"takes (?P<takes>.+?) positional arguments? but (?P<given>\d+) w(?:as|ere) given",
        "too_many_arguments",
    ),
    ("TypeError", r"unexpected keyword argument '(?P<name>\w+)'", "unexpected_keyword"),
    (
        "TypeError",
        r"(?P<name>\w+)\(\) received an invalid combination of arguments - got \(\)",
        "no_arguments",
    ),
    (
        "TypeError",
        r"(?P<name>\w+)\(\) received an invalid combination of arguments - "
        r"got \((?P<got>[^\n]*?),? ?\)",
        "no_such_overload",
    ),
    (
        "TypeError",
        r"(?P<name>\w+)\(\): argument '\w+'.* must be Tensor, not (?P<type>\w+)",
        "needs_tensor",
    ),
    (
        "TypeError",
        r"(?P<name>\w+)\(\): argument '(?P<argument>\w+)'.* must be (?:tuple of )?ints?, "
        r"not (?P<type>\w+)",
        "wants_ints",
    ),
    (
        "ValueError",
        r"not enough values to unpack "
        r"\(expected (?:at least )?(?P<expected>\d+), got (?P<got>\d+)\)",
        "unpack_few",
    ),
    ("ValueError", r"too many values to unpack \(expected (?P<expected>\d+)\)", "unpack_many"),
    ("IndexError", r"list index out of range", "list_index"),
    ("TypeError", r"list indices must be integers or slices, not (?P<type>\w+)", "list_index_type"),
    ("KeyError", r"(?P<key>.+)", "key"),
    ("ZeroDivisionError", r"", "zero_division"),
    ("TypeError", r"unhashable type: '(?P<type>[\w.]+)'", "unhashable"),
    ("RecursionError", r"", "recursion"),
    # shapes
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
    ("RuntimeError", r"mat \((?P<mat>\w+)\), vec \((?P<vec>\d+)\)", "matvec"),
    (
        "RuntimeError",
        r"expected tensor \[(?P<a>\d+)\] and src \[(?P<b>\d+)\] to have the same number",
        "dot",
    ),
    (
        "RuntimeError",
        rf"dimensions of batch2 tensor to be: {_size('expected')} but got: {_size('got')}",
        "batches",
    ),
    ("RuntimeError", r"batch[12] must be a 3D tensor", "three_dims"),
    (
        "RuntimeError",
        r"Sizes of tensors must match except .* Expected size (?P<a>\d+) but got size (?P<b>\d+)",
        "cat_sizes",
    ),
    (
        "RuntimeError",
        r"must have same number of dimensions: got (?P<a>\d+) and (?P<b>\d+)",
        "cat_dims",
    ),
    (
        "RuntimeError",
        rf"stack expects each .* equal size, but got {_size('a')} at entry \d+ and {_size('b')}",
        "stack_sizes",
    ),
    ("", r"expected a non-empty (?:list of Tensors|TensorList)", "cat_nothing"),
    (
        "RuntimeError",
        r"expanded size of the tensor \((?P<a>-?\d+)\) must match the existing size \((?P<b>\d+)\)",
        "expand",
    ),
    (
        "RuntimeError",
        rf"output with shape {_size('a')} doesn't match the broadcast shape {_size('b')}",
        "inplace_shape",
    ),
    ("RuntimeError", r"permute.*input\.dim\(\) = (?P<dims>\d+)", "permute"),
    ("RuntimeError", r"t\(\) expects a tensor with <= 2 dimensions", "t_dims"),
    (
        "IndexError",
        rf"shape of the mask {_size('mask')} .* the indexed tensor {_size('size')}",
        "mask_shape",
    ),
    ("IndexError", r"invalid index of a 0-dim tensor", "zero_dim_index"),
    ("TypeError", r"(?:iteration over|len\(\) of) a 0-d tensor", "zero_dim_loop"),
    ("RuntimeError", r"Index tensor must have the same number of dimensions", "index_dims"),
    (
        "RuntimeError",
        r"einsum\(\): subscript (?P<letter>\w) has size (?P<a>\d+) "
        r".* previously seen size (?P<b>\d+)",
        "einsum_size",
    ),
    (
        "RuntimeError",
        r"einsum\(\): the number of subscripts in the equation \((?P<letters>\d+)\) .* "
        r"number of dimensions \((?P<dims>\d+)\)",
        "einsum_dims",
    ),
    ("RuntimeError", r"square matrices, but they are (?P<a>\d+) by (?P<b>\d+)", "square"),
    ("RuntimeError", r"split_sizes to sum exactly to (?P<n>\d+)", "splits"),
    ("ValueError", r"expected sequence of length \d+ at dim", "ragged"),
    (
        "ValueError",
        r"only one element tensors can be converted to Python scalars",
        "nested_tensors",
    ),
    ("", r"Expected reduction dim to be specified for input\.numel\(\) == 0", "empty_reduction"),
    (
        "ValueError",
        r"input batch_size \((?P<a>\d+)\) to match target batch_size \((?P<b>\d+)\)",
        "target_batch",
    ),
    (
        "RuntimeError",
        r"normalized_shape=(?P<expected>\[[^\]]*\]).*got input of size(?P<got>\[[^\]]*\])",
        "features",
    ),
    (
        "RuntimeError",
        r"to have (?P<expected>\d+) channels, but got (?P<got>\d+) channels",
        "channels",
    ),
    ("RuntimeError", r"setStorage|out of bounds for storage", "storage"),
    ("ValueError", r"negative strides are not|stride.* is negative", "negative_stride"),
    ("IndexError", r"Dimension out of range", "dim_range"),
    (
        "",
        r"index (?P<i>-?\d+) is out of bounds for dimension (?P<dim>\d+) with size (?P<n>\d+)",
        "index",
    ),
    ("IndexError", r"too many indices", "indices"),
    # dtypes
    ("RuntimeError", r"expected target dtype to be Long", "target_dtype"),
    ("RuntimeError", r"Found dtype \w+ but expected (?P<dtype>\w+)", "float_target"),
    (
        "",
        r"used as indices must be long|dtype int32/int64 for index|only applicable to index tensor"
        r"|'indices' to have one of the following scalar types",
        "index_dtype",
    ),
    (
        "RuntimeError",
        r"(?:condition to be a boolean tensor|boolean masks), but got a?.*dtype (?P<dtype>\w+)",
        "bool_condition",
    ),
    ("RuntimeError", r"the `-` operator, (?:on|with)", "bool_minus"),
    (
        "RuntimeError",
        r"m(?:at)?1 and m(?:at)?2 (?:to|must) have the same dtype|expected scalar type",
        "dtypes",
    ),
    (
        "RuntimeError",
        r"result type (?P<a>\w+) can't be cast to the desired output type (?P<b>\w+)",
        "cast",
    ),
    ("RuntimeError", r"could not infer output dtype|mean\(\): input dtype should be", "mean_int"),
    ("", r"not implemented for '(?P<dtype>\w+)'", "int_operation"),
    (
        "RuntimeError",
        r"only support floating point|Expected a floating point|must be either float or double",
        "float_only",
    ),
    (
        "",
        r"Could not infer dtype of (?P<type>\w+)|invalid data type '(?P<text>\w+)'",
        "infer_dtype",
    ),
    ("RuntimeError", r"Boolean value of Tensor with more than one value is ambiguous", "truth"),
    ("RuntimeError", r"a Tensor with \d+ elements cannot be converted to Scalar", "no_number"),
    # autograd
    (
        "RuntimeError",
        r"leaf Variable that requires grad is being used in an in-place",
        "leaf_inplace",
    ),
    ("RuntimeError", r"modified by an inplace operation", "inplace"),
    ("RuntimeError", r"backward through the graph a second time", "second_backward"),
    ("RuntimeError", r"does not require grad and does not have a grad_fn", "no_graph"),
    ("RuntimeError", r"grad can be implicitly created only for scalar outputs", "scalar"),
    ("RuntimeError", r"Can't call numpy\(\) on Tensor that requires grad", "numpy_grad"),
    (
        "RuntimeError",
        r"[oO]nly Tensors of floating point (?:and complex )?dtype can require",
        "grad_int",
    ),
    ("RuntimeError", r"appears to not have been used in the graph", "unused"),
    ("RuntimeError", r"differentiated Tensors does not require grad", "not_required"),
    (
        "RuntimeError",
        rf"grad_output\[\d+\] has a shape of {_size('got')} "
        rf"and output\[\d+\] has a shape of {_size('expected')}",
        "grad_shape",
    ),
    (
        "RuntimeError",
        r"gradient of size '(?P<got>\[[^\]]*\])' to a tensor of size '(?P<expected>\[[^\]]*\])'",
        "grad_shape",
    ),
    ("RuntimeError", r"can only change requires_grad flags of leaf", "flag_of_result"),
    ("RuntimeError", r"graph leaves\) support the deepcopy protocol", "copy_of_result"),
    ("RuntimeError", r"returned an incorrect number of gradients", "function_gradients"),
    ("RuntimeError", r"hook '.*' has changed the size of value", "hook_shape"),
    # modules and optimizers
    ("NotImplementedError", r'missing the required "forward" function', "no_forward"),
    (
        "TypeError",
        r"cannot assign '[^']+' as parameter '(?P<name>\w+)'",
        "not_parameter",
    ),
    ("TypeError", r"(?P<type>[\w.]+) is not a Module subclass", "not_module"),
    ("RuntimeError", r"Error\(s\) in loading state_dict", "state_keys"),
    ("ValueError", r"optimizer got an empty parameter list", "no_parameters"),
    ("ValueError", r"can't optimize a non-leaf Tensor", "not_leaf"),
    ("TypeError", r"params argument given to the optimizer", "parameter_list"),
    ("ValueError", r"Expected more than 1 value per channel when training", "one_value"),
    ("IndexError", r"Target (?P<target>-?\d+) is out of bounds", "target_range"),
    ("IndexError", r"index out of range in self", "embedding_range"),
    # chance
    (
        "RuntimeError",
        r"elements of input should be between 0 and 1|p_in >= 0|either `inf`, `nan` or element < 0",
        "probability",
    ),
    ("RuntimeError", r"expects std >= 0\.0, but found std (?P<std>\S+)", "std_negative"),
    (
        "ValueError",
        r"Expected parameter (?P<name>\w+) .*? of distribution (?P<distribution>\w+)\([\s\S]*"
        r"satisfy the constraint (?P<constraint>\w+\([^)]*\))",
        "constraint",
    ),
    ("RuntimeError", r"cannot sample n_sample > prob_dist", "draw_more"),
    ("RuntimeError", r"got from=(?P<low>\S+) >= to=(?P<high>\S+)", "random_range"),
    ("_LinAlgError", r"not positive-definite", "not_positive"),
    ("_LinAlgError", r"matrix is singular", "singular"),
    ("AssertionError", r"not compiled with CUDA", "no_gpu"),
)


def in_plain_words(kind: str, text: str, code: str) -> str | None:
    """A sentence that says what such an error usually means, or None.

    Args:
        kind: the exception's class name.
        text: its text.
        code: the learner's own line that raised it, or "".
    """
    if code.lstrip().startswith("raise"):
        return None  # the learner's own words
    for known, pattern, key in _KNOWN:
        if known in ("", kind) and (match := _compiled(pattern).search(text)):
            return say(f"plain.{key}", **match.groupdict())
    return None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)
