"""Small exercises that tests of the evaluator put on trial."""

from __future__ import annotations

from tutor.content.model import Exercise, Mistake, Probe, Rules

RESHAPE = Exercise(
    id="test.my-reshape",
    alias="T4.z",
    title="reshape from its parts",
    task="my_reshape(x, shape): a view when one is possible, one copy otherwise.",
    starter="import torch\n\n\ndef my_reshape(x, shape):\n    ...\n",
    solutions=(
        "import torch\n\ndef my_reshape(x, shape):\n    try:\n        return x.view(shape)\n"
        "    except RuntimeError:\n        return x.contiguous().view(shape)\n",
    ),
    misconceptions=(
        Mistake(
            "reshape-copies",
            "def my_reshape(x, shape):\n    return x.clone().contiguous().view(shape)\n",
            "A view was possible here, but you copied.",
        ),
        Mistake(
            "reshape-is-transpose",
            "def my_reshape(x, shape):\n    return x.t()\n",
            "Reshaping keeps the order of the elements; transposing does not.",
        ),
    ),
    probes=(
        Probe(
            "shares memory when it can",
            call="my_reshape(x, (2, 3))",
            inputs={"x": "torch.randn(3, 2)"},
            compare=("value", "storage"),
            say="A view was possible here, but you copied.",
        ),
        Probe(
            "keeps the gradient",
            call="my_reshape(x, (6,))",
            inputs={"x": "torch.randn(3, 2).t().requires_grad_()"},
            compare=("value", "grad"),
        ),
    ),
    rules=Rules(forbid_calls=("reshape", "flatten")),
)

SOFTMAX = Exercise(
    id="test.softmax",
    alias="P6.z",
    title="softmax",
    task="softmax(x): over the last dimension.",
    starter="import torch\n\n\ndef softmax(x):\n    ...\n",
    solutions=("import torch\n\ndef softmax(x):\n    return torch.softmax(x, -1)\n",),
    probes=(
        Probe(
            "value",
            call="softmax(x)",
            inputs={"x": "torch.randn(4, 5) * 3"},
            times=3,
        ),
        Probe(
            "gradient",
            call="softmax(x)",
            inputs={"x": "torch.randn(2, 3, 7, requires_grad=True)"},
            compare=("value", "grad"),
        ),
    ),
)
