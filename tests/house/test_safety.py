"""Nothing that runs code from data, no printing from inside, no wall clock, no global randomness."""

import ast

from tests.house.sources import Source, calls, dotted, sources

RUNS_CODE = {"pickle", "cPickle", "_pickle", "joblib", "dill", "cloudpickle", "marshal", "shelve"}
RUNS_CODE_CALLS = {"eval", "exec", "torch.load", "np.load_pickle"}
WALL_CLOCK = ("time.time", "time.time_ns", "datetime.now", "datetime.utcnow", "datetime.today", "date.today")
GENERATOR_TYPES = {"Generator", "SeedSequence", "BitGenerator", "PCG64", "Philox"}


def imports(source: Source):
    """Yield (node, top-level module) of every import of a file."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node, node.module.split(".")[0]


def test_nothing_can_run_code_from_a_file():
    wrong = [f"{s.at(n)}: import {name}" for s in sources() for n, name in imports(s) if name in RUNS_CODE]
    for source in sources():
        for node, name in calls(source):
            if name in RUNS_CODE_CALLS or name.endswith((".read_pickle", ".to_pickle")):
                wrong.append(f"{source.at(node)}: {name}")
            given = [k.value for k in node.keywords if k.arg == "allow_pickle"]
            allowed = [v for v in given if not (isinstance(v, ast.Constant) and v.value is False)]
            wrong += [f"{source.at(v)}: allow_pickle" for v in allowed]
    assert wrong == []


def test_only_the_command_line_prints():
    inside = [s for s in sources() if s.room != "cli"]
    wrong = [f"{s.at(n)}: print" for s in inside for n, name in calls(s) if name == "print"]
    wrong += [
        f"{s.at(n)}: {name}" for s in inside for n, name in calls(s) if name.startswith(("sys.stdout", "sys.stderr"))
    ]
    assert wrong == []


def test_only_the_clock_reads_the_wall():
    inside = [s for s in sources() if s.room != "cli" and s.place != "core/clock.py"]
    wrong = [f"{s.at(n)}: {name}" for s in inside for n, name in calls(s) if name.endswith(WALL_CLOCK)]
    assert wrong == []


def test_randomness_comes_from_a_seed():
    wrong = []
    for source in sources():
        wrong += [f"{source.at(n)}: import random" for n, name in imports(source) if name in ("random", "secrets")]
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and dotted(node.value) in ("np.random", "numpy.random"):
                made_here = source.place == "core/rng.py"
                if node.attr not in GENERATOR_TYPES and not made_here:
                    wrong.append(f"{source.at(node)}: np.random.{node.attr}; use tamis.core.rng")
    assert wrong == []


def test_heavy_libraries_are_imported_on_use():
    heavy = {"scipy", "pyarrow", "pandas", "ibis", "duckdb", "lightgbm", "sklearn", "optuna", "jinja2", "torch"}
    wrong = []
    for source in sources():
        for node in source.tree.body:
            if isinstance(node, ast.Import | ast.ImportFrom):
                made = Source(source.path, source.module, source.text, ast.Module([node], []))
                wrong += [f"{source.at(n)}: {name}" for n, name in imports(made) if name in heavy]
    assert wrong == []
