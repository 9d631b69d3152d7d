"""Programs that read what is not theirs, or write where they should not."""

import sys

from tests.sandbox.attacks.kit import probe

ATTACKS = [
    probe("secret-environment", "the caller's environment is not there", """
def got_in():
    allowed = {'PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'TMPDIR', 'PYTHONDONTWRITEBYTECODE', 'OPENSSL_CONF', 'LD_BIND_NOW', 'LD_LIBRARY_PATH',
               'LC_CTYPE'}
    extra = [name for name in os.environ if name not in allowed and not name.endswith('_NUM_THREADS')]
    try: raw = open('/proc/self/environ').read()
    except OSError: raw = ''
    return bool(extra) or 'ASSAY_ATTACK_SECRET' in raw
"""),
    probe("secret-shadow", "the host's passwords are not there", """
def got_in():
    for path in ('/etc/shadow', '/etc/gshadow', '/etc/sudoers', '/etc/ssh/ssh_host_ed25519_key', '/etc/machine-id', '/etc/hostname'):
        try:
            open(path).read()
            return True
        except OSError: pass
    return False
"""),
    probe("secret-users", "the host's users are not there", """
def got_in():
    try: return 'daemon' in open('/etc/passwd').read()
    except OSError: return False
"""),
    probe("secret-homes", "nobody's home is there", """
def got_in():
    for home in ('/root', '/home', os.path.expanduser('~')):
        for name in ('.bashrc', '.profile', '.ssh', '.aws', '.netrc', '.gitconfig', '.cache', '.cargo', '.bash_history', '.config'):
            path = os.path.join(home, name)
            try:
                os.listdir(path) if os.path.isdir(path) else open(path).read()
                return True
            except OSError: pass
    try: return bool(os.listdir('/home'))
    except OSError: return False
"""),
    probe("secret-tmp", "files of others in /tmp are not there", """
def got_in():
    for place in ('/tmp', '/var/tmp', '/dev/shm'):
        # Python itself may live there, and is shown.
        python = {path.removeprefix(place + '/').split('/')[0] for path in (sys.prefix, sys.base_prefix, *sys.path)}
        try:
            if set(os.listdir(place)) - python: return True
        except OSError: pass
    return False
"""),
    probe("secret-logs", "logs, mail, spools and run-time state are not there", """
def got_in():
    for place in ('/var/log', '/var/mail', '/var/spool', '/run', '/var/run', '/boot', '/srv', '/mnt', '/sys', '/sys/fs/cgroup'):
        try:
            if os.listdir(place): return True
        except OSError: pass
    return False
"""),
    probe("secret-kernel-log", "the kernel's log cannot be read", """
def got_in():
    if not refused(103, 3, 0, 0): return True
    for path in ('/dev/kmsg', '/proc/kmsg', '/proc/kallsyms', '/proc/kcore'):
        try:
            if open(path, 'rb').read(16): return True
        except OSError: pass
    return False
"""),
    probe("escape-by-dotdot", "there is nothing above the root", """
def got_in():
    path = '/'.join(['..'] * 64)
    try: return 'etc' in os.listdir(path) and os.path.exists(path + '/etc/shadow')
    except OSError: return False
"""),
    probe("escape-by-proc-root", "links in /proc lead nowhere else", """
def got_in():
    for link in ('/proc/self/root', '/proc/1/root', '/proc/self/cwd/../../../..', '/proc/thread-self/root'):
        try:
            if os.path.exists(link + '/etc/shadow'):
                open(link + '/etc/shadow').read()
                return True
        except OSError: pass
    return False
"""),
    probe("escape-by-symlink", "a symbolic link leads nowhere else", """
def got_in():
    os.symlink('/etc/shadow', 'link')
    try: return bool(open('link').read())
    except OSError: return False
"""),
    probe("escape-by-hardlink", "no hard link to what is not its own", f"""
def got_in():
    try:
        os.link({sys.executable!r}, 'python')
        return True
    except OSError: return False
"""),
    probe("escape-by-handle", "no file can be opened by its handle", "def got_in(): return not (refused(303, 0, 0, 0, 0, 0) and refused(304, -1, 0, 0))"),
    probe("escape-by-mount", "nothing can be mounted, and the root not be changed", """
def got_in():
    return not all([refused(165, b'x', b'/tmp', b'tmpfs', 0, 0), refused(166, b'/', 2), refused(155, b'.', b'.'), refused(161, b'.'),
                    refused(428, -100, b'/', 1), refused(429, 0, 0, 0, 0, 0), refused(430, b'tmpfs', 0), refused(442, -100, b'/', 0, 0, 0)])
"""),
    probe("escape-by-namespace", "no new namespace, and none can be entered", """
def got_in():
    flags = (0x10000000, 0x20000000, 0x40000000, 0x00020000, 0x08000000, 0x04000000, 0x02000000, 0x80)
    made = [flag for flag in flags if not refused(272, flag) or not refused(56, flag | 17, 0, 0, 0, 0)]
    return bool(made) or not refused(308, 0, 0) or not refused(435, 0, 0)
"""),
    probe("write-system", "the system's and Python's directories cannot be written", """
def got_in():
    import site, sysconfig
    places = ['/', '/usr', '/usr/bin', '/usr/lib', '/bin', '/etc', '/dev', '/proc', '/root', '/home', '/var', '/box', '/opt',
              os.path.dirname(os.__file__), sys.prefix, *sys.path[1:], *site.getsitepackages(), site.getusersitepackages()]
    for place in places:
        if os.path.abspath(place) == os.getcwd(): continue
        try:
            open(os.path.join(place, MARK), 'w').close()
            return True
        except OSError: pass
    return False
"""),
    probe("write-append-python", "Python's own files cannot be changed", """
def got_in():
    for path in (os.__file__, sys.executable, ctypes.__file__, '/usr/bin/env', '/bin/sh'):
        for mode in ('r+b', 'ab', 'wb'):
            try:
                open(path, mode).close()
                return True
            except OSError: pass
    return False
"""),
    probe("write-modes", "modes and owners of the system's files cannot be changed", """
def got_in():
    for path in ('/usr/bin/env', '/usr', os.__file__, '/', '/dev/null', '/etc/passwd'):
        for change in (lambda: os.chmod(path, 0o777), lambda: os.chown(path, 1000, 1000), lambda: os.utime(path, (1, 1))):
            try:
                change()
                return True
            except OSError: pass
    return False
"""),
    probe("write-remove", "the system's files cannot be removed or renamed", """
def got_in():
    for path in ('/usr/bin/env', os.__file__, '/dev/null', '/etc/passwd', '/tmp', '/dev/shm'):
        for change in (lambda: os.unlink(path), lambda: os.rename(path, path + 'x')):
            try:
                change()
                return True
            except OSError: pass
    return False
"""),
    probe("write-canary", "no directory of the host can be written by its name", """
def got_in():
    for place in ('/tmp/rlvr_canary', '/tmp/assay_canary', '/var/tmp/x', '/run/lock', '/dev/mqueue', '/run/user/0'):
        try:
            os.makedirs(place, exist_ok=True)
            open(place + '/' + MARK, 'w').close()
        except OSError: pass
    return False
"""),
    probe("make-device", "no device can be made or opened", """
def got_in():
    import stat
    for kind, major, minor in ((stat.S_IFBLK, 254, 0), (stat.S_IFBLK, 8, 0), (stat.S_IFCHR, 1, 1), (stat.S_IFCHR, 1, 11)):
        try:
            os.mknod('device', 0o600 | kind, os.makedev(major, minor))
            return True
        except OSError: pass
    for name in ('mem', 'kmsg', 'sda', 'vda', 'nvme0n1', 'kvm', 'fuse', 'net/tun', 'port', 'nvidia0', 'tty', 'console', 'ptmx', 'loop0'):
        try:
            os.close(os.open('/dev/' + name, os.O_RDWR | os.O_NONBLOCK))
            return True
        except OSError: pass
    return False
"""),
    probe("proc-and-sys-switches", "no switch of the kernel can be opened for writing", """
def got_in():
    for path in ('/proc/sys/vm/drop_caches', '/proc/sys/kernel/core_pattern', '/proc/sysrq-trigger', '/sys/fs/cgroup/cgroup.procs',
                 '/sys/kernel/mm/transparent_hugepage/enabled', '/proc/self/uid_map', '/proc/self/setgroups', '/proc/1/oom_score_adj'):
        try:
            os.close(os.open(path, os.O_WRONLY))
            return True
        except OSError: pass
    return False
"""),
]  # fmt: skip
