"""How a correction gets into fakesnow: by wrapping a function, provided that it is the function we know."""

import functools
import inspect
from collections.abc import Callable, Sequence
from importlib.metadata import version
from typing import Any

VERIFIED = "0.11.22 (Python 3.10) or 0.12.1 (later ones)"


class UnexpectedFakesnow(RuntimeError):  # noqa: N818 - it says what is wrong better than with Error at its end
    """The installed fakesnow is not one that the corrections were written for."""


def replace(
    owner: Any, name: str, parameters: Sequence[str], wrap: Callable[[Callable[..., Any]], Callable[..., Any]]
) -> None:
    """Put `wrap(original)` in the place of `owner.name`, whose parameters have to be the named ones."""
    original = getattr(owner, name, None)
    if not callable(original) or list(inspect.signature(original).parameters) != list(parameters):
        raise UnexpectedFakesnow(
            f"fakesnow {version('fakesnow')}: {owner.__name__}.{name}({', '.join(parameters)}) is not there; "
            f"install fakesnow {VERIFIED}, or adapt local_snowflake/corrections"
        )
    setattr(owner, name, functools.wraps(original)(wrap(original)))
