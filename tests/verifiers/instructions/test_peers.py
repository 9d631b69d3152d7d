"""Our verdicts beside those of Google's own code, as lm-evaluation-harness ships it.

    pip install --no-deps --target PEERS lm_eval nltk langdetect six immutabledict
    PYTHONPATH=PEERS pytest -m interop tests/verifiers/instructions

Its sentence splitter needs a model that is fetched from the network, so the same Punkt code gets our abbreviations instead.
"""

import importlib.util
import json
import os
import random
import sys
import types
from pathlib import Path

import pytest

from verifiers.instructions import problem_from_row
from verifiers.instructions.sentences import ABBREVIATIONS, count_sentences
from verifiers.instructions.verifier import follows, instructions_of

pytestmark = pytest.mark.interop


@pytest.fixture(scope="module")
def theirs():
    nltk = pytest.importorskip("nltk", reason="needs nltk, lm_eval and langdetect")
    langdetect = pytest.importorskip("langdetect")
    package = importlib.util.find_spec("lm_eval")
    if package is None:
        pytest.skip("needs lm_eval")
    patch = pytest.MonkeyPatch()
    for name in ("lm_eval", "lm_eval.tasks"):  # without running their __init__, which imports the whole harness
        module = types.ModuleType(name)
        module.__path__ = [os.path.join(os.path.dirname(package.origin), *name.split(".")[1:])]
        patch.setitem(sys.modules, name, module)
    patch.setattr(nltk.data, "find", lambda *args, **kwargs: "installed")
    from lm_eval.tasks.ifeval import instructions_registry as registry
    from lm_eval.tasks.ifeval import instructions_util
    from nltk.tokenize import NLTKWordTokenizer

    punkt = punkt_with_our_words()
    langdetect.DetectorFactory.seed = 0
    patch.setattr(instructions_util, "count_sentences", lambda text: len(punkt.tokenize(text)))
    patch.setattr(
        instructions_util.nltk,
        "word_tokenize",
        lambda text: [w for s in punkt.tokenize(text) for w in NLTKWordTokenizer().tokenize(s)],
    )
    yield registry.INSTRUCTION_DICT
    patch.undo()


def punkt_with_our_words():
    from nltk.tokenize.punkt import PunktParameters, PunktSentenceTokenizer

    parameters = PunktParameters()
    parameters.abbrev_types = set(ABBREVIATIONS)
    return PunktSentenceTokenizer(parameters)


def their_verdict(registry, response, kind, kwargs):
    instruction = registry[kind](kind)
    instruction.build_description(**kwargs)
    return bool(response.strip()) and bool(instruction.check_following(response))


@pytest.fixture(scope="module")
def problems():
    if "ASSAY_DATA" not in os.environ:
        pytest.skip("ASSAY_DATA is not set: no IFEval prompts")
    lines = (Path(os.environ["ASSAY_DATA"]) / "ifeval" / "input_data.jsonl").read_text(encoding="utf-8").splitlines()
    return [problem_from_row(json.loads(line)) for line in lines]


def responses(problems, count, seed=0):
    """Prose, and what the kinds look for, cut and joined at random."""
    rng = random.Random(seed)
    prose = [line for problem in problems for line in problem.prompt.splitlines() if line.strip()]
    marks = [
        *("***", "******", "* item", "- item", "*high*", "**light**", "<<Title>>", "[name]", "[address]", "P.S. more"),
        *(
            "P.P.S. more",
            "SECTION 1",
            "Section 2",
            "PARAGRAPH 3",
            "My answer is yes.",
            '{"a": 1}',
            "```json",
            "```",
            '"',
        ),
        *("I AM HERE.", "DON'T", "U.S. A.M.", "Dr. Smith", "e.g. this", "3. Item", "", "", "Any other questions?"),
    ]
    for _ in range(count):
        lines = [rng.choice(prose if rng.random() < 0.5 else marks) for _ in range(rng.randint(1, 12))]
        text = rng.choice(["\n", "\n\n", " ", ", "]).join(lines)
        yield rng.choice([text, text, text.lower(), text.upper(), f'"{text}"', text[: len(text) // 2]])


def test_verdicts_agree_on_random_responses_for_every_kind(problems, theirs):
    rng = random.Random(1)
    differ, seen = {}, {}
    for response in responses(problems, 1000):
        for problem in rng.sample(problems, 8):
            for kind, kwargs in instructions_of(problem.gold):
                if kind == "length_constraints:number_sentences":
                    continue  # the next test
                if not str(kwargs.get("letter", "a")).isalpha():
                    continue  # the harness puts a random letter in place of "#" and "!"; Google's code no longer does
                seen.setdefault(kind, set()).add(ours := follows(response, kind, kwargs))
                if ours != their_verdict(theirs, response, kind, kwargs):
                    differ.setdefault(kind, []).append((response, kwargs))
    assert not differ, {kind: (len(cases), cases[0]) for kind, cases in differ.items()}
    assert len(seen) == 24
    assert sum(len(verdicts) == 2 for verdicts in seen.values()) >= 20


def test_sentences_are_counted_as_punkt_with_the_same_abbreviations_counts_them(problems, theirs):
    punkt = punkt_with_our_words()
    texts = [problem.prompt for problem in problems] + list(responses(problems, 1000, seed=2))
    off = [(text, count_sentences(text), len(punkt.tokenize(text))) for text in texts]
    off = [case for case in off if case[1] != case[2]]
    # Punkt's trained model knows which words open sentences; without it, Punkt itself never ends one after "p.m." or "...".
    assert len(off) / len(texts) < 0.05, off[:5]
