"""No key in any log, report, cache, recording, repr or error; no prompt where only replies belong."""

import json
import logging
import pickle

import pytest

from verifiers import Problem, Sample
from verifiers.judge import Client, PointwiseJudge, Recorder, Retry, anthropic, openai_compatible
from verifiers.judge.http import HttpTransport

KEY = 'sk-live-0123456789"abcdef\\'  # with characters that JSON writes in another way
PROMPT_SECRET = "the-launch-code-is-7777"


@pytest.fixture
def keyed(monkeypatch):
    monkeypatch.setenv("JUDGE_KEY", KEY)


def leaky(completion, attempt):
    """Servers that repeat what they were sent, as some do in their errors."""

    def echo(status):
        def act(handler):
            received = {"headers": dict(handler.headers), "input": completion, "escaped": json.dumps(completion)}
            data = json.dumps(
                {
                    "error": {
                        "message": f"bad key {handler.headers['authorization']}{handler.headers['x-api-key']}",
                        "got": received,
                    }
                }
            )
            handler.send_response(status)
            handler.send_header("content-length", str(len(data)))
            handler.send_header("retry-after", "0")
            handler.end_headers()
            handler.wfile.write(data.encode())

        return act

    return {
        "ok": "VERDICT: CORRECT",
        "401": echo(401),
        "500": echo(500),
        "429": echo(429),
        "echo": lambda handler: echo(200)(handler),
        "says the key": f"Your key is {KEY}\nVERDICT: CORRECT",
    }[completion.split(":")[0]]


@pytest.mark.parametrize("make", [openai_compatible, anthropic])
def test_the_key_is_found_nowhere(server, keyed, tmp_path, caplog, capfd, make):
    caplog.set_level(logging.DEBUG)
    server.plan = leaky
    transport = make("judge", base_url=server.url, key_env="JUDGE_KEY")
    recorder = Recorder(transport, tmp_path / "record.jsonl")
    client = Client(recorder, cache=tmp_path / "c.db", retry=Retry(attempts=2, base_s=0.0))
    judge = PointwiseJudge(client, resamples=0)
    kinds = ["ok", "401", "500", "429", "echo", "says the key"]
    batch = [Sample(Problem(PROMPT_SECRET, PROMPT_SECRET), f"{kind}: {PROMPT_SECRET}") for kind in kinds]
    scores = judge.score_all(batch)
    assert [score.reason for score in scores][1:4] == [f"transport_error:http_{n}" for n in (401, 500, 429)]
    shown = [score.to_json() for score in scores] + [repr(x) for x in (judge, client, transport, recorder)]
    shown += [caplog.text, *capfd.readouterr(), repr(vars(transport)), str(pickle.dumps(transport))]
    files = [path.read_bytes().decode(errors="replace") for path in tmp_path.iterdir()]
    assert len(files) >= 2
    for text in shown + files:
        assert "sk-live" not in text
        assert "0123456789" not in text
    # Neither is a prompt, but for what a judge's own reply repeats of it.
    for text in [*files, caplog.text, *(json.dumps(dict(score.detail)) for score in scores)]:
        assert PROMPT_SECRET not in text


def test_a_key_that_vanishes_is_a_transport_error_and_not_an_exception(server, keyed, monkeypatch):
    transport = openai_compatible("judge", server.url, key_env="JUDGE_KEY")
    monkeypatch.delenv("JUDGE_KEY")
    (score,) = PointwiseJudge(Client(transport)).score_all([Sample(Problem("?", "Canberra"), "Sydney")])
    assert score.reason == "transport_error:no_key"
    assert not server.bodies


def test_the_key_is_sent_and_never_follows_a_redirect(server, monkeypatch):
    monkeypatch.setenv("JUDGE_KEY", "sk-1")
    server.plan = lambda completion, attempt: (307, {"location": "http://127.0.0.1:1/steal"}, "")
    transport = openai_compatible("judge", server.url, key_env="JUDGE_KEY")
    (score,) = PointwiseJudge(Client(transport)).score_all([Sample(Problem("?", "Canberra"), "Sydney")])
    assert score.reason == "transport_error:http_307"
    assert {k.lower(): v for k, v in server.headers[0].items()}["authorization"] == "Bearer sk-1"


def test_a_transport_keeps_no_key(keyed):
    transport = openai_compatible("judge", "http://127.0.0.1:1/v1", key_env="JUDGE_KEY")
    assert isinstance(transport, HttpTransport)
    assert "sk-live" not in repr(vars(transport))
