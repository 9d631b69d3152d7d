"""Which tests are split, what goes to the solution then, and what stays here."""

from __future__ import annotations

import marshal

import pytest

from verifiers.code.guest.start import DIRECT
from verifiers.code.naming import classes_under_test, owned_names
from verifiers.code.splitting import split_asserts, split_check


def calls_of(test: str) -> list:
    (split,) = split_asserts([test])
    return [marshal.loads(call[len(DIRECT) :]) for call in split.calls]


def holds(test: str, *results: object) -> bool:
    (split,) = split_asserts([test])
    return split.holds(results)


@pytest.mark.parametrize(
    ("test", "calls"),
    [
        ("assert f(2) == 4", [("f", (2,), {})]),
        ("assert f([1, (2, -3)], k={'a': 1.5}) == 4", [("f", ([1, (2, -3)],), {"k": {"a": 1.5}})]),
        ("assert set(f(1)) == {1} and len(g('a')) == 2", [("f", (1,), {}), ("g", ("a",), {})]),
        ("assert 1 < f(1) <= f(2)", [("f", (1,), {}), ("f", (2,), {})]),
        ("assert abs(f(2.0) - 4.0) < 1e-6", [("f", (2.0,), {})]),
        ("assert f(set([1]), float('inf'), 10**9 + 7) is None", [("f", ({1}, float("inf"), 10**9 + 7), {})]),
        ("assert f()[0] == 1, f'not {1}'", [("f", (), {})]),
        ("import math\nassert math.isclose(f(1), 2.0)", [("f", (1,), {})]),
        ("import math", []),
    ],
)
def test_only_calls_with_their_arguments_are_sent(test: str, calls: list) -> None:
    assert calls_of(test) == calls


@pytest.mark.parametrize(
    "test",
    [
        "assert f(g(2)) == 5",
        "assert f(x) == 5",
        "x = f(1)\nassert x == 2",
        "assert f(1).total == 12",
        "assert f(1) == 2 or g(1) == 2",
        "assert f(lambda x: x) == 1",
        "assert f(1) * 2 == 4",
        "assert f(1) ** 2 == 4",
        "assert '%d' % f(1) == '1'",
        "assert f'{f(1)}' == '1'",
        "assert [f(i) for i in range(3)] == [0, 1, 2]",
        "assert sorted(f(1), key=lambda x: x) == []",
        "assert open('/etc/passwd') == f(1)",
        "assert eval('1') == f(1)",
        "assert f(*[1]) == 1",
        "assert f(**{}) == 1",
        "assert (y := f(1)) == 1",
        "assert f(1) == 1 if f(2) else False",
        "assert getattr(f(1), 'x') == 1",
        "assert pow(f(1), 10**9) == 1",
        "import os\nassert f(1) == 1",
    ],
)
def test_everything_else_goes_to_the_tester(test: str) -> None:
    assert split_asserts([test]) is None


def test_one_test_that_cannot_be_split_takes_all_to_the_tester() -> None:
    assert split_asserts(["assert f(1) == 1", "x = f(1)\nassert x"]) is None


def test_the_comparison_is_pythons() -> None:
    assert holds("assert f(2) == 4", 4.0)
    assert not holds("assert f(2) == 4", "4")
    assert not holds("assert f(2) == (1, 2)", [1, 2])
    assert holds("assert f(2)", [0])
    assert not holds("assert not f(2)", [0])
    assert holds("assert f(2) is True", True)
    assert not holds("assert f(2) is True", 1)
    assert not holds("assert abs(f(2) - 4) < 1e-6", float("nan"))
    assert holds("assert sorted(f(1)) == [1, 2] and 3 not in g(2)", [2, 1], [4])
    with pytest.raises(TypeError):
        holds("assert len(f(1)) == 1", 5)


def test_a_name_of_a_builtin_is_the_solutions_only_where_nothing_else_is_tested() -> None:
    assert owned_names(("import math", "assert sum(1, 2) == 3")) == {"sum"}
    assert owned_names(("assert sum(f(1)) == 3",)) == set()
    assert owned_names(("assert set(sum(1, 2)) == {3}",)) == {"sum"}
    assert calls_of("assert sum(10, 15) == 6") == [("sum", (10, 15), {})]
    assert calls_of("assert sum(f(1)) == 3") == [("f", (1,), {})]


def test_check_of_asserts_is_one_test() -> None:
    code = '''
METADATA = {"author": "x"}
def check(candidate):
    """Checks."""
    assert candidate(2) == 4
    assert True, "good"
    assert candidate("a") == f(3)
'''
    split = split_check(code, "square")
    assert [marshal.loads(call[1:])[:2] for call in split.calls] == [("square", (2,)), ("square", ("a",)), ("f", (3,))]
    assert split.holds([4, 1, 1])
    assert not split.holds([4, 1, 2])
    assert not split.holds([5, 1, 1])


@pytest.mark.parametrize(
    "code",
    [
        "def check(candidate):\n    for i in range(3):\n        assert candidate(i) == i",
        "def check(candidate, other=1):\n    assert candidate(1) == 1",
        "def check(candidate):\n    pass",
        "x = 3\ndef check(candidate):\n    assert candidate(1) == 1",
        "import os\ndef check(candidate):\n    assert candidate(1) == 1",
        "@staticmethod\ndef check(candidate):\n    assert candidate(1) == 1",
        "def check(candidate):\n    assert candidate is not None and candidate(1) == 1",
        "def check(candidate):\n    assert candidate(1) == 1\ndef check(candidate):\n    assert candidate(1) == 2",
    ],
)
def test_other_checks_go_to_the_tester(code: str) -> None:
    assert split_check(code, "f") is None


@pytest.mark.parametrize(
    ("test", "classes"),
    [
        ("assert V(1) * 2 == V(2)", {"V"}),
        ("s = Stack()\ns.push(1)\nassert 1 in s", {"Stack"}),
        ("assert Stack().size == 0", {"Stack"}),
        ("assert Temperature.of(3) > 2", {"Temperature"}),
        ("v = V(1)\nv[0] = 2\nassert 2 in v", {"V"}),
        ("with V(1) as v:\n    assert 1 in v", {"V"}),
        ("assert abs(F(2.0) - 4.0) < 1e-6", set()),
        ("x = F(2.0)\nassert abs(x - 4.0) < 1e-6", set()),
        ("assert 5 in F(1) and F(1)[0] == 2", set()),
        ("assert f(1).total == 12", set()),
    ],
)
def test_classes_are_those_that_tests_use_as_such(test: str, classes: set[str]) -> None:
    assert classes_under_test((test,)) == classes


def test_candidate_of_check_stands_for_the_entry_point() -> None:
    code = "def check(candidate):\n    assert candidate(1) * 2 == candidate(2)"
    assert classes_under_test((code,), "Vector") == {"Vector"}
    assert classes_under_test((code,), "vector") == set()
