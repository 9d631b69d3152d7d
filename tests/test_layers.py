"""Who may import whom. A change to the architecture edits this map and docs/design.md in the same commit."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("sandbox", "verifiers", "grpo_core", "benchmarks", "assay")

# package: our own packages (or modules) that it may import, and the heavy libraries that it may import anywhere.
MAY_IMPORT = {
    "sandbox": (set(), set()),
    "verifiers": ({"sandbox"}, {"sympy", "math_verify", "hypothesis", "httpx", "transformers", "numpy"}),
    "grpo_core": ({"verifiers.types"}, {"torch", "transformers", "numpy"}),
    "benchmarks": ({"sandbox", "verifiers", "grpo_core"}, {"torch", "transformers", "datasets", "numpy"}),
    "assay": ({"sandbox", "verifiers", "grpo_core", "benchmarks"}, {"torch", "transformers", "datasets"}),
}
HEAVY = {"torch", "transformers", "sympy", "math_verify", "datasets", "hypothesis", "httpx", "numpy"}


def imports(file: Path) -> set[str]:
    """Every module that a file imports, at its top or inside a function."""
    found = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file}: write absolute imports, so that this map can be checked"
            found.add(node.module or "")
    return found


def files_of(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_imports_only_the_layers_below_it(package):
    allowed, _ = MAY_IMPORT[package]
    allowed = allowed | {package}
    for file in files_of(package):
        for module in imports(file):
            if module.split(".")[0] in PACKAGES:
                prefixes = {".".join(module.split(".")[:n]) for n in range(1, module.count(".") + 2)}
                assert prefixes & allowed, f"{file.relative_to(ROOT)} imports {module}; {package} may import {allowed}"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_names_no_heavy_library_that_is_not_its_business(package):
    _, allowed = MAY_IMPORT[package]
    for file in files_of(package):
        heavy = {module.split(".")[0] for module in imports(file)} & HEAVY - allowed
        if "speed" not in file.parts:
            assert not heavy, f"{file.relative_to(ROOT)} imports {heavy}; {package} may import {allowed}"


def test_sandbox_needs_the_standard_library_only():
    for file in files_of("sandbox"):
        for module in imports(file):
            top = module.split(".")[0]
            assert top in sys.stdlib_module_names or top == "sandbox", f"{file.relative_to(ROOT)} imports {module}"


@pytest.mark.parametrize(
    ("module", "unwanted"),
    [
        ("verifiers", "torch transformers sympy math_verify numpy hypothesis httpx"),
        ("verifiers.math", "torch transformers sympy math_verify numpy"),
        ("assay.cli", "torch transformers sympy math_verify numpy datasets matplotlib"),
        ("sandbox", "torch numpy multiprocessing"),
    ],
)
def test_importing_a_light_module_loads_no_heavy_library(module, unwanted):
    program = f"import sys, {module}; print(*[m for m in {unwanted.split()!r} if m in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT)
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "", f"import {module} loads {run.stdout.strip()}"


def test_no_package_imports_the_command_line():
    for package in PACKAGES[:-1]:
        for file in files_of(package):
            assert not any(m.split(".")[0] == "assay" for m in imports(file)), file
