"""Programs that end in ways a grader might take for success, or that do not end."""

from sandbox import Limits, Status
from tests.sandbox.attacks.kit import Attack, ending, probe

_TIME = Status.TIME_LIMIT
_CRASH = Status.RUNTIME_ERROR

ATTACKS = [
    ending("exit-kill-self", "a program that kills itself after its answer has crashed",
           "print(4, flush=True)\nos.kill(os.getpid(), 9)", _CRASH),
    ending("exit-term-self", "SIGTERM from itself is a crash",
           "print(4, flush=True)\nos.kill(os.getpid(), 15)\ntime.sleep(9)", _CRASH),
    ending("exit-abort", "abort() is a crash", "print(4, flush=True)\nos.abort()", _CRASH),
    ending("exit-segfault", "a wild pointer is a crash", "print(4, flush=True)\nctypes.string_at(8)", _CRASH),
    ending("exit-nonzero", "a nonzero exit code after the answer is a crash", "print(4)\nos._exit(3)", _CRASH),
    ending("exit-in-atexit", "an exit code set by atexit counts",
           "import atexit\natexit.register(lambda: os._exit(7))\nprint(4)", _CRASH),
    ending("exit-uncaught-baseexception", "an exception that is no Exception is a crash",
           "class E(BaseException): pass\nraise E", _CRASH),
    ending("exit-hostile-exception", "an exception whose text raises is a crash and nothing more",
           "class E(Exception):\n    def __str__(s): raise s\n    __repr__ = __str__\nraise E", _CRASH),
    ending("exit-excepthook-patched", "a patched excepthook cannot make a crash an exit",
           "sys.excepthook = lambda *a: os._exit(0) if False else None\nraise ValueError", _CRASH),
    ending("exit-via-exec-false", "what it becomes by exec decides", "os.execv('/bin/false', ['false'])", _CRASH),
    ending("exit-c-stack-overflow", "overflowing the C stack is a crash",
           "sys.setrecursionlimit(10**9)\nclass A:\n    def __repr__(s): return repr(s)\nrepr(A())"),
    ending("exit-stop-self", "a program that stops itself runs into the wall-clock limit",
           "os.kill(os.getpid(), 19)\nos.kill(os.getpid(), 19)", _TIME, limits=Limits(wall_s=1)),
    ending("loop-plain", "an endless loop ends at the CPU limit", "while True: pass", _TIME, limits=Limits(cpu_s=0.3, wall_s=20)),
    ending("loop-sleep", "sleeping for ever ends at the wall-clock limit", "time.sleep(1e6)", _TIME, limits=Limits(wall_s=1)),
    ending("loop-ignores-signals", "ignoring every signal changes nothing",
           "import signal\nfor n in range(1, 65):\n    try: signal.signal(n, signal.SIG_IGN)\n    except (OSError, ValueError): pass\n"
           "while True: pass", _TIME, limits=Limits(cpu_s=0.3, wall_s=20)),
    ending("loop-catches-sigxcpu", "a handler for SIGXCPU buys at most a second",
           "import signal\nsignal.signal(signal.SIGXCPU, lambda *a: None)\nwhile True: pass", _TIME,
           limits=Limits(cpu_s=0.3, wall_s=20)),
    ending("loop-raises-own-limit", "the CPU limit cannot be lifted from inside",
           "import resource\ntry: resource.setrlimit(resource.RLIMIT_CPU, (99, 99))\nexcept (ValueError, OSError): pass\n"
           "while True: pass", _TIME, limits=Limits(cpu_s=0.3, wall_s=20)),
    ending("loop-except-everything", "swallowing exceptions changes nothing",
           "while True:\n    try:\n        while True: pass\n    except BaseException: pass", _TIME, limits=Limits(cpu_s=0.3, wall_s=20)),
    ending("loop-in-c", "a loop inside one C call ends", "x = pow(7, 10 ** 8)", _TIME, limits=Limits(cpu_s=0.3, wall_s=20)),
    ending("loop-regex", "catastrophic backtracking ends",
           "import re\nre.match(r'(a+)+$', 'a' * 64 + 'b')", _TIME, limits=Limits(cpu_s=0.3, wall_s=20)),
    ending("loop-in-del", "a destructor that loops at the end of the program is ended",
           "class D:\n    def __del__(s):\n        while True: pass\nd = D()", _TIME, limits=Limits(cpu_s=0.3, wall_s=20)),
    ending("loop-in-atexit", "an exit function that loops is ended",
           "import atexit\n@atexit.register\ndef f():\n    while True: pass", _TIME, limits=Limits(cpu_s=0.3, wall_s=20)),
    ending("loop-deadlock", "a deadlock ends", "import threading\nl = threading.Lock()\nl.acquire()\nl.acquire()", _TIME,
           limits=Limits(wall_s=1)),
    ending("loop-thread-outlives-main", "a thread that never ends is ended with the job",
           "import threading\nthreading.Thread(target=time.sleep, args=(1e6,)).start()", _TIME, limits=Limits(wall_s=1)),
    ending("loop-many-processes", "CPU time of children counts towards the limit",
           "for _ in range(4):\n    if os.fork() == 0: break\nwhile True: pass", _TIME, limits=Limits(cpu_s=0.3, wall_s=20),
           needs=frozenset({"proc"})),
    ending("loop-short-lived-children", "CPU time of children that are gone counts too",
           "while True:\n    pid = os.fork()\n    if pid == 0:\n        end = time.time() + .05\n        while time.time() < end: pass\n"
           "        os._exit(0)\n    os.waitpid(pid, 0)", _TIME, limits=Limits(cpu_s=0.3, wall_s=20), needs=frozenset({"proc"})),
    probe("loop-no-more-time-by-exec", "exec does not reset the clock", """
def got_in():
    import resource
    return resource.getrlimit(resource.RLIMIT_CPU)[1] > 10
"""),
    ending("stdin-is-finite", "reading more than there is meets the end of the file, and does not wait",
           "import sys\nassert sys.stdin.read() == 'a'\nassert os.read(0, 9) == b''\nsys.exit(0)", Status.OK, stdin=b"a"),
]  # fmt: skip

assert all(isinstance(attack, Attack) for attack in ATTACKS)
