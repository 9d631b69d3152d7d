import pytest


@pytest.fixture(scope="session")
def tiny_folder(tmp_path_factory):
    """A tiny model and its tokenizer as an ordinary model folder."""
    from grpo_core.tiny import tiny_model, tiny_tokenizer

    folder = tmp_path_factory.mktemp("models") / "tiny"
    tokenizer = tiny_tokenizer()
    tiny_model(tokenizer, seed=0, hidden_size=32, num_layers=1).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


@pytest.fixture(autouse=True)
def width_of_a_log(monkeypatch):
    """As where there is no terminal; pytest-xdist sets COLUMNS to 80, which would wrap what the tests look for."""
    monkeypatch.delenv("COLUMNS", raising=False)
