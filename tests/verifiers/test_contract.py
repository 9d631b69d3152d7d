"""Every verifier of the package is found here and held to the contract that its users rely on.

A module with a verifier has `EXAMPLES` beside it: a list of examples, or {verifier: list of examples} where the module
has several verifiers or one with arguments. An example is

    (gold, completion, expected value)             expected None: unscored
    (sample, expected value)                       where problem, token count or finish matter
    ([sample, ...], [expected value, ...])         a batch, for verifiers that compare the samples of a group
"""

import importlib
import json
import os
import pkgutil
import random
import subprocess
import sys
import types

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import verifiers
from verifiers import Problem, Sample, Score, Verifier, combinators, gate
from verifiers.base import FunctionVerifier, scores_of

WITHOUT_EXAMPLES = {"verifiers.base", "verifiers.algebra"}  # tests/verifiers/test_algebra.py has the laws


def module_names():
    return sorted(m.name for m in pkgutil.walk_packages(verifiers.__path__, "verifiers."))


def verifiers_defined_in(module):
    """Public classes that score, and functions made verifiers, in the module where they are written."""
    found = []
    for name, thing in vars(module).items():
        if name.startswith("_"):
            continue
        if isinstance(thing, FunctionVerifier) and thing.fn.__module__ == module.__name__:
            found.append(thing)
        if isinstance(thing, type) and issubclass(thing, Verifier) and thing.__module__ == module.__name__:
            found.append(thing)
    return found


def examples_of(module):
    """[(verifier, batch of samples, expected values)], or a sentence on what is missing."""
    own = verifiers_defined_in(module)
    examples = getattr(module, "EXAMPLES", None)
    if not examples:
        names = ", ".join(thing.__name__ for thing in own)
        pytest.fail(
            f"{module.__name__} defines {names} and has no EXAMPLES: write [(gold, completion, value), ...] there."
        )
    if not isinstance(examples, dict):
        if len(own) != 1:
            pytest.fail(f"{module.__name__} has {len(own)} verifiers: write EXAMPLES as {{verifier: [examples]}}.")
        examples = {own[0]() if isinstance(own[0], type) else own[0]: examples}
    return [(verifier, *as_batch(example)) for verifier, cases in examples.items() for example in cases]


def as_batch(example):
    if len(example) == 3:
        gold, completion, expected = example
        return [Sample(Problem("", gold), completion)], [expected]
    samples, expected = example
    return (list(samples), list(expected)) if isinstance(samples, list | tuple) else ([samples], [expected])


def modules_with_verifiers():
    modules = [importlib.import_module(name) for name in module_names()]
    return [m for m in modules if verifiers_defined_in(m) and m.__name__ not in WITHOUT_EXAMPLES]


MODULES = modules_with_verifiers()
each_module = pytest.mark.parametrize("module", MODULES, ids=lambda module: module.__name__.removeprefix("verifiers."))


@each_module
def test_examples_hold(module):
    for verifier, samples, expected in examples_of(module):
        scores = scores_of(verifier, samples)
        for sample, score, value in zip(samples, scores, expected, strict=True):
            shown = f"{verifier!r} on {sample.completion[:200]!r} (gold {sample.gold!r}): {score}"
            assert score.value == (None if value is None else pytest.approx(value, abs=1e-9)), shown
            assert not score.reason.startswith("error:"), shown


@each_module
def test_examples_cover_every_verifier_of_the_module_and_show_more_than_one_verdict(module):
    examples = examples_of(module)
    for own in verifiers_defined_in(module):
        shown = {
            value
            for verifier, _, expected in examples
            if verifier is own or (isinstance(own, type) and isinstance(verifier, own))
            for value in expected
        }
        assert len(shown) > 1, f"{own} has no examples in {module.__name__}.EXAMPLES, or only with the value {shown}"


FRAGMENTS = r"""
<think> </think> <answer> </answer> \boxed{ } { [ ] ( ) $ \frac{1}{2} ``` ```python ```json " ' \ / & # % ^ _ = , : .
0 1 -1 1e999 ½ ４２ (A) B) answer Answer: is not or True None null NaN 你好 العربية 😀 ééé * ** <<title>> P.S. ******
- • 1.
"""
PIECES = st.sampled_from(
    [*FRAGMENTS.split(), *["\x00", "�", "�", "\u202e", "\u200b", "\ufeff"], "\r\n", "\n", "\n\n", "\t"]
)
TEXTS = st.one_of(
    st.text(max_size=40),
    st.text(alphabet=st.characters(), max_size=20),  # lone surrogates too
    st.lists(PIECES, max_size=25).map("".join),
    st.lists(PIECES, max_size=25).map(" ".join),
)
HARD = {
    "empty": "",
    "nul": "\x00" * 10,
    "lone surrogates": "\ud83d \udc00 <think>\ud800</think>\udfff",
    "bidi": "<think>\u202egnihton\u202c</think>\u2067\\boxed{42}\u2069",
    "1 MB of one letter": "a" * 1_000_000,
    "1 MB of words": "word, another one.\n" * 55_000,
    "1 MB of digits": "7" * 1_000_000,
    "2,000 nested braces": "\\boxed{" + "{" * 2_000 + "42" + "}" * 2_000 + "}",
    "2,000 open brackets": "[" * 2_000,
    "2,000 open tags": "<think>" * 2_000,
}


def subjects(module):
    """Each verifier of the examples once, with a batch to put completions into."""
    batches = {}
    for verifier, samples, _ in examples_of(module):
        batches.setdefault(id(verifier), (verifier, []))[1].append(samples)
    return list(batches.values())


def with_completion(sample, text):
    return Sample(sample.problem, text, sample.num_tokens, sample.finish)


def plain(scores):
    return [(s.value, s.reason, s.extracted) for s in scores]


def hold(verifier, samples, scores):
    low, high = verifier.range
    assert len(scores) == len(samples)
    for sample, score in zip(samples, scores):
        shown = f"{verifier!r} on {sample.completion[:200]!r} (gold {sample.gold!r}): {score}"
        assert score.name, shown
        assert score.reason, shown
        assert not score.reason.startswith("error:"), shown
        assert score.value is None or low <= score.value <= high, shown
        assert Score.from_json(score.to_json()) == score, shown


@each_module
def test_any_text_gets_a_score_in_range_that_survives_json_and_does_not_depend_on_order_or_batch(module):
    for verifier, batches in subjects(module):
        waits = verifier.concurrency > 1
        profile = settings(
            max_examples=4 if waits else 25,
            deadline=None,
            derandomize=True,
            suppress_health_check=list(HealthCheck),
            database=None,
        )
        profile(given(st.just(verifier), st.just(batches), st.data())(hold_on_any_text))()


def hold_on_any_text(verifier, batches, data):
    batch = data.draw(st.sampled_from(batches))
    samples = [with_completion(sample, data.draw(TEXTS)) for sample in batch]
    scores = scores_of(verifier, samples)
    hold(verifier, samples, scores)
    assert plain(scores_of(verifier, samples)) == plain(scores)
    order = data.draw(st.permutations(range(len(samples))))
    assert plain(scores_of(verifier, [samples[i] for i in order])) == [plain(scores)[i] for i in order]
    if not verifier.groupwise:
        # A bystander in the batch, on either side.
        other = data.draw(st.sampled_from(batches))[0]
        assert plain(scores_of(verifier, [other, *samples]))[1:] == plain(scores)
        assert plain(scores_of(verifier, [*samples, other]))[:-1] == plain(scores)


@each_module
def test_hostile_and_huge_texts_get_a_score_too(module):
    for verifier, batches in subjects(module):
        batch = batches[0]
        for text in HARD.values():
            samples = [with_completion(sample, text) for sample in batch]
            hold(verifier, samples, scores_of(verifier, samples))


@each_module
def test_repr_is_python_that_makes_the_same_verifier(module):
    if module.__name__.startswith("verifiers.judge"):
        pytest.skip("a judge is made with a client, and a connection has no repr that makes it")
    for verifier, _ in subjects(module):
        shown = repr(verifier)
        if "<" in shown:  # made with a function or another object that has no such repr
            continue
        assert repr(eval(shown, {**vars(module), "gate": gate, **vars(combinators)})) == shown


@each_module
def test_a_batch_scores_as_its_samples_do(module):
    examples = [(verifier, samples) for verifier, samples, _ in examples_of(module)]
    for verifier in {id(v): v for v, _ in examples}.values():
        batches = [samples for v, samples in examples if v is verifier]
        if verifier.groupwise:
            continue
        everything = [sample for batch in batches for sample in batch]
        one_by_one = [score for sample in everything for score in scores_of(verifier, [sample])]
        assert plain(scores_of(verifier, everything)) == plain(one_by_one)
        random.Random(0).shuffle(everything)
        assert len(scores_of(verifier, everything)) == len(everything)


def verdicts():
    """What all examples score, as JSON; run in a fresh interpreter by the test below."""
    return [
        [module.__name__, repr(verifier), plain(scores_of(verifier, samples))]
        for module in modules_with_verifiers()
        if getattr(module, "EXAMPLES", None)
        for verifier, samples, _ in examples_of(module)
        if verifier.concurrency == 1
    ]


def test_verdicts_do_not_depend_on_the_hash_seed():
    code = (
        "import importlib.util, json, sys\n"
        "spec = importlib.util.spec_from_file_location('contract', sys.argv[1])\n"
        "contract = importlib.util.module_from_spec(spec); spec.loader.exec_module(contract)\n"
        "print(json.dumps(contract.verdicts()))"
    )
    outputs = []
    for seed in "12":
        done = subprocess.run(
            [sys.executable, "-c", code, __file__],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr[-2000:]
        outputs.append(json.loads(done.stdout))
    assert outputs[0] == outputs[1]


def test_forgetting_examples_fails_with_a_sentence():
    class Palindrome(Verifier):
        __module__ = "verifiers.palindrome"

    module = types.ModuleType("verifiers.palindrome")
    module.Palindrome = Palindrome
    with pytest.raises(pytest.fail.Exception, match=r"palindrome defines Palindrome and has no EXAMPLES: write \["):
        examples_of(module)


def test_the_first_rewards_are_among_those_found():
    found = {module.__name__ for module in MODULES}
    assert {"verifiers.format.think", "verifiers.text.length"} <= found
