"""The same method for asyncio: `aingest = twin(ingest)` runs it in a thread.

Parameters and result are those of the method, for type checkers and for `inspect`. What
it calls back, such as `on_text` or a progress, is called from that thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

Owner = TypeVar("Owner")
Parameters = ParamSpec("Parameters")
Result = TypeVar("Result")


def twin(
    method: Callable[Concatenate[Owner, Parameters], Result],
) -> Callable[Concatenate[Owner, Parameters], Coroutine[Any, Any, Result]]:
    """The method as a coroutine, to be named as it with an `a` in front."""
    name = method.__name__

    @wraps(method)
    async def in_thread(
        self: Owner, /, *args: Parameters.args, **kwargs: Parameters.kwargs
    ) -> Result:
        run: Callable[Parameters, Result] = getattr(self, name)  # a subclass may have its own
        return await asyncio.to_thread(run, *args, **kwargs)

    in_thread.__name__ = f"a{name}"
    in_thread.__qualname__ = method.__qualname__.removesuffix(name) + in_thread.__name__
    in_thread.__doc__ = f"`{name}`, in a thread."
    return in_thread
