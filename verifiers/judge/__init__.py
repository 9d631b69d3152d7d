"""LLM judges that can be trusted: wrong is not broken, the text that is judged gives no orders, nothing is asked twice.

    from verifiers.judge import Client, PointwiseJudge, openai_compatible

    judge = PointwiseJudge(Client(openai_compatible("qwen3-32b", "http://127.0.0.1:8000/v1"), cache="judge.db"))
    scores = judge.score_all(samples)

`build_messages(question, reference, completion)` gives the messages that a judge gets, and `parse_verdict(reply)` reads
its answer; docs/judge.md has the rest.
"""

from verifiers.judge.client import Client
from verifiers.judge.exchange import Failure, Reply, Request
from verifiers.judge.gates import pre_gate
from verifiers.judge.http import anthropic, openai_compatible
from verifiers.judge.limits import Budget, Retry
from verifiers.judge.local import LocalModel
from verifiers.judge.outcome import OUTCOMES, Judgement
from verifiers.judge.pairwise import PairwiseJudge, win_rate
from verifiers.judge.panel import Panel
from verifiers.judge.parse import VERDICTS, parse_verdict
from verifiers.judge.pointwise import PointwiseJudge
from verifiers.judge.probability import ProbabilityJudge
from verifiers.judge.prompt import Prompt, build_messages
from verifiers.judge.replay import Recorder, Replay, Scripted
from verifiers.judge.rubric import Criterion, RubricJudge
from verifiers.judge.text import hide_reasoning, neutralise

__all__ = [
    "OUTCOMES",
    "VERDICTS",
    "Budget",
    "Client",
    "Criterion",
    "Failure",
    "Judgement",
    "LocalModel",
    "PairwiseJudge",
    "Panel",
    "PointwiseJudge",
    "ProbabilityJudge",
    "Prompt",
    "Recorder",
    "Replay",
    "Reply",
    "Request",
    "Retry",
    "RubricJudge",
    "Scripted",
    "anthropic",
    "build_messages",
    "hide_reasoning",
    "neutralise",
    "openai_compatible",
    "parse_verdict",
    "pre_gate",
    "win_rate",
]
