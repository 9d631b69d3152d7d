"""Compiled and interpreted languages run in the same jail; a missing compiler is not a verdict."""

import pytest

from sandbox import CompileError, LanguageUnavailable, Limits, Program, Status, languages

SQUARE = {
    "c": "#include <stdio.h>\n#include <math.h>\n"
    'int main(void) { double x; scanf("%lf", &x); printf("%.0f\\n", pow(x, 2)); }',
    "cpp": "#include <iostream>\nint main() { long x; std::cin >> x; std::cout << x * x << std::endl; }",
    "rust": "use std::io;\nfn main() { let mut s = String::new(); io::stdin().read_line(&mut s).unwrap();"
    ' let x: i64 = s.trim().parse().unwrap(); println!("{}", x * x); }',
    "go": 'package main\nimport "fmt"\nfunc main() { var x int; fmt.Scan(&x); fmt.Println(x * x) }',
    "javascript": "console.log(parseInt(require('fs').readFileSync(0, 'utf8')) ** 2)",
    "bash": "read x; echo $((x * x))",
}


@pytest.mark.parametrize("language", SQUARE)
def test_a_program_runs(box, language):
    try:
        result = box.run(SQUARE[language], language=language, stdin=b"12\n")
    except LanguageUnavailable as error:
        pytest.skip(str(error))
    assert (result.status, result.stdout) == (Status.OK, b"144\n"), result


@pytest.mark.parametrize("language", ["c", "bash", "javascript"])
def test_a_loop_ends_at_the_limit(box, language):
    loop = {"c": "int main(void) { for (;;); }", "bash": "while :; do :; done", "javascript": "for (;;);"}[language]
    try:
        result = box.run(loop, language=language, limits=Limits(cpu_s=1, wall_s=20))
    except LanguageUnavailable as error:
        pytest.skip(str(error))
    assert result.status is Status.TIME_LIMIT


def test_a_compiler_error_is_the_programs_fault_and_is_shown(box):
    try:
        result = box.run("int main( {", language="c")
    except LanguageUnavailable as error:
        pytest.skip(str(error))
    assert result.status is Status.COMPILE_ERROR
    assert b"error" in result.stderr


def test_a_program_is_compiled_once_and_run_many_times(box):
    try:
        program = box.compile(SQUARE["c"], "c")
    except LanguageUnavailable as error:
        pytest.skip(str(error))
    assert isinstance(program, Program)
    assert box.compile(SQUARE["c"], "c") is program
    assert [box.run(program, stdin=b"%d" % x).stdout for x in (2, 3)] == [b"4\n", b"9\n"]


def test_a_short_source_that_makes_a_huge_program_is_run_like_any_other(box):
    source = '#include <stdio.h>\nint a[10000000] = {1};\nint main() { printf("%d", a[0]); }'
    try:
        result = box.run(source, language="c", limits=Limits(disk_mb=16))
    except LanguageUnavailable as error:
        pytest.skip(str(error))
    assert (result.status, result.stdout) == (Status.OK, b"1")


def test_compile_raises_with_the_compilers_words(box):
    try:
        with pytest.raises(CompileError, match="error"):
            box.compile("#error no", "c")
    except LanguageUnavailable as error:
        pytest.skip(str(error))


def test_the_compiler_cannot_read_the_host(box):
    try:
        result = box.run('#include "/etc/shadow"\nint main(void) { return 0; }', language="c")
    except LanguageUnavailable as error:
        pytest.skip(str(error))
    assert result.status is Status.COMPILE_ERROR
    assert b"root:" not in result.stderr


def test_a_compiler_bomb_ends(box):
    bomb = "template <int N> struct A { A<N + 1> a; A<N + 2> b; static const int x = A<N + 1>::x; };\n"
    bomb += "int main() { return A<0>::x; }"
    try:
        with pytest.raises(CompileError):
            box.compile(bomb, "cpp", limits=Limits(cpu_s=3, wall_s=10, memory_mb=512, tasks=64))
    except LanguageUnavailable as error:
        pytest.skip(str(error))


def test_an_unknown_language_is_named():
    with pytest.raises(ValueError, match="'cobol' is unknown"):
        languages.find("cobol")


def test_a_missing_compiler_is_said_to_be_missing(monkeypatch):
    monkeypatch.setattr(languages, "_tool", lambda name: "")
    with pytest.raises(LanguageUnavailable, match="'gcc'"):
        languages.find("c")


def test_programs_that_made_themselves_large_are_not_all_kept(box):
    try:
        sources = [f"volatile char a[30 << 20] = {{1}};\nint main(void) {{ return a[{i}]; }}" for i in range(1, 4)]
        programs = [box.compile(source, "c") for source in sources]
    except LanguageUnavailable as error:
        pytest.skip(str(error))
    assert box.compile(sources[-1], "c") is programs[-1]
    assert box.compile(sources[0], "c") is not programs[0]
    assert box.run(programs[0], limits=Limits(disk_mb=1)).ok  # its own text is not what it wrote
