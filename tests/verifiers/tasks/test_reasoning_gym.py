"""The adapter to reasoning-gym, against the package itself.

pip install --no-deps --target PEERS reasoning-gym and what it needs
PYTHONPATH=PEERS pytest -m interop tests/verifiers/tasks
"""

import pytest

from verifiers import Sample, check_gold
from verifiers.tasks.reasoning_gym import ReasoningGym, make

pytestmark = pytest.mark.interop
NAMES = [
    "basic_arithmetic",
    "chain_sum",
    "countdown",
    "gcd",
    "word_sorting",
    "number_sorting",
    "base_conversion",
    "leg_counting",
]


@pytest.mark.parametrize("name", NAMES)
def test_their_own_answer_earns_1_and_a_wrong_or_hidden_one_0(name):
    pytest.importorskip("reasoning_gym", reason="reasoning-gym is not installed")
    problems = make(name, 5, seed=1)
    assert check_gold(ReasoningGym(), problems) == {}
    for problem in problems:
        answer = problem.meta["answer"]
        if name == "countdown":
            answer = problem.gold["entry"]["metadata"]["expression"]
        for completion, value in (
            (f"<think>Hm.</think><answer>{answer}</answer>", 1.0),
            (f"<think>{answer}</think><answer>I do not know</answer>", 0.0),
            (f"<answer>{answer} or perhaps 12345678</answer>", 0.0),
            (f"<think>{answer}", 0.0),
            ("", 0.0),
        ):
            assert ReasoningGym().score(Sample(problem, completion)).value == value, (problem, completion)


def test_the_same_seed_makes_the_same_problems():
    pytest.importorskip("reasoning_gym", reason="reasoning-gym is not installed")
    assert make("gcd", 4, seed=2) == make("gcd", 4, seed=2) != make("gcd", 4, seed=3)
