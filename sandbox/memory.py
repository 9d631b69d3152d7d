"""A zygote's memory, arranged so that forking it costs little and its jobs share most of it.

A fork copies the list of mappings (over a microsecond each) and of private pages (a tenth of one). What a job then is
the first to touch comes by a fault: a microsecond for sixteen pages of a file, nearly two for a page that has to be
copied. In the end all of it is taken apart again. That is most of what a short job costs.
"""

from __future__ import annotations

import ctypes
import gc
import os
from itertools import pairwise

from sandbox import linux

_PAGE, _HUGE = os.sysconf("SC_PAGE_SIZE"), 2 << 20
_FEW = 8  # huge pages
_READ, _WRITE, _EXECUTE = 1, 2, 4  # not from the module mmap: each job would have its library too

# What follows is elf(5), and dl_iterate_phdr(3).
_LOAD, _RELRO = 1, 0x6474E552
_WRITABLE = 2


class _Segment(ctypes.Structure):
    _fields_ = [
        ("kind", ctypes.c_uint32),
        ("flags", ctypes.c_uint32),
        ("offset", ctypes.c_uint64),
        ("address", ctypes.c_uint64),
        ("physical", ctypes.c_uint64),
        ("in_file", ctypes.c_uint64),
        ("size", ctypes.c_uint64),
        ("align", ctypes.c_uint64),
    ]


class _Library(ctypes.Structure):
    _fields_ = [
        ("base", ctypes.c_uint64),
        ("name", ctypes.c_char_p),
        ("segments", ctypes.POINTER(_Segment)),
        ("count", ctypes.c_uint16),
    ]


_Visit = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(_Library), ctypes.c_size_t, ctypes.c_void_p)


def compact_libraries() -> None:
    """Leave each library two mappings of the five that the loader made, and put the interpreter's code on huge pages.

    What can be read can then be executed, and what only the loader writes can be written again: nothing that a job
    could not ask for by itself. Where the kernel refuses, all stays as it is.
    """
    found: list[tuple[range, range]] = []

    def visit(library: ctypes._Pointer[_Library], size: int, data: object) -> int:
        found.extend(_parts(library.contents))
        return 0

    try:
        ctypes.CDLL(None).dl_iterate_phdr(_Visit(visit), None)
    except MemoryError:  # nothing may be made executable here, and a callback has to be
        return
    for constant, relocated in found:
        try:
            linux.mprotect(constant.start, len(constant), _READ | _EXECUTE)
            linux.mprotect(relocated.start, len(relocated), _READ | _WRITE)
        except OSError:
            continue
        # Other kinds of processor want to be told when code has moved.
        if linux.MACHINE == "x86_64" and _address_of(ctypes.pythonapi.PyObject_Call) in constant:
            _move_to_huge_pages(constant)


def _parts(library: _Library) -> list[tuple[range, range]]:
    """Addresses of the pages that nobody writes, and of those that only the loader does. Empty if not of that form."""
    segments = library.segments[: library.count]
    constant = [_pages(library.base, each) for each in segments if each.kind == _LOAD and not each.flags & _WRITABLE]
    relocated = [_pages(library.base, each) for each in segments if each.kind == _RELRO]
    if not constant or not relocated or any(left.stop != right.start for left, right in pairwise(constant)):
        return []  # or there may be a hole between them
    return [(range(constant[0].start, constant[-1].stop), relocated[0])]


def _pages(base: int, segment: _Segment) -> range:
    start, stop = base + segment.address, base + segment.address + segment.size
    return range(start // _PAGE * _PAGE, -(-stop // _PAGE) * _PAGE)


def _address_of(function: object) -> int:
    return ctypes.cast(function, ctypes.c_void_p).value or 0  # type: ignore[arg-type]


def _move_to_huge_pages(code: range) -> None:
    """Replace what of `code` fills whole huge pages by a copy of it, in one step under the processor's feet.

    A job then finds it mapped already, where it had to fault in every sixteen pages for itself.
    """
    start, stop = -(-code.start // _HUGE) * _HUGE, code.stop // _HUGE * _HUGE
    if start >= stop:
        return
    size = stop - start
    try:
        copy = _aligned_memory(size)
    except OSError:
        return
    try:
        linux.madvise(copy, size, linux.MADV_HUGEPAGE)
        ctypes.memmove(copy, start, size)
        linux.madvise(copy, size, linux.MADV_COLLAPSE)  # or, in small ones, it would be for every fork to copy
        linux.mprotect(copy, size, _READ | _EXECUTE)
        linux.mremap(copy, size, start)
    except OSError:
        linux.munmap(copy, size)


def _aligned_memory(size: int) -> int:
    """Address of as many bytes, which begin where a huge page can."""
    place = linux.mmap(size + _HUGE, _READ | _WRITE)
    start = -(-place // _HUGE) * _HUGE
    for left_over in (range(place, start), range(start + size, place + size + _HUGE)):
        if left_over:
            linux.munmap(left_over.start, len(left_over))
    return start


def in_use() -> set[int]:
    """Addresses of the huge pages that hold a Python object: /proc need not show a process its own memory."""
    return {id(thing) // _HUGE * _HUGE for thing in gc.get_objects()}


def collapse(places: set[int]) -> None:
    """Ask the kernel to gather what is there into huge pages (Linux 6.1; elsewhere nothing happens).

    With sympy preloaded (some 50 MB) a job takes a fifth less CPU. A small zygote would lose by it: what a job writes
    to is taken apart again.
    """
    for place in places if len(places) > _FEW else ():
        try:
            linux.madvise(place, _HUGE, linux.MADV_COLLAPSE)
        except OSError:  # none free, or part of it is not private memory
            continue


# How CPython's allocator works: obmalloc.c.
_POOL, _POOL_HEADER, _STEP, _LARGEST = 16 << 10, 48, 16, 512
_BYTES_OVERHEAD = b"".__sizeof__()
_ENOUGH = 1000
_fillers: list[bytes] = []


def fill_pools() -> None:
    """Use up what is free in pools that objects live in, so that a job's objects lie together in pools of their own.

    Python keeps a pool for each size of object, and each is somewhere else: with room left in all of them, a job's
    first objects would dirty two pages for every size.
    """
    for size in range(_POOL_HEADER, _LARGEST + 1, _STEP):
        for _ in range(_ENOUGH):
            filler = bytes(size - _BYTES_OVERHEAD)
            if id(filler) % _POOL == _POOL_HEADER:
                break  # it has a new pool, and leaves it empty
            _fillers.append(filler)
