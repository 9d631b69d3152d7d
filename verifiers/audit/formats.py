"""Completions of known form, for rewards that check for `<think>...</think>` and then an answer."""

from __future__ import annotations

WELL_FORMED = {
    "as the prompt asks": "<think>\nLet me see: {t}.\n</think>\nThe answer is {n}.",
    "on one line": "<think>Let me see: {t}.</think>The answer is {n}.",
    "newline first": "\n<think>\n{t}\n</think>\nThe answer is {n}.",
    "blank lines": "<think>\n\n{t}\n\n</think>\n\nThe answer is {n}.",
    "long reasoning": "<think>\n{t}\n\n1 < 2 and {t}\n</think>\n\n\\boxed{{{n}}}",
}

ILL_FORMED = {
    "no tags": "{t}. The answer is {n}.",
    "never closed": "<think>\n{t}. The answer is {n}.",
    "never opened": "{t}\n</think>\nThe answer is {n}.",
    "empty reasoning": "<think></think>\nThe answer is {n}.",
    "blank reasoning": "<think>\n \n</think>\nThe answer is {n}.",
    "nothing after the tag": "<think>\n{t}: {n}\n</think>",
    "blank after the tag": "<think>\n{t}: {n}\n</think>\n  \n",
    "closed twice": "<think>\n{t}\n</think>\nThe answer is {n}.\n</think>",
    "opened twice": "<think>\n<think>\n{t}\n</think>\nThe answer is {n}.",
    "two blocks": "<think>\n{t}\n</think>\n<think>\n{t}\n</think>\nThe answer is {n}.",
    "text before": "Sure. <think>\n{t}\n</think>\nThe answer is {n}.",
    "wrong order": "</think>\n{t}\n<think>\nThe answer is {n}.",
    "misspelt": "<thinking>\n{t}\n</think>\nThe answer is {n}.",
    "tag in the answer": "<think>\n{t}\n</think>\nThe answer is <think>{n}.",
}
"""{t} stands for the reasoning, {n} for the answer."""

REASONINGS = ("two and two", "I add the numbers", "首先", "we try x = 3, then x = 4", "so it must be even")
