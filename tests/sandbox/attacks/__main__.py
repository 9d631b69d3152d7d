"""Run every attack at one level, and print what went wrong: for other users and for containers, where pytest is not."""

import argparse
import sys

from sandbox import LanguageUnavailable, Sandbox
from tests.sandbox.attacks import ALL
from tests.sandbox.attacks.kit import complaint


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--level")
    parser.add_argument("--only", default="", help="attacks whose id contains this")
    options = parser.parse_args()
    wrong = ran = 0
    with Sandbox(workers=1, level=options.level) as box:
        flags = box.flags
        for attack in ALL:
            if options.only not in attack.id or not attack.needs <= flags:
                continue
            try:
                trouble = complaint(box, attack)
            except LanguageUnavailable:
                continue
            ran += 1
            if trouble:
                wrong += 1
                print(f"{attack.id}: {trouble}", flush=True)
        print(f"{ran} attacks at level {box.level}, {wrong} wrong, {box.internal_errors} internal errors")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
