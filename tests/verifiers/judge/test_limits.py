"""Rate limits, retries, Retry-After, budgets: all without a clock."""

import email.utils
import itertools
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.judge import Budget, Reply, Request, Retry
from verifiers.judge.limits import RateLimit, retry_after_s

ASK = Request(({"role": "user", "content": "x" * 300},), max_tokens=100)


@settings(deadline=None)
@given(
    st.floats(1, 50),
    st.lists(st.tuples(st.floats(0, 30), st.floats(0.1, 20)), min_size=1, max_size=60),
)
def test_no_window_of_a_period_holds_more_than_the_limit(limit, steps):
    rate, now, taken = RateLimit(limit, period_s=60.0), 0.0, []
    for pause, amount in steps:
        now += pause
        taken.append((now + rate.take(amount, now), min(amount, limit)))
    times = [when for when, _ in taken]
    assert all(later >= earlier - 1e-9 for earlier, later in itertools.pairwise(times))
    for when in times:
        # Half open: what was taken a period ago has left the window.
        inside = sum(amount for t, amount in taken if when - 60.0 + 1e-6 < t <= when)
        assert inside <= limit * (1 + 1e-9)


def test_nothing_waits_below_the_limit_and_what_is_over_it_waits_for_the_oldest():
    rate = RateLimit(3)
    assert [rate.take(1, now) for now in (0.0, 10.0, 20.0)] == [0.0, 0.0, 0.0]
    assert rate.take(1, 21.0) == 39.0
    assert rate.take(1, 22.0) == 48.0
    with pytest.raises(ValueError, match="lets nothing through"):
        RateLimit(0)


def test_waits_grow_with_jitter_and_never_undercut_the_server():
    retry, draw = Retry(attempts=100, base_s=1.0, cap_s=8.0), random.Random(0)
    for made, most in [(1, 1.0), (2, 2.0), (3, 4.0), (4, 8.0), (5, 8.0), (60, 8.0)]:
        waits = [retry.wait_s(made, 1e9, None, draw) for _ in range(200)]
        assert 0 <= min(waits) < 0.1 * most
        assert 0.9 * most < max(waits) <= most
    asked = [retry.wait_s(1, 1e9, 30.0, draw) for _ in range(200)]
    assert 30.0 <= min(asked) < max(asked) <= 33.0


def test_giving_up_at_the_last_attempt_or_where_the_wait_would_pass_the_deadline():
    assert Retry(attempts=3).wait_s(3, 1e9, None) is None
    assert Retry(attempts=3).wait_s(2, 10.0, 10.0) is None
    assert Retry(attempts=3).wait_s(2, 0.0, None) is None
    assert Retry(attempts=3).wait_s(2, 12.0, 10.0) is not None


NOW = 1_700_000_000.0


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0"}, 0.0),
        ({"retry-after-ms": "250"}, 0.25),
        ({"retry-after-ms": "250", "retry-after": "9"}, 0.25),
        ({"retry-after": email.utils.formatdate(NOW + 90, usegmt=True)}, 90.0),
        ({"retry-after": email.utils.formatdate(NOW - 90, usegmt=True)}, 0.0),
        # By the server's clock, which is an hour ahead of ours.
        (
            {
                "retry-after": email.utils.formatdate(NOW + 3630, usegmt=True),
                "date": email.utils.formatdate(NOW + 3600, usegmt=True),
            },
            30.0,
        ),
        ({}, None),
        ({"retry-after": ""}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_retry_after_is_read_in_all_its_forms(headers, seconds):
    assert retry_after_s(headers, NOW) == (None if seconds is None else pytest.approx(seconds))


def test_attempts_in_flight_cannot_pass_the_cap_together():
    most = (ASK.num_tokens * 1.0 + 100 * 2.0) / 1e6
    budget = Budget(cost=3 * most, prompt_price=1.0, completion_price=2.0)
    reserved = [budget.reserve(ASK) for _ in range(5)]
    assert [r is not None for r in reserved] == [True, True, True, False, False]
    # Two of the three turn out cheaper, so others fit.
    for r in reserved[:2]:
        budget.settle(ASK, r, Reply("x", prompt_tokens=10, completion_tokens=5))
    assert budget.spent.cost == pytest.approx(2 * 20e-6)
    assert budget.reserve(ASK) is not None


def test_what_nobody_counted_is_charged_in_full_and_said():
    budget = Budget(cost=1.0, prompt_price=1.0, completion_price=1.0)
    full = (ASK.num_tokens + 100) / 1e6
    assert budget.settle(ASK, budget.reserve(ASK), Reply("x")) == pytest.approx(full)
    assert budget.settle(ASK, budget.reserve(ASK), None, billed=True) == pytest.approx(full)
    assert budget.settle(ASK, budget.reserve(ASK), None, billed=False) == 0.0
    assert (budget.spent.attempts, budget.spent.guessed) == (3, 2)


def test_a_cap_on_cost_needs_prices():
    with pytest.raises(ValueError, match="without prices"):
        Budget(cost=1.0)


def test_a_cap_on_calls_counts_attempts():
    budget = Budget(calls=2)
    assert [budget.reserve(ASK) is not None for _ in range(3)] == [True, True, False]
