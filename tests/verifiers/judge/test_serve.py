"""A real OpenAI-compatible server on loopback: transformers serve, with a judge written by hand whose verdicts are known."""

import os
import socket
import subprocess
import sys
import time

import pytest

from verifiers import Problem, Sample
from verifiers.judge import Client, PointwiseJudge, Prompt, Request, openai_compatible
from verifiers.judge.loop import run
from verifiers.judge.prompt import ONE_WORD

pytestmark = pytest.mark.slow
for module in ("fastapi", "uvicorn", "openai"):
    pytest.importorskip(module, reason=f"transformers serve needs {module}")

N, IN_FLIGHT = 1000, 16
BRIEF = Prompt("You compare a completion with a reference. {rules}", closing=ONE_WORD)


@pytest.fixture(scope="module")
def served(tiny_judge):
    """Base URL and model name of a running server."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "transformers.cli.transformers", "serve", str(tiny_judge)]
    options = ["--host", "127.0.0.1", "--port", str(port), "--device", "cpu", "--default-seed", "0"]
    env = {**os.environ, "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
    log = tiny_judge / "serve.log"
    with log.open("w") as output:
        process = subprocess.Popen([*command, *options], env=env, stdout=output, stderr=subprocess.STDOUT)
    try:
        for _ in range(600):
            assert process.poll() is None, log.read_text()[-2000:]
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.2)
        yield f"http://127.0.0.1:{port}/v1", str(tiny_judge)
    finally:
        process.terminate()
        process.wait(20)


def test_a_thousand_samples_with_sixteen_in_flight_each_get_their_own_verdict(served):
    url, model = served
    client = Client(openai_compatible(model, url), concurrency=IN_FLIGHT, deadline_s=300)
    judge = PointwiseJudge(client, prompt=BRIEF, max_tokens=8)
    places = ["Canberra", "Sydney", "Perth", "Hobart", "Canberra, of course"]
    samples = [Sample(Problem("Capital of Australia?", "Canberra"), f"{n}: {places[n % 5]}") for n in range(N)]
    scores = judge.score_all(samples)
    assert [(s.value, s.reason) for s in scores] == [
        (1.0, "correct") if n % 5 in (0, 4) else (0.0, "incorrect") for n in range(N)
    ]
    assert {s.detail["attempts"] for s in scores} == {1}
    assert client.budget.spent.attempts == N
    assert client.budget.spent.guessed == 0


def test_what_the_server_ignores_is_noticed(served):
    url, model = served
    request = Request(
        ({"role": "user", "content": "Canberra"},),
        max_tokens=4,
        options=("Yes", "No"),
        response_format={"type": "json_object"},
    )
    reply = run(Client(openai_compatible(model, url)).ask(request))
    assert {"logprobs", "response_format"} <= set(reply.ignored)
    assert reply.error == ""


def test_a_model_that_is_not_there_is_a_transport_error(served):
    url, _ = served
    judge = PointwiseJudge(Client(openai_compatible("no-such-model", url)), prompt=BRIEF)
    (score,) = judge.score_all([Sample(Problem("?", "Canberra"), "Sydney")])
    assert (score.value, score.reason) == (None, "transport_error:http_400")


def test_a_reply_without_an_end_is_truncated(served):
    url, model = served
    judge = PointwiseJudge(Client(openai_compatible(model, url)), prompt=BRIEF, max_tokens=1, resamples=0)
    (score,) = judge.score_all([Sample(Problem("?", "Canberra"), "Canberra")])
    assert (score.value, score.reason) == (None, "truncated")
