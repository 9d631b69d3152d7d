"""Write a tiny model folder for `examples/train.toml`, so that it runs without a download.

python examples/make_tiny_model.py
assay train examples/train.toml
"""

from pathlib import Path

from grpo_core.tiny import tiny_model, tiny_tokenizer

FOLDER = Path(__file__).parent / "tiny-model"


def main(folder: Path = FOLDER) -> None:
    tokenizer = tiny_tokenizer()
    tiny_model(tokenizer).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    print(f"wrote {folder}")


if __name__ == "__main__":
    main()
