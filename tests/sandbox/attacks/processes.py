"""Programs that outlive their job, or reach for processes that are not theirs."""

from sandbox import Limits, Status
from tests.sandbox.attacks.kit import FAILED, ending, probe

_ANY = (*FAILED, Status.OK)
_FORKS = frozenset({"proc"})

ATTACKS = [
    ending("daemon-double-fork", "a daemon does not outlive its job",
           "if os.fork() == 0:\n    os.setsid()\n    if os.fork() == 0:\n        open('/proc/self/comm', 'w').write(MARK)\n"
           "        time.sleep(60)\n    os._exit(0)\ntime.sleep(.2)", *_ANY, max_wall_s=6),
    ending("daemon-subprocess", "a program started in a session of its own does not outlive its job",
           "import subprocess\nsubprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', MARK + '_process'],"
           " start_new_session=True)", *_ANY, max_wall_s=6),
    ending("daemon-holds-pipes", "a job is over when its first process is dead, whoever holds its pipes",
           "if os.fork() == 0:\n    os.setsid()\n    time.sleep(60)\nprint('done', flush=True)\nos._exit(0)", Status.OK,
           stdout=b"done\n", max_wall_s=6, needs=_FORKS),
    ending("daemon-ignores-all", "a daemon that ignores every signal is ended",
           "import signal\nif os.fork() == 0:\n    for n in range(1, 65):\n        try: signal.signal(n, signal.SIG_IGN)\n"
           "        except (OSError, ValueError): pass\n    while True: time.sleep(1)\nos._exit(0)", Status.OK, max_wall_s=6, needs=_FORKS),
    ending("daemon-forks-on", "a daemon that keeps forking away is caught",
           "if os.fork() == 0:\n    while True:\n        if os.fork(): os._exit(0)\n        os.setsid()\ntime.sleep(.1)\nos._exit(0)", Status.OK,
           max_wall_s=8, needs=_FORKS),
    ending("daemon-stopped", "a stopped child is ended",
           "pid = os.fork()\nif pid == 0:\n    time.sleep(60)\nos.kill(pid, 19)\nos._exit(0)", Status.OK, max_wall_s=6, needs=_FORKS),
    ending("kill-parent", "killing the parent process does nothing to us",
           "for n in (9, 15, 19, 2, 1):\n    try: os.kill(os.getppid(), n)\n    except OSError: pass\nprint('alive')", *_ANY),
    ending("kill-everything", "kill(-1) ends nobody but the job",
           "try: os.kill(-1, 9)\nexcept OSError: pass\nprint('alive')", *_ANY),
    ending("kill-group", "killing its process group ends nobody but the job", "os.kill(0, 9)", Status.RUNTIME_ERROR),
    probe("kill-init", "the first process of the namespace does not die of signals", """
def got_in():
    for n in (9, 19, 11, 15, 2):
        try: os.kill(1, n)
        except OSError: pass
    time.sleep(.1)
    return False
"""),
    probe("kill-neighbours", "no process but its own can be signalled", """
def got_in():
    found = 0
    for pid in range(1, 40000):
        if pid != os.getpid():
            try:
                os.kill(pid, 0)
                found += pid != 1
            except OSError: pass
    return found > 0
"""),
    probe("ptrace-parent", "the parent cannot be traced", """
def got_in(): return not refused(101, 0x4206, os.getppid() or 1, 0, 0)
"""),
    probe("ptrace-child", "not even a child can be traced", "def got_in(): return not refused(101, 0, 0, 0, 0)"),
    probe("read-parent-memory", "the parent's memory cannot be read", """
def got_in():
    if not refused(310, os.getppid() or 1, 0, 0, 0, 0, 0): return True
    for pid in {1, os.getppid()}:
        for name in ('mem', 'maps', 'environ', 'cmdline', 'fd', 'root', 'cwd', 'stack', 'auxv'):
            try:
                path = f'/proc/{pid}/{name}'
                if name == 'fd': data = os.listdir(path)
                elif name in ('root', 'cwd'): data = os.listdir(path)
                else: data = open(path, 'rb').read(64)
                if data: return True
            except OSError: pass
    return False
"""),
    probe("write-parent-memory", "the parent's memory cannot be written", """
def got_in():
    if not refused(311, os.getppid() or 1, 0, 0, 0, 0, 0): return True
    try: os.close(os.open(f'/proc/{os.getppid() or 1}/mem', os.O_WRONLY))
    except OSError: return False
    return True
"""),
    probe("pidfd", "no handle on another process can be had", """
def got_in(): return not (refused(434, os.getppid() or 1, 0) and refused(438, 3, 0, 0) and refused(424, 3, 9, 0, 0))
"""),
    probe("limit-parent", "the parent's limits cannot be lowered", """
def got_in():
    import resource
    try: resource.prlimit(os.getppid() or 1, resource.RLIMIT_CPU, (1, 1))
    except OSError: return False
    return True
"""),
    probe("slow-down-parent", "the parent cannot be made slow or pinned", """
def got_in():
    parent = os.getppid() or 1
    for attempt in (lambda: os.setpriority(os.PRIO_PROCESS, parent, 19), lambda: os.sched_setaffinity(parent, {0}),
                    lambda: os.setpriority(os.PRIO_USER, 0, 19),
                    lambda: os.sched_setscheduler(parent, os.SCHED_IDLE, os.sched_param(0))):
        try:
            attempt()
            return True
        except OSError: pass
    return False
"""),
    probe("see-neighbours", "other processes cannot be seen", """
def got_in():
    try: pids = [int(name) for name in os.listdir('/proc') if name.isdigit()]
    except OSError: return False
    return any(pid not in (1, os.getpid()) for pid in pids)
"""),
    probe("descriptors", "nothing of the sandbox's own descriptors is left open", """
def got_in():
    still = []
    for fd in range(3, 4096):
        try: os.fstat(fd); still.append(fd)
        except OSError: pass
    return bool(still)
"""),
    ending("close-descriptors", "closing every descriptor hurts only the job", "os.closerange(0, 4096)\nwhile True: time.sleep(1)",
           limits=Limits(wall_s=1)),
    ending("nonblocking-descriptors", "making its pipes non-blocking does not reach our ends",
           "import fcntl\nfor fd in (0, 1, 2): os.set_blocking(fd, False)\n"
           "fcntl.fcntl(1, fcntl.F_SETFL, os.O_APPEND | os.O_NONBLOCK)\nos.write(1, b'x')\nos._exit(0)", Status.OK, stdout=b"x"),
    ending("steal-terminal", "input cannot be pushed into a terminal",
           "import fcntl\nfor fd in (0, 1, 2):\n    try:\n        fcntl.ioctl(fd, 0x5412, b'x')\n        print('pushed')\n    except OSError: pass",
           Status.OK, stdout=b""),
]  # fmt: skip
