import pytest

from assay.errors import AssayError
from assay.rewards import import_reward, reward_of
from verifiers import Problem, Sample, Verifier

MODULE = """
from verifiers import Score, Verifier, verifier

@verifier
def short(sample):
    return len(sample.completion) < 5

class Style(Verifier):
    def score(self, sample):
        return Score.of(True)

def plain(samples):
    return [1.0 for _ in samples]

seven = 7
"""


def test_built_in_rewards_add_up_with_their_weights(tmp_path):
    reward = reward_of({"math": 0.9, "think_format": {"weight": 0.1, "opened": True}}, tmp_path)
    assert reward.name == "(0.9 * math) + (0.1 * think_format)"
    assert reward.score(Sample(Problem("", "4"), "hm</think>\\boxed{4}")).value == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ({}, r"\[reward\] is empty"),
        ({"maths": 1.0}, r"'maths': did you mean 'math'\?"),
        ({"math": "much"}, r"math = 'much': write a weight"),
        ({"math": True}, r"math = True: write a weight"),
        ({"length": {"maximum": 3}}, r"length\.maximum: length has no such argument"),
        ({"length": {"weight": 1.0}}, r"no limit"),
        ({"path": "a:b", "math": 1.0}, r"`path` and other keys"),
    ],
)
def test_a_bad_table_says_what_to_write(tmp_path, table, message):
    with pytest.raises(ValueError, match=message):
        reward_of(table, tmp_path)


def test_a_reward_of_ones_own_is_found_beside_the_config(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    (tmp_path / "own_rewards.py").write_text(MODULE)
    assert isinstance(import_reward("own_rewards:short", tmp_path), Verifier)
    assert isinstance(import_reward("own_rewards:Style", tmp_path), Verifier)
    assert import_reward("own_rewards:plain", tmp_path)([None, None]) == [1.0, 1.0]
    with pytest.raises(AssayError, match=r"no 'shrot'; it has .*short"):
        import_reward("own_rewards:shrot", tmp_path)
    with pytest.raises(AssayError, match=r"is a int; give a Verifier"):
        import_reward("own_rewards:seven", tmp_path)


@pytest.mark.parametrize("path", ["own_rewards", "own_rewards:", ":reward", ""])
def test_a_path_of_another_form_is_refused(tmp_path, path):
    with pytest.raises(AssayError, match="write module:object"):
        import_reward(path, tmp_path)


def test_a_missing_module_is_named_and_a_broken_one_shows_its_own_error(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(tmp_path)
    with pytest.raises(AssayError, match="no module 'absent_module'"):
        import_reward("absent_module:reward", tmp_path)
    (tmp_path / "broken_rewards.py").write_text("import absent_library\n")
    with pytest.raises(ModuleNotFoundError, match="absent_library"):
        import_reward("broken_rewards:reward", tmp_path)
