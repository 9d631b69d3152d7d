"""Programs that reach for rights or for dangerous system calls."""

from sandbox import Status
from tests.sandbox.attacks.kit import Attack, ending, probe

_REFUSED = {
    "bpf": (321, "0, 0, 0"),
    "perf_event_open": (298, "0, 0, -1, -1, 0"),
    "userfaultfd": (323, "0"),
    "keyctl": (250, "0, -3, 0"),
    "add_key": (248, "0, 0, 0, 0, 0"),
    "request_key": (249, "0, 0, 0, 0"),
    "kexec_load": (246, "0, 0, 0, 0"),
    "kexec_file_load": (320, "0, 0, 0, 0, 0"),
    "init_module": (175, "0, 0, 0"),
    "finit_module": (313, "0, 0, 0"),
    "delete_module": (176, "0, 0"),
    "reboot": (169, "0, 0, 0, 0"),
    "swapon": (167, "0, 0"),
    "acct": (163, "0"),
    "quotactl": (179, "0, 0, 0, 0"),
    "sethostname": (170, "b'x', 1"),
    "settimeofday": (164, "0, 0"),
    "clock_settime": (227, "0, 0"),
    "adjtimex": (159, "0"),
    "iopl": (172, "3"),
    "ioperm": (173, "0, 8, 1"),
    "modify_ldt": (154, "0, 0, 0"),
    "kcmp": (312, "1, 1, 0, 0, 0"),
    "fanotify_init": (300, "0, 0"),
    "memfd_create": (319, "b'x', 0"),
    "memfd_secret": (447, "0"),
    "personality": (135, "0x0040000"),
    "seccomp": (317, "0, 0, 0"),
    "process_madvise": (440, "0, 0, 0, 0, 0"),
    "move_pages": (279, "1, 0, 0, 0, 0, 0"),
    "vmsplice": (278, "1, 0, 0, 0"),
    "shmget": (29, "0x52C0DE, 4096, 0o1666"),
    "semget": (64, "0x52C0DE, 1, 0o1666"),
    "msgget": (68, "0x52C0DE, 0o1666"),
    "mq_open": (240, "b'x', 0o102, 0o666, 0"),
    "syslog": (103, "3, 0, 0"),
    "a_call_of_the_future": (600, "0"),
    "x32_getpid": (0x40000000 + 39, ""),
    "x32_ptrace": (0x40000000 + 521, "0, 0, 0, 0"),
}

_INT80 = r"""
#include <stdio.h>
#include <sys/mman.h>
/* The 32-bit door: int 0x80 with the 32-bit number of ptrace, 26. */
int main(void) {
    long result = -1;
    __asm__ volatile("int $0x80" : "=a"(result) : "a"(26L), "b"(0L), "c"(0L), "d"(0L), "S"(0L) : "memory");
    printf("%ld\n", result);
    return 0;
}
"""

ATTACKS = [
    *(
        probe(f"syscall-{name}", f"{name} is refused", f"def got_in(): return not refused({', '.join(filter(None, (str(number), args)))})")
        for name, (number, args) in _REFUSED.items()
    ),
    probe("root-setuid", "root cannot be become", """
def got_in():
    for change in (lambda: os.setuid(0), lambda: os.setgid(0), lambda: os.setresuid(0, 0, 0), lambda: os.setgroups([0]),
                   lambda: os.seteuid(0)):
        try:
            change()
            return True
        except OSError: pass
    return False
""", needs=frozenset({"proc"})),
    probe("root-capabilities", "there are no capabilities, and none can be had", """
def got_in():
    try: text = open('/proc/self/status').read()
    except OSError: return False
    values = dict(line.split(':', 1) for line in text.splitlines())
    return any(int(values[name], 16) for name in ('CapEff', 'CapPrm', 'CapInh', 'CapAmb'))
"""),
    probe("root-setuid-programs", "programs that become root do not", """
def got_in():
    import subprocess
    for program in ('/usr/bin/su', '/usr/bin/sudo', '/usr/bin/passwd', '/usr/bin/mount', '/usr/bin/newuidmap'):
        try:
            done = subprocess.run([program, '-c', 'id -u'], capture_output=True, timeout=2, stdin=subprocess.DEVNULL)
            if done.stdout.strip() == b'0': return True
        except (OSError, subprocess.TimeoutExpired): pass
    return False
"""),
    probe("no-new-privileges", "no_new_privs is set and cannot be unset", """
def got_in():
    return libc.prctl(39, 0, 0, 0, 0) != 1 or libc.prctl(38, 0, 0, 0, 0) == 0
"""),
    probe("parent-death-signal", "it cannot ask to survive its parent", "def got_in(): return libc.prctl(1, 0, 0, 0, 0) == 0"),
    probe("own-filter", "it cannot add filters of its own", "def got_in(): return libc.prctl(22, 2, 0, 0, 0) == 0"),
    probe("core-dump", "it cannot have its core dumped", """
def got_in():
    import resource
    for limit in (-1, 0, 1 << 20):
        try:
            resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
            return True
        except (OSError, ValueError): pass
        try:
            resource.prlimit(0, resource.RLIMIT_CORE, (limit, limit))
            return True
        except (OSError, ValueError): pass
    return resource.getrlimit(resource.RLIMIT_CORE) not in ((1, 1), (0, 0))
"""),
    probe("limits-still-readable", "asking for limits is still allowed, and lowering others", """
def got_in():
    import resource
    resource.setrlimit(resource.RLIMIT_NOFILE, (20, 20))
    return resource.prlimit(0, resource.RLIMIT_NOFILE) != (20, 20)
"""),
    probe("real-time", "it cannot make itself more important", """
def got_in():
    for change in (lambda: os.nice(-5), lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))):
        try:
            change()
            return True
        except OSError: pass
    return False
"""),
    Attack("syscall-32-bit", "the 32-bit door is closed", _INT80, frozenset({Status.VIOLATION}), b"", language="c"),
    ending("executable-memory", "machine code of its own is held by the same filter",
           "import mmap\ncode = bytes([0xb8, 101, 0, 0, 0, 0x0f, 0x05, 0xc3])  # ptrace(...)\n"
           "m = mmap.mmap(-1, 4096, prot=7)\nm.write(code)\nf = ctypes.CFUNCTYPE(ctypes.c_long)(ctypes.addressof(ctypes.c_char.from_buffer(m)))\n"
           "print(f())", Status.OK, stdout=b"-1\n"),
]  # fmt: skip
