"""Inside the jail: run a Python program as a script would run, or turn into another program."""

from __future__ import annotations

import _signal
import atexit
import os
import sys

from sandbox.channel import Channel

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import ModuleType
    from typing import Any, NoReturn


def prepare_main(path: str) -> ModuleType:
    """In the zygote: a `__main__` as pickle and inspect expect it; each job has a fresh copy of it, by fork."""
    main = type(sys)("__main__")
    main.__dict__.update(__file__=path, __builtins__=__builtins__)
    sys.modules["__main__"] = main
    sys.path[0:0] = [os.path.dirname(path)]
    sys.argv = [path]
    return main


def run_script(code: bytes, args: Sequence[str], main: ModuleType) -> NoReturn:
    """Execute source text as `__main__`, and end this process as the interpreter would."""
    sys.argv += args
    _reseed()
    exit_code = 0
    try:
        execute(code, main)
    except BaseException as error:
        exit_code = _exit_code(error)
    _finish(exit_code, main)


def execute(code: bytes, main: ModuleType) -> None:
    exec(compile(text_of(code), sys.argv[0], "exec"), main.__dict__)


def run_entry(entry: Callable[..., Any], channel: Channel, code: bytes, main: ModuleType) -> NoReturn:
    """Call a session's entry function, and end this process when it returns."""
    _reseed()
    exit_code = 0
    try:
        entry(channel, text_of(code))
    except BaseException as error:
        exit_code = _exit_code(error)
    _finish(exit_code, main)


def run_program(argv: list[str]) -> NoReturn:
    """Become another program."""
    # Python ignores these two; a program started by a shell finds them at their defaults.
    for number in (_signal.SIGPIPE, _signal.SIGXFSZ):
        _signal.signal(number, _signal.SIG_DFL)
    try:
        os.execv(argv[0], argv)
    except OSError as error:
        os.write(2, f"{argv[0]}: {error.strerror}\n".encode())
        os._exit(126)


def _reseed() -> None:
    """`random` sees to itself at a fork; numpy's global generator, where preloaded, would repeat itself in each job."""
    if numpy_random := sys.modules.get("numpy.random"):
        numpy_random.seed()


def _exit_code(error: BaseException) -> int:
    """What the interpreter's exit code would be after the main program raised this; says so on stderr as it would."""
    if isinstance(error, SystemExit):
        if error.code is None or isinstance(error.code, int):
            number = error.code or 0
            return number & 0xFF if -(1 << 63) <= number < 1 << 63 else 0xFF
        print(error.code, file=sys.stderr)
        return 1
    trace = error.__traceback__
    while trace is not None and trace.tb_frame.f_code.co_filename == __file__:
        trace = trace.tb_next
    sys.excepthook(type(error), error.with_traceback(trace), trace)
    return 1


def text_of(code: bytes) -> str:
    """Source text without the byte order mark that the interpreter passes over in a file."""
    return code.decode("utf-8", "surrogatepass").removeprefix("\ufeff")


def _finish(code: int, main: ModuleType) -> NoReturn:
    os._exit(wind_up(code, main))


def wind_up(code: int, main: ModuleType) -> int:
    """Wait for threads, run atexit functions, flush, drop the globals: as at the end of a script, in its order.

    Returns the exit code.
    """
    try:
        if "threading" in sys.modules:
            sys.modules["threading"]._shutdown()
        if atexit._ncallbacks():
            atexit._run_exitfuncs()
    except BaseException:
        pass
    if not _flush():  # the program's own streams, which may need its globals for it
        code = code or 120
    sys.stdout, sys.stderr = sys.__stdout__, sys.__stderr__
    try:
        main.__dict__.clear()
    except BaseException:
        pass
    _flush()  # whatever the last of its objects have printed
    return code


def _flush() -> bool:
    """Flush the standard streams as they are now; whether that worked."""
    done = True
    for stream in (sys.stdout, sys.stderr):
        try:
            if stream is not None and not getattr(stream, "closed", False):
                stream.flush()
        except BaseException:
            done = False
    return done
