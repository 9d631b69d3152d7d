"""IFEval: instructions that a program can check."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from verifiers.base import Verifier
from verifiers.instructions.detect import NoDetector
from verifiers.instructions.kinds import INSTRUCTIONS, fault_of
from verifiers.sections import split_thinking
from verifiers.types import Problem, Sample, Score

MAX_CHARS = 1_000_000
"""A longer response follows nothing (`over_budget`)."""


class IFEval(Verifier):
    """Instruction following as Google's IFEval judges it (Zhou et al., arXiv:2311.07911).

    The gold is a row of the data set, or the two fields of it that matter:

        {"instruction_id_list": ["punctuation:no_comma", ...], "kwargs": [{}, ...]}

    Args:
        loose: an instruction also counts as followed where one of seven variants of the response follows it: without
            its first line, without its last, without both, and each of these, and the response, without asterisks.
        level: "prompt": 1.0 when every instruction is followed. "instruction": the share of those that are.

    The score has a part for each instruction, named after its kind. Thinking before `</think>` is no part of the
    response.
    """

    name = "ifeval"

    def __init__(self, *, loose: bool = False, level: Literal["prompt", "instruction"] = "prompt"):
        if level not in ("prompt", "instruction"):
            raise ValueError(f"IFEval(level={level!r}): use 'prompt' or 'instruction'.")
        self.loose, self.level = loose, level

    def score(self, sample: Sample) -> Score:
        if why := self.check_gold(sample.gold):
            return Score.unscored("gold_unusable", message=why)
        response = split_thinking(sample.completion)[1]
        if len(response) > MAX_CHARS:
            return Score.of(False, "over_budget")
        variants = loose_variants(response) if self.loose else [response]
        try:
            followed = [
                (kind, any(follows(variant, kind, kwargs) for variant in variants))
                for kind, kwargs in instructions_of(sample.gold)
            ]
        except NoDetector as error:
            return Score.unscored("unavailable:language_detector", message=str(error))
        share = sum(yes for _, yes in followed) / len(followed)
        value = share if self.level == "instruction" else float(share == 1)
        broken = next((kind for kind, yes in followed if not yes), None)
        parts = tuple(Score(yes, "followed" if yes else "not_followed", name=kind) for kind, yes in followed)
        return Score(value, f"not_followed:{broken}" if broken else "followed", parts=parts)

    def check_gold(self, gold: Any) -> str | None:
        """Unknown kinds, missing and unusable arguments, in a sentence."""
        try:
            instructions = instructions_of(gold)
        except (TypeError, KeyError, ValueError, AttributeError):
            return (
                "the gold is no row of IFEval: it needs instruction_id_list and kwargs, lists of one length, not empty."
            )
        return next((why for kind, kwargs in instructions if (why := fault_of(kind, kwargs))), None)


def instructions_of(gold: Any) -> list[tuple[str, dict[str, Any]]]:
    """(kind, arguments) of each instruction. Arguments that are None do not count: the hub's version fills in all names."""
    kinds, kwargs = gold["instruction_id_list"], gold["kwargs"]
    if not kinds:
        raise ValueError("no instructions")
    return [
        (str(kind), {key: value for key, value in given.items() if value is not None})
        for kind, given in zip(kinds, kwargs, strict=True)
    ]


def follows(response: str, kind: str, kwargs: Mapping[str, Any]) -> bool:
    """One instruction, strictly; a blank response follows none."""
    return bool(response.strip()) and INSTRUCTIONS[kind](response, **kwargs)


def loose_variants(response: str) -> list[str]:
    """The response and the seven variants of it that the loose metric forgives."""
    lines = response.split("\n")
    cut = [response, *("\n".join(part).strip() for part in (lines[1:], lines[:-1], lines[1:-1]))]
    return list(dict.fromkeys(cut + [text.replace("*", "") for text in cut]))


def problem_from_row(row: Mapping[str, Any]) -> Problem:
    """A row of IFEval's `input_data.jsonl` as a Problem."""
    gold = {"instruction_id_list": row["instruction_id_list"], "kwargs": row["kwargs"]}
    return Problem(row["prompt"], gold, id=str(row["key"]))


def _gold(kind: str, **kwargs: Any) -> dict[str, Any]:
    return {"instruction_id_list": [kind], "kwargs": [kwargs]}


_TWO = {
    "instruction_id_list": ["punctuation:no_comma", "detectable_format:title"],
    "kwargs": [{"language": None}, {}],
}
EXAMPLES = {
    IFEval(): [
        (_TWO, "<<Joy>>\nA poem.", 1.0),
        (_TWO, "<<Joy>>\nA poem, short.", 0.0),
        (_TWO, "<think>Hm, well,</think><<Joy>>\nA poem.", 1.0),
        (_TWO, "", 0.0),
        (_gold("startend:quotation"), 'Sure:\n"It is so."', 0.0),
        (_gold("punctuation:no_comma", relation="at least"), "No.", None),
        (_gold("punctuation:no_semicolon"), "No.", None),
        (None, "No.", None),
    ],
    IFEval(level="instruction"): [(_TWO, "A poem, short.", 0.0), (_TWO, "A poem.", 0.5), (_TWO, "<<Joy>>", 1.0)],
    IFEval(loose=True): [
        (_gold("startend:quotation"), 'Sure:\n"It is so."', 1.0),
        (_gold("startend:quotation"), 'Sure: "It is so."', 0.0),
    ],
}
