"""Programs that want more memory, processes, disk or output than there is."""

from sandbox import Limits, Status
from tests.sandbox.attacks.kit import FAILED, ending, probe

_MEMORY = Status.MEMORY_LIMIT
_OUTPUT = Status.OUTPUT_LIMIT
_SMALL = Limits(cpu_s=5, wall_s=10, memory_mb=128)
_MANY = frozenset({"proc"})  # where a job may fork
_NO_END = frozenset({*FAILED, Status.OK})

ATTACKS = [
    ending("mem-list", "a list that grows for ever hits the memory limit", "x = []\nwhile True: x.append(bytearray(1 << 20))",
           _MEMORY, limits=_SMALL),
    ending("mem-one-block", "one huge block is refused", "x = bytearray(1 << 34)", _MEMORY, limits=_SMALL),
    ending("mem-big-int", "a huge integer is refused", "x = 1 << (1 << 36)", limits=_SMALL),
    ending("mem-string-doubling", "doubling a string hits the limit", "x = 'x'\nwhile True: x += x", _MEMORY, limits=_SMALL),
    ending("mem-catches-memoryerror", "catching MemoryError and going on is ended by a limit",
           "x = []\nwhile True:\n    try: x.append(bytearray(1 << 16))\n    except MemoryError: pass", _MEMORY, Status.TIME_LIMIT,
           limits=_SMALL),
    ending("mem-mmap-private", "anonymous maps count",
           "import mmap\nx = []\nwhile True:\n    m = mmap.mmap(-1, 1 << 20, mmap.MAP_PRIVATE)\n    m[::4096] = b'x' * 256\n    x.append(m)",
           limits=_SMALL),
    ending("mem-mmap-shared", "shared anonymous maps count",
           "import mmap\nx = []\nwhile True:\n    m = mmap.mmap(-1, 1 << 20)\n    m[::4096] = b'x' * 256\n    x.append(m)", _MEMORY,
           Status.RUNTIME_ERROR, limits=_SMALL),
    ending("mem-split-over-children", "memory of all processes together is limited",
           "for _ in range(7):\n    if os.fork() == 0: break\nx = bytearray(b'x') * (60 << 20)\ntime.sleep(8)", _MEMORY, limits=_SMALL,
           needs=_MANY),
    ending("mem-threads", "memory taken by threads is the job's",
           "import threading\ndef f():\n    x = []\n    while True: x.append(bytearray(1 << 20))\n"
           "t = [threading.Thread(target=f) for _ in range(4)]\n[x.start() for x in t]\n[x.join() for x in t]\nsys.exit(1)", limits=_SMALL),
    ending("mem-raise-own-limit", "the memory limit cannot be lifted from inside",
           "import resource\nfor r in (resource.RLIMIT_DATA, resource.RLIMIT_AS):\n"
           "    try: resource.setrlimit(r, (-1, -1))\n    except (ValueError, OSError): pass\nx = bytearray(b'x') * (1 << 30)", _MEMORY,
           limits=_SMALL),
    probe("mem-lock", "memory cannot be locked", "def got_in(): return libc.mlockall(3) == 0"),
    ending("fork-bomb", "a fork bomb is contained", "while True:\n    try: os.fork()\n    except OSError: pass", limits=Limits(cpu_s=1, wall_s=2)),
    ending("fork-bomb-that-waits", "a fork bomb that lies still is ended",
           "for _ in range(99):\n    try: os.fork()\n    except OSError: break\ntime.sleep(60)", limits=Limits(wall_s=2)),
    ending("fork-bomb-daemons", "a bomb whose every part begins a session of its own is ended",
           "for _ in range(1000):\n    try:\n        if os.fork() == 0: os.setsid()\n    except OSError: pass\ntime.sleep(60)",
           limits=Limits(wall_s=2)),
    ending("exec-bomb", "a chain of execs ends", "os.execv(sys.executable, [sys.executable, '-IS', '-c', 'import os,sys\\n"
           "os.execv(sys.executable, sys.orig_argv)'])", limits=Limits(cpu_s=1, wall_s=2)),
    probe("fork-count", "no more processes than allowed live at once", """
def got_in():
    n = 0
    try:
        while n < 100:
            if os.fork() == 0:
                time.sleep(5)
                os._exit(0)
            n += 1
    except OSError:
        pass
    return n > 32
"""),
    probe("thread-count", "no more threads than allowed live at once", """
def got_in():
    import threading
    n = 0
    try:
        while n < 200:
            threading.Thread(target=time.sleep, args=(3,), daemon=True).start()
            n += 1
    except RuntimeError:
        pass
    time.sleep(0.3)  # where the kernel does not count, a look every few milliseconds does
    return n > 33
""", limits=Limits(memory_mb=512, tasks=32), needs=frozenset({"proc"})),
    probe("disk-fill", "no more is written than the quota", """
def got_in():
    written = 0
    for place in ('.', '/tmp', '/dev/shm', '/var/tmp'):
        try:
            with open(os.path.join(place, MARK), 'wb') as file:
                for _ in range(100):
                    written += file.write(b'x' * (1 << 20))
                    file.flush()
        except OSError:
            pass
    return written > 33 << 20
""", needs=frozenset({"disk"})),
    ending("disk-fill-anywhere", "filling the disk is stopped somehow",
           "i = 0\nwhile True:\n    i += 1\n    with open(f'{MARK}{i}', 'wb') as f: f.write(b'x' * (8 << 20))", limits=_SMALL),
    probe("disk-inodes", "no more files are made than the quota", """
def got_in():
    try:
        for i in range(10000):
            os.close(os.open(f'{MARK}{i}', os.O_CREAT))
    except OSError:
        return False
    return True
""", needs=frozenset({"disk"})),
    probe("disk-sparse", "a sparse file is no larger than the quota", """
def got_in():
    import resource, signal
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        with open(MARK, 'wb') as file: file.truncate(1 << 40)
    except OSError:
        return False
    return True
"""),
    ending("disk-deep-directories", "a very deep tree is no trouble for whoever cleans up",
           "for _ in range(3000):\n    os.mkdir('d'); os.chdir('d')", Status.OK, Status.VIOLATION),
    probe("disk-hostile-modes", "directories without any permission are cleaned up too", """
def got_in():
    os.makedirs('a/b/c')
    open('a/b/c/' + MARK, 'w').close()
    for p in ('a/b/c', 'a/b', 'a', '.'):
        try: os.chmod(p, 0)
        except OSError: pass
    return False
""", needs=frozenset({"disk"})),
    ending("out-stdout", "a flood on stdout is cut off", "while True: print('x' * 4096)", _OUTPUT),
    ending("out-stderr", "a flood on stderr is cut off", "while True: sys.stderr.write('x' * 4096)", _OUTPUT),
    ending("out-both", "stdout and stderr share one limit", "os.write(1, b'x' * 600_000)\nos.write(2, b'x' * 600_000)", _OUTPUT),
    ending("out-then-exit", "a flood that ends well is still a flood", "os.write(1, b'x' * (1 << 20))\nos.write(1, b'xx')\nos._exit(0)", _OUTPUT),
    ending("out-from-child", "a child's flood counts", "if os.fork(): os.wait()\nwhile True: os.write(1, b'x' * 65536)", _OUTPUT,
           needs=_MANY),
    ending("out-one-byte-writes", "a flood of tiny writes is ended", "while True: os.write(1, b'x')", _OUTPUT, Status.TIME_LIMIT),
    ending("fd-exhaustion", "using up descriptors hurts only the job",
           "x = []\nwhile True: x.append(os.pipe())", Status.RUNTIME_ERROR),
    ending("pipe-memory", "memory in pipes is bounded by descriptors",
           "x = []\ntry:\n    while True:\n        r, w = os.pipe()\n        x.append((r, w))\n        os.set_blocking(w, False)\n"
           "        try:\n            while True: os.write(w, b'x' * 65536)\n        except BlockingIOError: pass\nexcept OSError: pass", *_NO_END),
    ending("source-nul", "a NUL byte in the source is the program's error", "x = 1\0", Status.RUNTIME_ERROR),
    ending("source-surrogate", "a lone surrogate in the source is the program's error", "x = '\ud800'", Status.RUNTIME_ERROR),
    ending("source-nested", "a source that is too deep for the compiler is the program's error", "x = " + "(" * 5000 + ")" * 5000),
    ending("source-huge-constant", "constant folding does not run away", "x = 'a' * 10 ** 10", limits=_SMALL),
    ending("traceback-huge", "an exception with a huge text is cut off", "raise ValueError('x' * (4 << 20))", _OUTPUT,
           Status.RUNTIME_ERROR),
]  # fmt: skip
