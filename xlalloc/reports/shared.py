"""Answers many clients share: a function of the catalogue, asked again with the same arguments, is not run again."""

from collections.abc import Callable

import numpy as np

from xlalloc.errors import AllocError

KEPT = 2048  # answers; then all are forgotten


class Shared:
    """Results by function and arguments, to the bit; an answer is never changed by who receives it."""

    def __init__(self, kept: int = KEPT):
        self._answers: dict = {}
        self._kept = kept

    def __call__(self, function: Callable, *args):
        """As ``function(*args)``: the answer, or the error raised."""
        key = (function, *map(_key, args))
        answer = self._answers.get(key, self)
        if answer is self:
            try:
                answer = function(*args)
            except AllocError as error:
                answer = error
            if len(self._answers) >= self._kept:
                self._answers.clear()
            self._answers[key] = answer
        if isinstance(answer, AllocError):
            raise answer.with_traceback(None)
        return answer


def _key(value):
    if isinstance(value, np.ndarray):
        return value.shape, value.tobytes()
    return tuple(map(_key, value)) if isinstance(value, list) else value
