"""Programs that try to find what an earlier job has left. Each is run twice; the second run must not notice."""

from tests.sandbox.attacks.kit import probe

_TWICE = """
def got_in():
    stale = False
    for place in ('.', '..', '/tmp', '/dev/shm', '/var/tmp'):
        path = os.path.join(place, MARK)
        stale = stale or os.path.exists(path)
        try: open(path, 'w').close()
        except OSError: pass
    return stale
"""

ATTACKS = [
    probe("state-files", "files of an earlier job are gone", _TWICE),
    probe("state-files-again", "files of an earlier job are gone the second time too", _TWICE),
    *(
        probe(f"state-{name}-{time}", f"{says} ({time} run)", code)
        for name, says, code in (
            ("builtins", "a name put into builtins does not reach the next job", """
def got_in():
    import builtins
    stale = hasattr(builtins, MARK) or len('ab') != 2
    setattr(builtins, MARK, 1)
    builtins.len = lambda x: 7
    return stale
"""),
            ("modules", "a patched module is whole again in the next job", """
def got_in():
    import json
    stale = hasattr(json, MARK) or MARK in sys.modules or MARK in sys.path
    setattr(json, MARK, 1); sys.modules[MARK] = json; sys.path.append(MARK)
    json.dumps = None
    return stale
"""),
            ("environment", "environment variables do not reach the next job", """
def got_in():
    stale = MARK in os.environ
    os.environ[MARK] = '1'
    os.putenv(MARK, '1')
    return stale
"""),
            ("directory", "the working directory's mode and times are as new", """
def got_in():
    status = os.stat('.')
    stale = status.st_mode & 0o777 != 0o755 or status.st_mtime == 12345 or os.listdir('.') != []
    try:
        os.chmod('.', 0o711)
        os.utime('.', (12345, 12345))
    except OSError: pass
    return stale
"""),
            ("parent-directory", "what is above the working directory carries nothing over", """
def got_in():
    stale = os.stat('..').st_mtime == 12345 or os.stat('..').st_mode & 0o777 != 0o755
    for change in (lambda: os.utime('..', (12345, 12345)), lambda: os.chmod('..', 0o777), lambda: os.setxattr('.', 'user.x', b'1')):
        try: change()
        except OSError: pass
    try: stale = stale or bool(os.listxattr('.'))
    except OSError: pass
    return stale
"""),
            ("priority", "priority, umask, affinity and signal handlers are as new", """
def got_in():
    import signal
    stale = os.nice(0) >= 10 or os.umask(0o777) == 0o777 or signal.getsignal(signal.SIGUSR1) == signal.SIG_IGN
    os.nice(10)
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    return stale
"""),
            ("collector", "objects of an earlier job cannot be found by the collector", """
def got_in():
    import gc
    class Leftover: pass
    names = [type(x).__name__ for x in gc.get_objects()]
    globals()['kept'] = [Leftover() for _ in range(10)]
    return names.count('Leftover') > 0
"""),
        )
        for time in ("first", "second")
    ),
]  # fmt: skip
