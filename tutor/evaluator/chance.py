"""Requirements on random answers: what an author may use in a probe's ``require.that``.

Each function is True for a right answer except with probability ``alpha``, at most one in a
million, whatever the seed: the bounds come from theory, none is tuned to draws that were seen. An
answer that is off by twice the bound is refused with probability 1 - alpha, an answer off by the
bound itself every other time. ``draws_for`` gives the number of draws that a probe needs, so that
the mistakes it looks for are off by that much.

    inputs: {n: "draws_for(gap=0.05, sigma=1)", gen: "generator()"}
    require: [{that: "mean_within(result, mu=0.3, sigma=1, n=n)", say: ...}]
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

ALPHA = 1e-6
SIGMAS = 5.0  # a normal number is further out with probability 5.7e-7


def mean_within(
    x: Any, mu: float, sigma: float, n: int | None = None, sigmas: float = SIGMAS
) -> bool:
    """True when a mean lies within ``sigmas`` standard errors of ``mu``.

    ``|mean(x) - mu| <= sigmas * sigma / sqrt(n)``, by the central limit theorem; n in the hundreds
    is enough for what is not far from symmetric.

    Args:
        x: the draws, or their mean with ``n`` given.
        mu: expected value of one draw.
        sigma: standard deviation of one draw.
        n: how many draws there were; their number when left out.
        sigmas: at least 5.
    """
    _at_least_five(sigmas)
    values = _numbers(x)
    count = values.numel() if n is None else n
    return _finite(values) and abs(float(values.mean()) - mu) <= sigmas * sigma / math.sqrt(count)


def proportion_within(x: Any, p: float, n: int | None = None, alpha: float = ALPHA) -> bool:
    """True when a proportion can come of ``n`` trials with chance ``p`` each; for every n and p.

    Chernoff's bound in the form of Hoeffding (1963, theorem 1): ``P(share at least as far to one
    side) <= exp(-n KL(share, p))``, so that ``n KL <= log(2 / alpha)`` is required.

    Args:
        x: trials of 0 and 1 (or bool), or the share of ones with ``n`` given.
        p: the chance of a one.
        n: the number of trials; that of ``x`` when left out.
        alpha: at most 1e-6.
    """
    _at_most(alpha)
    values = _numbers(x)
    count = values.numel() if n is None else n
    share = float(values.mean()) if values.numel() else math.nan
    if not 0 <= share <= 1:
        return False
    return count * _relative_entropy([share, 1 - share], [p, 1 - p]) <= math.log(2 / alpha)


def frequencies_within(counts: Any, probs: Sequence[float] | Tensor, alpha: float = ALPHA) -> bool:
    """True when counts can come of draws with these probabilities; for every number of draws.

    The likelihood-ratio statistic ``n KL(counts / n, probs)`` under the bound of Agrawal (2020,
    "Finite-sample concentration of the multinomial in relative entropy"): its tail at ``t`` is at
    most ``exp(-t) (e t / (k - 1)) ** (k - 1)`` for ``t > k - 1``, k the number of kinds. Unlike
    Pearson's chi-square this needs no large counts.
    """
    _at_most(alpha)
    observed, wanted = _numbers(counts), _numbers(probs)
    if observed.shape != wanted.shape or not _finite(observed) or bool((observed < 0).any()):
        return False
    n, free = float(observed.sum()), observed.numel() - 1
    if n == 0 or free == 0:
        return False
    statistic = n * _relative_entropy((observed / n).tolist(), wanted.tolist())
    return statistic <= free or _gamma_tail(statistic, free) >= math.log(alpha)


def variance_within(x: Any, sigma: float, alpha: float = ALPHA) -> bool:
    """True when normal draws can have standard deviation ``sigma``.

    ``sum((x - mean)^2) / sigma^2`` is chi-square with n - 1 degrees of freedom (Cochran 1934),
    exactly; either tail may be met with probability alpha / 2.
    """
    _at_most(alpha)
    values = _numbers(x)
    if values.numel() < 2 or not _finite(values):
        return False
    free = torch.tensor((values.numel() - 1) / 2, dtype=torch.float64)
    half = (values - values.mean()).square().sum() / sigma**2 / 2
    tails = (torch.special.gammainc(free, half), torch.special.gammaincc(free, half))
    return min(map(float, tails)) >= alpha / 2


def follows(x: Any, cdf: Callable[[Tensor], Tensor], alpha: float = ALPHA) -> bool:
    """True when draws can follow a continuous law.

    Kolmogorov's distance between the draws and ``cdf`` is at most ``sqrt(log(2 / alpha) / (2 n))``:
    the inequality of Dvoretzky, Kiefer and Wolfowitz with Massart's constant (1990), for every n.

    Args:
        x: the draws.
        cdf: the distribution function, e.g. ``torch.distributions.Normal(0., 1.).cdf``.
        alpha: at most 1e-6.
    """
    _at_most(alpha)
    values = _numbers(x).sort().values
    n = values.numel()
    if not n or not _finite(values):
        return False
    try:
        below = cdf(values).double()
    except ValueError:
        return False  # torch's own word for values that the law never gives
    steps = torch.arange(n + 1, dtype=torch.float64) / n
    distance = torch.maximum((steps[1:] - below).max(), (below - steps[:-1]).max())
    return float(distance) <= math.sqrt(math.log(2 / alpha) / (2 * n))


def same_law(x: Any, y: Any, alpha: float = ALPHA) -> bool:
    """True when two sets of draws can follow one law, whatever it is.

    As ``follows``, each set within its own bound of the unknown law (alpha / 2 each), so that their
    distance is at most the sum of both.
    """
    _at_most(alpha)
    a, b = _numbers(x).sort().values, _numbers(y).sort().values
    if not (a.numel() and b.numel() and _finite(a) and _finite(b)):
        return False
    both = torch.cat([a, b])
    shares = [torch.searchsorted(v, both, right=True) / v.numel() for v in (a, b)]
    allowed = sum(math.sqrt(math.log(4 / alpha) / (2 * v.numel())) for v in (a, b))
    return float((shares[0] - shares[1]).abs().max()) <= allowed


def uncorrelated(x: Any, y: Any, sigmas: float = SIGMAS) -> bool:
    """True when the correlation of independent pairs can be what it is: ``|r| sqrt(n - 1)``.

    Over all orders of ``y`` the variance of r is exactly 1 / (n - 1) (Pitman 1937); for large n, r
    is normal.
    """
    _at_least_five(sigmas)
    a, b = _numbers(x), _numbers(y)
    if a.shape != b.shape or a.numel() < 3 or not (_finite(a) and _finite(b)):
        return False
    r = float(torch.corrcoef(torch.stack([a, b]))[0, 1])
    return abs(r) * math.sqrt(a.numel() - 1) <= sigmas


def draws_for(gap: float, sigma: float = 1.0, sigmas: float = SIGMAS) -> int:
    """How many draws ``mean_within`` needs to refuse a mean that is off by ``gap``.

    ``n = (2 sigmas sigma / gap)^2``: the gap is twice the bound, so that a right mean is refused
    and a mean off by the gap is accepted with the same small probability.
    """
    _at_least_five(sigmas)
    return math.ceil((2 * sigmas * sigma / gap) ** 2)


# --- parts ------------------------------------------------------------------------------------


def _numbers(x: Any) -> Tensor:
    plain = isinstance(x, (float, int, list, tuple))
    values = torch.as_tensor(x, dtype=torch.float64 if plain else None)
    return values.detach().double().flatten()


def _finite(values: Tensor) -> bool:
    return bool(values.isfinite().all()) and values.numel() > 0


def _relative_entropy(p: Sequence[float], q: Sequence[float]) -> float:
    """``sum p log(p / q)``; infinite where something happened that cannot."""
    total = 0.0
    for a, b in zip(p, q, strict=True):
        if a > 0:
            total += a * math.log(a / b) if b > 0 else math.inf
    return max(total, 0.0)


def _gamma_tail(t: float, free: int) -> float:
    """Logarithm of Agrawal's bound."""
    return -t + free * (1 + math.log(t / free)) if math.isfinite(t) else -math.inf


def _at_most(alpha: float) -> None:
    if not 0 < alpha <= ALPHA:
        raise ValueError(f"alpha is the chance to refuse a right answer: at most {ALPHA}")


def _at_least_five(sigmas: float) -> None:
    if sigmas < SIGMAS:
        raise ValueError(f"fewer than {SIGMAS:g} standard errors refuse right answers too often")


NAMES: dict[str, Any] = {
    f.__name__: f
    for f in (
        mean_within,
        proportion_within,
        frequencies_within,
        variance_within,
        follows,
        same_law,
        uncorrelated,
        draws_for,
    )
}
