"""A small correct grader of boxed integers, and the ways to get it wrong that graders in the wild have shown.

`grader(**change)` builds it with one of its parts exchanged; BUGS has one change a bug.
"""

import os
import random
import re
import signal
import sys
import time

from verifiers.audit import Capabilities
from verifiers.base import Verifier
from verifiers.types import Score

SCOPE = Capabilities(answer_types=("integer",), notations="gold", time_limit_s=2.0, memory_mb=200)
HIDDEN = re.compile(r"<!--.*?-->|\\iffalse.*?\\fi|\\(?:phantom|color\{white\})\{\\boxed\{[^{}]*\}\}", re.DOTALL)
BOX = re.compile(r"\\boxed\s*\{((?:[^{}]|\{[^{}]*\})*)\}")
SUPERSEDES = re.compile(r"\b(?:final|so|therefore)\b", re.IGNORECASE)


def visible(text):
    """The text after the reasoning, without what a reader does not see; empty where the reasoning never ends."""
    if text.rfind("<think>") > text.rfind("</think>"):
        return ""
    return HIDDEN.sub("", text.rpartition("</think>")[2])


def boxes(text):
    return [(match[1].strip(), match.start(), match.end()) for match in BOX.finditer(text)]


def pick(text):
    """The content of the last box, where it is put forward and no other stands against it."""
    found = boxes(text)
    if not found:
        return None
    content, start, _ = found[-1]
    if re.search(r"\bnot\W*$", text[max(0, start - 8) : start]):
        return None
    if len(found) > 1 and found[-2][0] != content and not SUPERSEDES.search(text[found[-2][2] : start]):
        return None
    return content


def equal(gold, answer):
    return gold.strip() == answer


class BoxedInteger(Verifier):
    """1.0 when the box holds the gold, character for character."""

    name = "boxed_integer"
    capabilities = SCOPE

    def __init__(self, **change):
        self.parts = {"visible": visible, "pick": pick, "equal": equal, "verdict": None, "around": None, **change}
        self.calls, self.seen = 0, {}

    def score(self, sample):
        self.calls += 1
        if self.parts["verdict"]:
            return self.parts["verdict"](self, sample)
        if self.parts["around"]:
            self.parts["around"](self, sample)
        return self.honest(sample)

    def honest(self, sample):
        answer = self.parts["pick"](self.parts["visible"](sample.completion))
        if answer is None:
            return Score.of(False, "no_answer")
        return Score.of(bool(self.parts["equal"](str(sample.gold), answer)))


def number(text):
    try:
        return float(text)
    except ValueError:
        return float("nan")


def first_box(text):
    found = boxes(text)
    return found[0][0] if found else None


def any_box(text):
    found = [content for content, _, _ in boxes(text)]
    return " ".join(found) or None


def last_box(text):
    found = boxes(text)
    return found[-1][0] if found else None


def last_number(text):
    found = re.findall(r"-?\d+", text)
    return found[-1] if found else None


def remembers_completion(grader, sample):
    return grader.seen.setdefault(sample.completion, grader.honest(sample))


def remembers_gold(grader, sample):
    return grader.seen.setdefault(sample.gold, grader.honest(sample))


def pays_repeats(grader, sample):
    grader.seen[sample.completion] = grader.seen.get(sample.completion, 0) + 1
    return Score.of(True) if grader.seen[sample.completion] > 1 else grader.honest(sample)


def pays_on_error(grader, sample):
    try:
        return Score.of(int(pick(visible(sample.completion)) or 0) == int(sample.gold))
    except ValueError:
        return Score.of(True, "error")


def raises_on_unparsable(grader, sample):
    return Score.of(int(pick(visible(sample.completion)) or 0) == int(sample.gold))


def abstains_when_wrong(grader, sample):
    score = grader.honest(sample)
    return score if score.value else Score.unscored("different")


def times_out_as_right(grader, sample):
    """A timeout is simulated by the length of the answer; its default is the wrong one."""
    answer = pick(visible(sample.completion)) or ""
    return Score.of(True, "timeout") if len(answer) > 40 or "^" in answer else grader.honest(sample)


def signals(grader, sample):
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    return grader.honest(sample)


def exits(grader, sample):
    if "\\frac" in sample.completion:
        os._exit(3)
    return grader.honest(sample)


def system_exits(grader, sample):
    if "x" in sample.completion:
        sys.exit("cannot parse")
    return grader.honest(sample)


def hangs(grader, sample):
    while "^" in (pick(visible(sample.completion)) or ""):
        time.sleep(0.01)
    return grader.honest(sample)


def eats_memory(grader, sample):
    if "!" in (pick(visible(sample.completion)) or ""):
        grader.hoard = bytearray(400 << 20)
        grader.hoard[::4096] = b"x" * len(grader.hoard[::4096])
    return grader.honest(sample)


def quadratic(grader, sample):
    text = sample.completion[:200_000]
    while "{{" in text or "\\boxed{1} \\boxed{1}" in text:
        text = text.replace("{{", "{ {", 1) if "{{" in text else text.replace("\\boxed{1} ", "", 1)
    return grader.honest(sample)


def coin(grader, sample):
    score = grader.honest(sample)
    return score if score.value or hash((grader.calls, sample.completion)) % 5 else Score.of(True)


BUGS = {
    "substring match": {"verdict": lambda g, s: Score.of(str(s.gold) in s.completion)},
    "gold inside the box": {"equal": lambda gold, answer: gold in answer},
    "box inside the gold": {"equal": lambda gold, answer: answer in gold},
    "prefix": {"equal": lambda gold, answer: answer.startswith(gold)},
    "suffix": {"equal": lambda gold, answer: answer.endswith(gold)},
    "first box": {"pick": first_box},
    "any box": {"pick": any_box, "equal": lambda gold, answer: gold in answer.split()},
    "last box whatever stands around": {"pick": last_box},
    "last number": {"pick": last_number},
    "empty box is a wildcard": {"equal": lambda gold, answer: answer == "" or answer == gold},
    "float with tolerance": {"equal": lambda gold, answer: abs(number(gold) - number(answer)) < 1e-4},
    "relative tolerance": {
        "equal": lambda gold, answer: abs(number(gold) - number(answer)) <= 0.01 * abs(number(gold))
    },
    "sign dropped": {"equal": lambda gold, answer: gold.lstrip("-") == answer.lstrip("-")},
    "digits only": {"equal": lambda gold, answer: re.sub(r"\D", "", gold) == re.sub(r"\D", "", answer)},
    "same length": {"equal": lambda gold, answer: len(gold) == len(answer)},
    "set of digits": {"equal": lambda gold, answer: sorted(gold) == sorted(answer)},
    "right side of an equation": {"equal": lambda gold, answer: answer.split("=")[-1] == gold},
    "left side of an equation": {"equal": lambda gold, answer: answer.split("=")[0] == gold},
    "member of a list": {"equal": lambda gold, answer: gold in re.split(r"[, ]+", answer)},
    "cut before text": {"equal": lambda gold, answer: re.split(r"\\text", answer)[0].strip() == gold},
    "negation ignored": {
        "equal": lambda gold, answer: re.sub(r"\\neq|\\neg|\\text\{not \}?", "", answer).strip() == gold
    },
    "percent guess": {"equal": lambda gold, answer: number(gold) in (number(answer), 100 * number(answer))},
    "infinity is anything": {"equal": lambda gold, answer: answer == "\\infty" or answer == gold},
    "reasoning counts": {"visible": lambda text: HIDDEN.sub("", text)},
    "open reasoning counts": {"visible": lambda text: HIDDEN.sub("", text.rpartition("</think>")[2])},
    "invisible text counts": {
        "visible": lambda text: "" if text.rfind("<think>") > text.rfind("</think>") else text.rpartition("</think>")[2]
    },
    "everything is right": {"verdict": lambda g, s: Score.of(True)},
    "nothing is right": {"verdict": lambda g, s: Score.of(False)},
    "paid for any box": {"equal": lambda gold, answer: True},
    "paid for trying": {
        "verdict": lambda g, s: Score(max(g.honest(s).value, 0.1 if boxes(s.completion) else 0.0), "tried")
    },
    "out of range": {"verdict": lambda g, s: Score.of(2.0 * g.honest(s).value)},
    "verdict kept by completion": {"verdict": remembers_completion},
    "verdict kept by gold": {"verdict": remembers_gold},
    "repeats are paid": {"verdict": pays_repeats},
    "every seventh call": {"verdict": lambda g, s: Score.of(True) if g.calls % 7 == 0 else g.honest(s)},
    "chance": {"verdict": coin},
    "an error is paid": {"verdict": pays_on_error},
    "raises on what it cannot parse": {"verdict": raises_on_unparsable},
    "abstains when wrong": {"verdict": abstains_when_wrong},
    "a timeout is paid": {"verdict": times_out_as_right},
    "SIGALRM": {"verdict": signals},
    "exits": {"verdict": exits},
    "sys.exit": {"verdict": system_exits},
    "hangs": {"verdict": hangs},
    "eats memory": {"verdict": eats_memory},
    "quadratic time": {"verdict": quadratic},
    "prints floods": {"around": lambda g, s: print("debug " * 10_000)},
    "changes the environment": {"around": lambda g, s: os.environ.__setitem__("GRADED", str(g.calls))},
    "changes directory": {"around": lambda g, s: os.chdir("/")},
    "seeds the global generator": {"around": lambda g, s: random.seed(0)},
    "changes the recursion limit": {"around": lambda g, s: sys.setrecursionlimit(5_000 + g.calls)},
    "upper case only at line ends": {"visible": lambda text: visible(text) if "\r\n" not in text else ""},
    "stumbles over a prefix": {"visible": lambda text: visible(text) if text.isascii() else ""},
}


def order_dependent():
    """Only the first of a batch is scored by itself; the rest get the best so far."""

    class Ordered(BoxedInteger):
        def score_all(self, samples):
            best, scores = 0.0, []
            for sample in samples:
                best = max(best, self.honest(sample).value)
                scores.append(Score.of(best))
            return scores

    return Ordered()


def one_short():
    class Short(BoxedInteger):
        def score_all(self, samples):
            return [self.honest(sample) for sample in samples][: max(1, len(samples) - 1)]

    return Short()


CLASSES = {"order dependence": order_dependent, "one score short": one_short}


def planted(name):
    """The grader with that bug."""
    return CLASSES[name]() if name in CLASSES else BoxedInteger(**BUGS[name])


ALL = [*BUGS, *CLASSES]
