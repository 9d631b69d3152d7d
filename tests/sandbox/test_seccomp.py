"""The filters decide as their tables say, judged by an interpreter of their instructions made for this test."""

import struct

import pytest

from sandbox import seccomp

ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x50001, 0x50026, 0x80000000
GETPID, CLONE, PRLIMIT, SOCKETPAIR = (39, 56, 302, 53) if seccomp._X86 else (172, 220, 261, 199)


def verdict(program: bytes, number: int, *args: int, arch: int = seccomp._ARCH) -> int:
    data = struct.pack("<IIQ6Q", number, arch, 0, *(*args, 0, 0, 0, 0, 0, 0)[:6])
    code = [struct.unpack_from("=HBBI", program, at) for at in range(0, len(program), 8)]
    at = value = 0
    while True:
        operation, if_true, if_false, k = code[at]
        at += 1
        if operation == 0x06:
            return k
        if operation == 0x20:
            (value,) = struct.unpack_from("<I", data, k)
        else:
            test = {0x15: value == k, 0x35: value >= k, 0x45: bool(value & k)}[operation]
            at += if_true if test else if_false


ZYGOTE, JOB = seccomp.zygotes_program(), seccomp.jobs_program()


def test_every_listed_call_is_refused_and_an_ordinary_one_is_not():
    assert {verdict(ZYGOTE, number) for number in seccomp._listed(seccomp._NUMBERS)} == {EPERM}
    assert verdict(ZYGOTE, GETPID) == verdict(JOB, GETPID) == ALLOW


def test_what_closing_the_jail_takes_is_refused_only_afterwards():
    for option in (1, 22):  # to die with the parent, to install a filter
        assert verdict(ZYGOTE, seccomp._PRCTL, option) == ALLOW
        assert verdict(JOB, seccomp._PRCTL, option) == EPERM


def test_other_architectures_and_unknown_numbers_do_not_pass():
    assert verdict(ZYGOTE, GETPID, arch=0x40000003) == KILL
    assert verdict(ZYGOTE, 0x40000000 | GETPID) == verdict(ZYGOTE, 999) == ENOSYS


@pytest.mark.parametrize("flag", [0x10000000, 0x20000000, 0x40000000, 0x20000, 0x8000000, 0x4000000, 0x2000000, 0x80])
def test_clone_makes_processes_and_threads_and_no_namespaces(flag):
    assert verdict(ZYGOTE, CLONE, 17) == verdict(ZYGOTE, CLONE, 0x3D0F00) == ALLOW
    assert verdict(ZYGOTE, CLONE, 17 | flag) == EPERM


def test_limits_of_others_and_of_cores_stay_as_they_are():
    assert verdict(ZYGOTE, PRLIMIT, 0, 7, 0x7FFF00000000) == ALLOW
    assert verdict(ZYGOTE, PRLIMIT, 1, 7, 0) == EPERM
    assert verdict(ZYGOTE, PRLIMIT, 0, 4, 0) == ALLOW  # asking
    assert verdict(ZYGOTE, PRLIMIT, 0, 4, 1) == verdict(ZYGOTE, PRLIMIT, 0, 4, 0x7FFF00000000) == EPERM


def test_socket_pairs_are_of_unix_sockets():
    assert verdict(ZYGOTE, SOCKETPAIR, 1) == ALLOW
    assert {verdict(ZYGOTE, SOCKETPAIR, family) for family in (0, 2, 10, 16, 17, 40)} == {EPERM}


def test_one_process_means_threads_only():
    one = seccomp.jobs_program(deny_fork=True)
    assert verdict(one, CLONE, 17) == EPERM
    assert verdict(one, CLONE, 0x3D0F00) == ALLOW
    assert verdict(JOB, CLONE, 17) == ALLOW


def test_signals_can_be_kept_to_one_process():
    own = seccomp.jobs_program(signal_only=4711)
    assert verdict(own, seccomp._KILL, 4711, 9) == verdict(own, seccomp._TGKILL, 4711, 4711, 9) == ALLOW
    assert {verdict(own, seccomp._KILL, pid, 9) for pid in (1, 0, 2**32 - 1, 4712)} == {EPERM}
    assert verdict(own, seccomp._TKILL, 4711, 9) == EPERM
