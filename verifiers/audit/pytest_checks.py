"""The relations as pytest tests, one test id a relation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from verifiers.audit.relations import RELATIONS, Relation


def parametrize_with_checks(
    graders: Sequence[Any], *, expected_failures: dict[str, str] | None = None, **options: Any
) -> Any:
    """A decorator: the test function gets `grader` and `check`, and calls `check(grader)`.

        @parametrize_with_checks([MathVerifier(), ThinkFormat()])
        def test_rewards(grader, check):
            check(grader)

    Args:
        expected_failures: {relation: why it is known to fail}, shown as xfail.
        options: those of `check_verifier`.
    """
    import pytest

    parameters = []
    for grader in graders:
        shown = getattr(grader, "name", "") or getattr(grader, "__name__", type(grader).__name__)
        for relation in RELATIONS:
            why = (expected_failures or {}).get(relation.name)
            marks = [pytest.mark.xfail(reason=why, strict=True)] if why else []
            check = _check(relation, options)
            parameters.append(pytest.param(grader, check, id=f"{shown}: {relation.name}", marks=marks))
    return pytest.mark.parametrize(("grader", "check"), parameters)


def _check(relation: Relation, options: dict[str, Any]) -> Callable[[Any], None]:
    def check(grader: Any) -> None:
        from verifiers.audit.run import check_verifier

        check_verifier(grader, relations=[relation], **options)

    return check
