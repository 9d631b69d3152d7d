"""One sandbox for a whole test file: what a caller shares, the tests share."""

import pytest

from sandbox import LevelUnavailable, Sandbox

CALCULATOR = """
def serve(channel, code):
    space = {"__name__": "__main__"}
    exec(compile(code, "solution.py", "exec"), space)
    while (message := channel.recv()) is not None:
        channel.send(repr(eval(message, space)).encode())
"""


@pytest.fixture(scope="module")
def box():
    try:
        with Sandbox(workers=2, modules={"calculator": CALCULATOR}) as box:
            yield box
    except LevelUnavailable as error:
        pytest.skip(str(error))
