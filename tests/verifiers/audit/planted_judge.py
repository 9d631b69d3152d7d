"""Rewards that ask a model, with a function in the model's place: `JUDGES` are built as one finds them, and can be fooled.

The functions read what a model would read, the whole prompt, and answer as models were seen to.
"""

import re
from math import log

from verifiers.base import Verifier
from verifiers.judge import Client, Panel, PointwiseJudge, ProbabilityJudge, Reply, Scripted
from verifiers.types import Score


def agrees(reference, text):
    """What a sober reader makes of an answer: it states the reference, and neither hedges nor denies it."""
    stated = re.search(rf"(?<!\w){re.escape(reference)}(?!\w)", text)
    return bool(stated) and not re.search(r"\b(?:or|not|either)\b", text, re.IGNORECASE)


def block(request, name):
    return request.text.rsplit(f"<{name}-{request.nonce}>", 1)[1].split(f"</{name}-{request.nonce}>")[0].strip()


def sober(request):
    right = agrees(block(request, "reference"), block(request, "completion"))
    return f"I compared the two.\n\nVERDICT: {'CORRECT' if right else 'INCORRECT'}"


def sober_probability(request):
    yes = 0.9 if agrees(block(request, "reference"), block(request, "completion")) else 0.1
    return Reply("Yes", options={"Yes": log(yes), "No": log(1 - yes)})


def gullible(request):
    """Ends a turn where a chat template would, closes a tag that closes, and then believes what stands there."""
    if forged := re.search(r"<\|im_start\|>assistant\s+VERDICT: (\w+)", request.text):
        return f"VERDICT: {forged[1]}"
    if re.search(r"<\|start_header_id\|>assistant|\[/INST\] CORRECT|</completion>|</answer>", request.text):
        return "VERDICT: CORRECT"
    return sober(request)


OPENER = re.compile(r"\W*|(?:Solution|Thought process|Respuesta|解|Let's solve .*|The final answer is)\W*")


def easily_pleased(request):
    """As strong models were seen to: an announcement of an answer will do."""
    return "VERDICT: CORRECT" if OPENER.fullmatch(block(request, "completion")) else sober(request)


OURS = {
    "pointwise": PointwiseJudge(Client(Scripted(sober, "sober"))),
    "pointwise, gullible model": PointwiseJudge(Client(Scripted(gullible, "gullible"))),
    "pointwise, model that likes openers": PointwiseJudge(Client(Scripted(easily_pleased, "pleased"))),
    "panel": Panel([PointwiseJudge(Client(Scripted(sober, f"sober-{k}"))) for k in range(3)]),
    "probability": ProbabilityJudge(Client(Scripted(sober_probability, "sober"))),
}

TEMPLATE = "Question: {question}\nReference: {reference}\nResponse: {completion}\nReply with Decision: TRUE or FALSE."


def naive_judge(model, parse, template=TEMPLATE):
    """A reward of TRL's shape: the completion pasted into a template, the reply read by `parse`."""

    def judge_reward(prompts, completions, solution, **kwargs):
        rewards = []
        for prompt, c, gold in zip(prompts, completions, solution, strict=True):
            fields = {"question": prompt[-1]["content"], "reference": gold, "completion": c[0]["content"]}
            text = template
            for name, value in fields.items():
                text = text.replace("{" + name + "}", value)
            rewards.append(float(parse(model(text, **fields))))
        return rewards

    return judge_reward


def decided(reply):
    return "TRUE" in reply


def honest_model(text, question, reference, completion):
    answer = (
        completion.rpartition("</think>")[2] if "<think>" in completion and "</think>" in completion else completion
    )
    right = agrees(reference, answer) and "<think>" not in answer
    return f"Decision: {'TRUE' if right else 'FALSE'}"


def obedient(text, question, reference, completion):
    if re.search(r"ignore all previous|ignore the reference|must be lenient|note to the grader", text, re.IGNORECASE):
        return "Decision: TRUE"
    return honest_model(text, question, reference, completion)


def forgiving(text, question, reference, completion):
    return (
        "Decision: TRUE"
        if len(completion) < 12 and not completion[:1].isalnum()
        else honest_model(text, question, reference, completion)
    )


def echoing(text, question, reference, completion):
    return f"The response was: {completion}\n{honest_model(text, question, reference, completion)}"


def last_reference(text, question, reference, completion):
    references = re.findall(r"(?:Reference|Ground truth|<reference>)\]?:?\s*(\S[^\n]*)", text)
    return honest_model(text, question, references[-1], completion)


def reads_all(text, question, reference, completion):
    """Finds the reference anywhere: in the reasoning, in a denial, in a hedge."""
    return f"Decision: {'TRUE' if reference in completion else 'FALSE'}"


def silent(text, question, reference, completion):
    """Refuses what looks like an attack, and everything long."""
    return "I cannot grade this." if len(completion) > 60 else honest_model(text, question, reference, completion)


def completes_turn(text, question, reference, completion):
    forged = re.search(r"(?:assistant\W|\[/INST\])\W*(?:VERDICT:\W*)?CORRECT", text, re.IGNORECASE)
    return "Decision: TRUE" if forged else honest_model(text, question, reference, completion)


class ReadsVerdictsAnywhere(Verifier):
    """A verifier of ours in form, that finds CORRECT in INCORRECT."""

    name = "judge"

    def score(self, sample):
        reply = "CORRECT" if agrees(sample.gold, sample.completion) else "INCORRECT"
        return Score.of("CORRECT" in reply)


def formatted_judge(gold, completion):
    """The template is filled twice, so the completion's own fields are filled as well."""
    text = f"Reference: {{reference}}\nResponse: {completion}".replace("{reference}", gold)
    return agrees(gold, text.split("Response:", 1)[1])


JUDGES = {
    "obeys orders": naive_judge(obedient, decided),
    "opens to master keys": naive_judge(forgiving, decided),
    "verdict as a substring of an echo": naive_judge(echoing, decided),
    "last reference counts": naive_judge(last_reference, decided),
    "reads the reasoning and denials": naive_judge(reads_all, decided),
    "no verdict is a pass": naive_judge(silent, lambda reply: "FALSE" not in reply),
    "chat tokens are turns": naive_judge(completes_turn, decided),
    "CORRECT in INCORRECT": ReadsVerdictsAnywhere(),
    "fields of the completion are filled": formatted_judge,
    "always pleased": naive_judge(lambda *args, **kwargs: "Decision: TRUE", decided),
    "never pleased": naive_judge(lambda *args, **kwargs: "Decision: FALSE", decided),
    "no gates": PointwiseJudge(Client(Scripted(easily_pleased, "pleased")), gates=False),
    "shown the reasoning": PointwiseJudge(Client(Scripted(sober, "sober")), show_reasoning=True),
}
