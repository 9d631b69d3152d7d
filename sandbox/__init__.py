"""Isolated execution of untrusted code at fork speed. Standard library only, Linux only.

    from sandbox import Limits, Sandbox

    with Sandbox() as box:                        # the strongest level this machine gives; box.level says which
        result = box.run("print(int(input()) ** 2)", stdin=b"5")
        assert result.ok and result.stdout == b"25\\n"

A `Sandbox` may be used from any thread and any event loop; it never forks the process that uses it:

    caller ── supervisor (exec'd, lean) ── a warden and a zygote per core ── one job a run, inside namespaces

**Runs.** `box.run(code, language=, stdin=, args=, files=, collect=, limits=) -> RunResult`, `await box.arun(...)`,
`box.run_batch([Job, ...]) -> [RunResult, ...]` in order. `code` may be a `Program` from `box.compile(code,
language)`, so that many inputs cost one compilation. A program's failure is a status, never an exception. Exceptions
are for the caller's mistakes and for what this machine lacks (`LevelUnavailable`, `LanguageUnavailable`).

**Sessions.** `box.open(code, entry="module:function", limits=) -> Session` starts a job that answers messages:

    SERVER = '''
    def serve(channel, code):          # runs inside the jail, in the process that the untrusted code will own
        space = {"__name__": "__main__"}
        exec(compile(code, "solution.py", "exec"), space)
        while (message := channel.recv()) is not None:     # None: the caller hung up
            channel.send(repr(eval(message, space)).encode())
    '''
    with Sandbox(modules={"server": SERVER}) as box, box.open("def f(x): return 2 * x", entry="server:serve") as job:
        job.send(b"f(21)")
        assert job.recv(timeout_s=2) == b"42"

- `modules={name: source text}` are trusted bootstrap modules: executed once, in each zygote, before any job; jobs get
  them by fork, already compiled and imported (`sys.modules[name]`). They may import the standard library (their
  imports cost nothing per job) and each other. `Path("runner.py").read_text()` keeps such a module an ordinary file.
- `function(channel, code)` is called in the job after the jail is closed and descriptors 0, 1, 2 are set up.
  `channel` has `send(bytes)`, `recv() -> bytes | None`, `fileno()`; frames are a 4-byte little-endian length and the
  payload. When the function returns the job exits 0; SystemExit and other exceptions end it as they end a script.
- The channel is private to caller and job and carries data only. The untrusted code owns the process at the far end,
  so it can read, forge or close whatever passes there: never send it an expected answer, never take a message for a
      verdict.
- `session.recv(timeout_s)` raises `TimeoutError` (the job lives on) or `SessionEnded` (it does not); frames over
  `limits.message_kb` end the job with `output_limit_exceeded`. `session.close() -> RunResult` ends the job if it
  still runs; it may be called again and gives the same result. Limits count from the start of the job, so give a
  session its wall-clock budget.
- A session holds one worker until it is closed. To hold two at once (a solution and its tester) open the second with
  `beside=first`: it takes its place in a second pool, so that pairs cannot wait for each other for ever.
"""

from sandbox.box import Sandbox
from sandbox.session import Session
from sandbox.types import (
    COMPILE_LIMITS,
    CompileError,
    Job,
    LanguageUnavailable,
    Level,
    LevelUnavailable,
    Limits,
    Program,
    RunResult,
    SandboxBroken,
    SandboxError,
    SessionEnded,
    Status,
)

__all__ = [
    "COMPILE_LIMITS",
    "CompileError",
    "Job",
    "LanguageUnavailable",
    "Level",
    "LevelUnavailable",
    "Limits",
    "Program",
    "RunResult",
    "Sandbox",
    "SandboxBroken",
    "SandboxError",
    "Session",
    "SessionEnded",
    "Status",
]
