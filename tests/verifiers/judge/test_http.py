"""Against a server on loopback that does everything servers do: each sample ends in the right outcome, on time."""

import asyncio
import email.utils
import json
import math
import time
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers import Problem, Sample
from verifiers.judge import Budget, Client, Failure, PointwiseJudge, Reply, Request, Retry, anthropic, openai_compatible
from verifiers.judge.http import HttpTransport, same_model, scrubbed
from verifiers.judge.loop import run
from verifiers.judge.wire import Anthropic, OpenAI

FAST = Retry(base_s=0.01, cap_s=0.05)
ASK = Request(({"role": "user", "content": "?"},))


def samples(*completions):
    return [Sample(Problem("Capital of Australia?", "Canberra"), c) for c in completions]


def judge_at(url, **settings):
    settings = {"retry": FAST, "deadline_s": 20.0, **settings}
    return PointwiseJudge(Client(openai_compatible("judge", url), **settings))


def test_each_kind_of_answer_ends_in_its_outcome_and_only_ok_has_a_value(server, acts):
    plans = {
        "right": "It matches.\nVERDICT: CORRECT",
        "wrong": "It does not.\nVERDICT: INCORRECT",
        "chatty": "I think CORRECT is what they would like to hear.",
        "refused": {"text": None, "message": {"refusal": "No."}},
        "declined": "I'm sorry, but I can't help with that.",
        "filtered": {"text": "VERDICT: CORRECT", "finish": "content_filter"},
        "truncated": {"text": "The answer\nVERDICT: CORRECT", "finish": "length"},
        "bad request": (400, {}, '{"error": {"message": "no"}}'),
        "forbidden": (401, {}, "who are you"),
        "missing": (404, {}, '{"detail": "no such model"}'),
        "broken": (500, {}, "oops"),
        "malformed": (200, {}, '{"choices": [{"mess'),
        "not a chat": (200, {}, '{"hello": 1}'),
        "list": (200, {}, "[1, 2]"),
        "html": (200, {"content-type": "text/html"}, "<html>login</html>"),
        "impostor": {"text": "VERDICT: CORRECT", "model": "smaller-judge"},
        "wrapped": (200, {}, '{"error": {"code": 402, "message": "pay"}}'),
        "cut": acts["cut"],
    }
    server.plan = lambda completion, attempt: plans[completion]
    expected = {
        "right": (1.0, "correct"),
        "wrong": (0.0, "incorrect"),
        "chatty": (None, "unparseable"),
        "refused": (None, "refused"),
        "declined": (None, "refused"),
        "filtered": (None, "refused"),
        "truncated": (None, "truncated"),
        "bad request": (None, "transport_error:http_400"),
        "forbidden": (None, "transport_error:http_401"),
        "missing": (None, "transport_error:http_404"),
        "broken": (None, "transport_error:http_500"),
        "malformed": (None, "transport_error:malformed"),
        "not a chat": (None, "transport_error:malformed"),
        "list": (None, "transport_error:malformed"),
        "html": (None, "transport_error:malformed"),
        "impostor": (None, "transport_error:wrong_model"),
        "wrapped": (None, "transport_error:http_402"),
        "cut": (None, "transport_error:cut"),
    }
    judge = judge_at(server.url, retry=Retry(attempts=3, base_s=0.01, cap_s=0.02))
    found = dict(zip(plans, judge.score_all(samples(*plans))))
    assert {name: (score.value, score.reason) for name, score in found.items()} == expected
    assert "VERDICT: CORRECT" in found["truncated"].detail["reply"]
    assert "smaller-judge" in found["impostor"].detail["raw"]
    assert found["chatty"].detail["reply"] == plans["chatty"]
    # What cannot get better is asked once; what can, as often as allowed.
    for name in ("bad request", "forbidden", "missing", "impostor", "refused"):
        assert server.asked[name] == 1, name
    for name in ("broken", "malformed", "cut", "chatty", "truncated"):
        assert server.asked[name] == 3, name


def test_a_server_that_recovers_costs_attempts_and_no_sample(server, acts):
    stumbles = [(500, {}, ""), (429, {"retry-after": "0"}, ""), acts["cut"], (200, {}, "{"), (503, {}, "")]

    def plan(completion, attempt):
        n = int(completion.split()[-1])
        if attempt <= n % 6:
            return stumbles[attempt - 1]
        return f"VERDICT: {'CORRECT' if n % 2 else 'INCORRECT'}"

    server.plan = plan
    scores = judge_at(server.url, concurrency=16).score_all(samples(*(f"answer {n}" for n in range(60))))
    assert [score.value for score in scores] == [float(n % 2) for n in range(60)]
    assert [score.detail["attempts"] for score in scores] == [n % 6 + 1 for n in range(60)]


@pytest.mark.slow
def test_of_a_thousand_samples_in_all_kinds_of_trouble_none_is_lost_or_swapped(server, acts):
    first = {
        1: (429, {"retry-after": "0.1"}, ""),
        2: (500, {}, "oops"),
        3: acts["drip"](3),
        4: acts["cut"],
        5: (200, {}, '{"choices": [{"mess'),
    }
    always = {
        6: ({"text": "VERDICT: CORRECT", "model": "impostor"}, "transport_error:wrong_model"),
        7: ({"text": None, "message": {"refusal": "No."}}, "refused"),
        8: ({"text": "VERDICT: CORRECT", "finish": "length"}, "truncated"),
        9: ("It may be CORRECT or not.", "unparseable"),
    }

    def plan(completion, attempt):
        n = int(completion.split()[-1])
        if n % 10 in always:
            return always[n % 10][0]
        return first[n % 10] if n % 10 in first and attempt == 1 else f"VERDICT: {'CORRECT' if n % 3 else 'INCORRECT'}"

    def expected(n):
        if n % 10 in always:
            return None, always[n % 10][1]
        return (1.0, "correct") if n % 3 else (0.0, "incorrect")

    server.plan = plan
    judge = judge_at(server.url, concurrency=16, deadline_s=60, attempt_s=1.5)
    scores = judge.score_all(samples(*(f"answer {n}" for n in range(1000))))
    assert [(score.value, score.reason) for score in scores] == [expected(n) for n in range(1000)]


def test_no_more_requests_are_in_flight_than_allowed(server):
    def slow(completion, attempt):
        time.sleep(0.02)
        return "VERDICT: CORRECT"

    server.plan = slow
    scores = judge_at(server.url, concurrency=5).score_all(samples(*(f"answer {n}" for n in range(40))))
    assert all(score.value == 1.0 for score in scores)
    assert server.most_in_flight == 5


@pytest.mark.slow
def test_one_deadline_holds_over_all_attempts_within_a_tenth(server, acts):
    deadline = 3.0

    def hang(handler):
        time.sleep(2 * deadline)

    actions = {
        "drip": acts["drip"](2 * deadline),
        "hang": hang,
        "retry_after": (429, {"retry-after": "0.3"}, ""),
        "always_500": (500, {}, ""),
    }
    server.plan = lambda completion, attempt: actions[completion.split()[0]]
    judge = judge_at(server.url, deadline_s=deadline, concurrency=32, retry=Retry(attempts=1000, base_s=0.1, cap_s=0.5))
    batch = samples(*(f"{trouble} {n}" for trouble in actions for n in range(8)))
    started = time.monotonic()
    scores = judge.score_all(batch)
    took = time.monotonic() - started
    # A wait that would end past the deadline is not begun, so giving up may be early; late it is not.
    assert 0.99 * deadline <= took <= 1.1 * deadline
    for sample, score in zip(batch, scores):
        stuck = sample.completion.startswith(("drip", "hang"))
        assert score.value is None
        assert score.reason == "transport_error:deadline" if stuck else score.reason.startswith("transport_error:")
        assert stuck or score.detail["attempts"] > 2


def test_a_stuck_attempt_leaves_time_for_another_where_attempts_are_limited(server, acts):
    server.plan = lambda completion, attempt: acts["drip"](5) if attempt == 1 else "VERDICT: CORRECT"
    (score,) = judge_at(server.url, deadline_s=20, attempt_s=0.3).score_all(samples("Canberra it is"))
    assert score.value == 1.0
    assert score.detail["attempts"] == 2


def test_a_wait_longer_than_the_deadline_is_not_begun(server):
    server.plan = lambda completion, attempt: (429, {"retry-after": "3600"}, "")
    (score,) = judge_at(server.url, deadline_s=30).score_all(samples("Sydney"))
    assert score.reason == "transport_error:http_429"
    assert server.asked["Sydney"] == 1


def test_retry_after_is_waited_for_in_seconds_and_as_a_date(server):
    times = []

    def plan(completion, attempt):
        times.append(time.monotonic())
        date = {"retry-after": email.utils.formatdate(time.time() + 3600 + 1, usegmt=True)}
        # The server's clock is an hour ahead; the wait is to be taken from its own.
        date["date"] = email.utils.formatdate(time.time() + 3600, usegmt=True)
        return [(429, {"retry-after": "0.2"}, ""), (503, date, ""), "VERDICT: CORRECT"][attempt - 1]

    server.plan = plan
    (score,) = judge_at(server.url).score_all(samples("Canberra it is"))
    assert score.value == 1.0
    assert times[1] - times[0] >= 0.2
    assert times[2] - times[1] >= 0.9


def test_a_server_without_anybody_behind_it_is_a_transport_error(server):
    url = server.url
    server.close()
    (score,) = judge_at(url, retry=Retry(attempts=2, base_s=0.01)).score_all(samples("Sydney"))
    assert (score.value, score.reason) == (None, "transport_error:connect")


def test_a_server_that_ignores_log_probabilities_or_a_schema_is_noticed(server):
    client = Client(openai_compatible("judge", server.url))
    server.plan = lambda completion, attempt: {"text": "Yes", "usage": None, "finish": None}
    request = Request(
        ({"role": "user", "content": "?"},), options=("Yes", "No"), response_format={"type": "json_object"}
    )
    reply = run(client.ask(request))
    assert set(reply.ignored) == {"logprobs", "response_format", "usage", "finish_reason"}
    assert reply.options == {}


@pytest.mark.parametrize(
    ("asked", "given", "noticed"), [({}, 2, True), ({"n": 3}, 1, True), ({"n": 2}, 2, False), ({}, 1, False)]
)
def test_a_number_of_choices_that_was_not_asked_for_is_noticed_and_the_first_is_taken(asked, given, noticed):
    choice = {"finish_reason": "stop", "message": {"content": "a"}}
    body = {"model": "m", "choices": [choice] * given, "usage": {"prompt_tokens": 1, "completion_tokens": 1}}
    reply = OpenAI(asked).decode(body, ASK)
    assert (reply.text, reply.ignored) == ("a", ("n",) if noticed else ())


def test_content_in_parts_is_joined():
    parts = [{"type": "text", "text": "VERDICT: "}, {"type": "image"}, {"type": "text", "text": "CORRECT"}]
    body = {"choices": [{"finish_reason": "stop", "message": {"content": parts}}]}
    assert OpenAI().decode(body, ASK).text == "VERDICT: CORRECT"


SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=5))
JSON = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
)
LOGPROBS = st.fixed_dictionaries(
    {
        "content": st.lists(
            st.fixed_dictionaries(
                {"top_logprobs": st.lists(st.fixed_dictionaries({"token": JSON, "logprob": JSON}), max_size=2)}
            ),
            max_size=2,
        )
    }
)
MESSAGE = st.fixed_dictionaries({}, optional={"content": JSON, "refusal": JSON})
CHOICE = st.fixed_dictionaries(
    {}, optional={"message": MESSAGE | JSON, "finish_reason": JSON, "logprobs": LOGPROBS | JSON}
)
BODY = st.fixed_dictionaries(
    {},
    optional={
        "choices": st.lists(CHOICE, max_size=2) | JSON,
        "model": JSON,
        "usage": JSON,
        "content": JSON,
        "stop_reason": JSON,
    },
)


@settings(deadline=None, max_examples=300)
@given(BODY | JSON, st.sampled_from([OpenAI(), Anthropic()]))
def test_any_body_is_a_reply_with_a_text_or_malformed(body, wire):
    transport = HttpTransport(wire, base_url="http://127.0.0.1:1/v1", model="m")
    request = replace(ASK, options=("Yes", "No"))
    try:
        reply = transport._decoded(body, request, "")
    except Failure:
        return
    assert isinstance(reply.text, str)
    assert all(math.isfinite(logp) for logp in reply.options.values())
    assert Reply.from_json(reply.to_json()) == reply


def test_log_probabilities_of_options_are_summed_over_their_spellings(server):
    top = [{"token": t, "logprob": p} for t, p in (("Yes", -1.0), (" Yes", -2.0), ("No", -3.0), ("Maybe", -0.9))]
    server.plan = lambda completion, attempt: {
        "text": "Yes",
        "choice": {"logprobs": {"content": [{"top_logprobs": top}]}},
    }
    request = Request(({"role": "user", "content": "?"},), options=("Yes", "No"), max_tokens=1)
    reply = run(Client(openai_compatible("judge", server.url)).ask(request))
    assert reply.options["Yes"] == pytest.approx(-1 + 0.3132616875)  # log(e^-1 + e^-2)
    assert reply.options["No"] == pytest.approx(-3.0)
    assert server.bodies[0]["logprobs"] is True
    assert reply.ignored == ()


def test_extra_fields_go_into_the_body_and_none_removes_one(server):
    client = Client(openai_compatible("judge", server.url, top_p=0.5, max_tokens=None, max_completion_tokens=7))
    run(client.ask(Request(({"role": "user", "content": "?"},))))
    body = server.bodies[0]
    assert (body["top_p"], body["max_completion_tokens"]) == (0.5, 7)
    assert "max_tokens" not in body


def test_replies_under_other_settings_are_cached_apart(server, tmp_path):
    for extra in ({}, {"top_p": 0.5}, {"top_p": 0.6}):
        client = Client(openai_compatible("judge", server.url, **extra), cache=tmp_path / "c.db")
        run(client.ask(Request(({"role": "user", "content": "?"},))))
    assert len(server.bodies) == 3


def test_replies_too_large_are_cut_off(server, monkeypatch):
    monkeypatch.setattr("verifiers.judge.http.MAX_BODY", 10_000)
    server.plan = lambda completion, attempt: "x" * 100_000
    (score,) = judge_at(server.url).score_all(samples("Sydney"))
    assert score.reason == "transport_error:too_large"


@pytest.mark.parametrize(
    ("asked", "served", "same"),
    [
        ("gpt-4o", "gpt-4o-2024-08-06", True),
        ("gpt-4o", "gpt-4o-mini", False),
        ("gpt-4o-mini", "gpt-4o", False),
        ("gpt-4-0613", "gpt-4-1106", False),
        ("claude-x-latest", "claude-x-20241022", True),
        ("meta-llama/Llama-3-8B", "llama-3-8b", True),
        ("./tinylm", "tinylm@main", True),
        ("judge", "other", False),
    ],
)
def test_a_model_is_itself_and_its_dated_snapshots_only(asked, served, same):
    assert same_model(asked, served) is same


def test_a_router_s_other_name_can_be_allowed(server):
    server.plan = lambda completion, attempt: {"text": "VERDICT: CORRECT", "model": "alias"}
    client = Client(openai_compatible("judge", server.url, served_as=["alias"]))
    assert PointwiseJudge(client).score_all(samples("Canberra it is"))[0].value == 1.0


def test_callers_in_an_event_loop_get_the_same_scores(server):
    server.plan = lambda completion, attempt: f"VERDICT: {'CORRECT' if 'Canberra' in completion else 'INCORRECT'}"
    judge, batch = judge_at(server.url), samples("Canberra it is", "Sydney")
    assert [s.value for s in asyncio.run(judge.ascore_all(batch))] == [1.0, 0.0]
    assert [s.value for s in judge.score_all(batch)] == [1.0, 0.0]

    async def sync_inside_a_loop():
        return judge.score_all(batch)

    assert [s.value for s in asyncio.run(sync_inside_a_loop())] == [1.0, 0.0]


def test_anthropic_messages_are_written_and_read(server, monkeypatch):
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
    body = {"model": "claude-judge-20260101", "content": [{"type": "text", "text": "VERDICT: CORRECT"}]}
    body |= {"stop_reason": "end_turn", "usage": {"input_tokens": 5, "output_tokens": 3}}
    server.plan = lambda completion, attempt: (200, {}, json.dumps(body))
    budget = Budget(prompt_price=1.0, completion_price=2.0)
    judge = PointwiseJudge(Client(anthropic("claude-judge", base_url=server.url), budget=budget))
    (score,) = judge.score_all(samples("Canberra it is"))
    assert score.value == 1.0
    sent, headers = server.bodies[0], {k.lower(): v for k, v in server.headers[0].items()}
    assert "grading" in sent["system"]
    assert [m["role"] for m in sent["messages"]] == ["user"]
    assert (headers["x-api-key"], headers["anthropic-version"]) == ("sk-ant-test", "2023-06-01")
    assert budget.spent.cost == pytest.approx(11e-6)


@pytest.mark.parametrize(("reason", "finish"), [("max_tokens", "length"), ("refusal", "refused"), ("end_turn", "stop")])
def test_anthropic_stop_reasons(reason, finish):
    body = {"model": "m", "content": [], "stop_reason": reason, "usage": {}}
    assert Anthropic().decode(body, Request(({"role": "user", "content": "?"},))).finish == finish


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x/v1", "http://user:pw@x/v1", "https://x/v1?key=abc"])
def test_a_url_that_is_none_or_holds_a_secret_is_refused_without_being_repeated(url):
    with pytest.raises(ValueError) as caught:
        openai_compatible("judge", url)
    assert "pw" not in str(caught.value)
    assert "abc" not in str(caught.value)


def test_a_key_that_is_not_set_is_said_at_once(monkeypatch):
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    with pytest.raises(ValueError, match="NO_SUCH_KEY is not set"):
        openai_compatible("judge", "http://x/v1", key_env="NO_SUCH_KEY")


def test_a_key_that_no_header_can_carry_is_refused_without_being_repeated(monkeypatch):
    monkeypatch.setenv("BAD_KEY", "sk-one\nsk-two")
    with pytest.raises(ValueError, match="BAD_KEY holds what no HTTP header can carry") as caught:
        openai_compatible("judge", "http://x/v1", key_env="BAD_KEY")
    assert "sk-one" not in str(caught.value)


def test_scrubbing_finds_a_secret_as_it_is_and_as_json_writes_it():
    assert scrubbed('a "k\\"y" b k"y', ['k"y']) == 'a "[removed]" b [removed]'


def test_a_failure_says_its_reason():
    assert str(Failure("http_500", retry=True)) == "http_500"
