"""Every durable write goes through `core/files.py`."""

import ast

from tests.house.sources import Source, calls, sources

WRITERS = (
    "np.save",
    "np.savez",
    "np.savez_compressed",
    "np.savetxt",
    ".write_text",
    ".write_bytes",
    ".to_csv",
    ".to_parquet",
    ".to_json",
    ".tofile",
    ".save_model",
    ".save_npz",
    ".write_table",
    ".write_csv",
    ".write_feather",
    "shutil.copy",
    "shutil.copyfile",
    "shutil.copytree",
    "shutil.move",
    "os.rename",
    "os.replace",
)
ALLOWED = {
    ("data/validation.py", "pq.write_table"): "into memory; the bytes go through core.files.write_bytes",
    ("snapshots/folder.py", "pq.write_table"): "into memory; the bytes go through core.files.write_bytes",
    ("data/readers.py", "pq.write_table"): "into memory; the bytes go through core.files.write_bytes",
    ("data/readers.py", "pyarrow.csv.write_csv"): "into memory; the bytes go through core.files.write_bytes",
}
"""(file, call): why it is no write of its own. An entry that is no longer needed fails the test."""


def opened_for_writing(node: ast.Call, name: str) -> bool:
    """Return whether a call is `open(..., "w")` or `path.open("wb")` in any writing mode."""
    if name != "open" and not name.endswith(".open"):
        return False
    given = [*node.args, *[k.value for k in node.keywords if k.arg == "mode"]]
    modes = [a.value for a in given if isinstance(a, ast.Constant) and isinstance(a.value, str)]
    return any(set(mode) <= set("rwaxbt+") and set(mode) & set("wax+") for mode in modes)


def writes(source: Source):
    """Yield (node, call) of everything in a file that writes to disk by itself."""
    for node, name in calls(source):
        if opened_for_writing(node, name) or name.endswith(WRITERS):
            yield node, name


def test_everything_durable_goes_through_core_files():
    found = {(s.place, name): s.at(node) for s in sources() if s.room != "core" for node, name in writes(s)}
    assert {where: name for (place, name), where in found.items() if (place, name) not in ALLOWED} == {}
    assert sorted(set(ALLOWED) - set(found)) == [], "allowed, but no longer there"


def test_the_walk_sees_every_form_of_writing():
    text = 'open(p, "w")\np.open("ab")\nopen(p, mode="r+")\np.write_text("x")\nnp.save(p, a)\nopen(p)\np.open("rb")\n'
    made = Source(sources()[0].path, "tamis.x", text, ast.parse(text))
    assert [node.lineno for node, _ in writes(made)] == [1, 2, 3, 4, 5]
