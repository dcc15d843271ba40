"""The verbs, each imported when it is called, so that `tamis --help` is instant."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

app = typer.Typer(
    name="tamis",
    help="Turn your tables into a discovery system. First steps: tamis new shop, then tamis check shop.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

File = Annotated[Path, typer.Argument(help="The system file, such as shop.py.", show_default=False)]
System = Annotated[
    str | None, typer.Option("--system", help="Which system of the file; needed where it declares several.")
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON for a program to read.")]
At = Annotated[
    str | None, typer.Option("--at", help="Answer as of this moment (ISO 8601); default: the end of the data.")
]


@app.command(epilog="Example: tamis new shop")
def new(
    name: Annotated[str, typer.Argument(help="Name of the system: a folder of this name is made.", show_default=False)],
) -> None:
    """Write a commented system file and say where to put the tables."""
    from tamis.cli.new import run

    run(name)


@app.command(epilog="Example: tamis check shop/shop.py")
def check(file: File, system: System = None, json: Json = False) -> None:
    """Check the declaration and the data; exit code 1 where there are problems."""
    from tamis.cli.check import run

    run(file, system, json)


@app.command(epilog="Example: tamis build reviews.py")
def build(
    file: File,
    into: Annotated[
        Path | None, typer.Option("--into", help="The folder to write to; default: the file's own.")
    ] = None,
    format: Annotated[Literal["parquet", "csv"], typer.Option("--format", help="Of the tables written.")] = "parquet",
    json: Json = False,
) -> None:
    """Run the data step that a file declares: clean tables under names that say when."""
    from tamis.cli.build import run

    run(file, into, format, json)


@app.command(epilog="Example: tamis train shop/shop.py")
def train(file: File, system: System = None, json: Json = False) -> None:
    """Train on all data and keep the result beside the file."""
    from tamis.cli.train import run

    run(file, system, json)


@app.command(epilog="Example: tamis evaluate shop/shop.py --folds 3 --report report.html")
def evaluate(
    file: File,
    system: System = None,
    json: Json = False,
    report: Annotated[Path | None, typer.Option("--report", help="Write an HTML report here.")] = None,
    folds: Annotated[
        int | None, typer.Option("--folds", min=1, help="Test stretches, each trained anew; default 1.")
    ] = None,
    share: Annotated[
        float, typer.Option("--share", min=0.05, max=0.99, help="Share of events before the test.")
    ] = 0.85,
    k: Annotated[int | None, typer.Option("--k", min=1, help="Places of the page that count; default 10.")] = None,
) -> None:
    """Train on the past, test on what came after, beside trivial baselines; say where quality is lost."""
    from tamis.cli.evaluate import run

    run(file, system, json, report, folds, share, k)


@app.command(epilog="Example: tamis recommend shop/shop.py --user 17")
def recommend(
    file: File,
    user: Annotated[str | None, typer.Option("--user", help="Whose page.", show_default=False)] = None,
    new: Annotated[bool, typer.Option("--new", help="The page of a person never seen before.")] = False,
    item: Annotated[str | None, typer.Option("--item", help="Start from this item: what is similar to it.")] = None,
    show: Annotated[
        int | None, typer.Option("--show", min=1, help="Length of the page; default: the system's.")
    ] = None,
    at: At = None,
    system: System = None,
    json: Json = False,
) -> None:
    """Print a page with the reason for every item."""
    from tamis.cli.recommend import run

    run(file, user, new, item, show, at, system, json)


@app.command(epilog="Example: tamis explain shop/shop.py --user 17 --item 2571")
def explain(
    file: File,
    user: Annotated[str, typer.Option("--user", help="Whose page.", show_default=False)],
    item: Annotated[str, typer.Option("--item", help="Which item.", show_default=False)],
    at: At = None,
    system: System = None,
    json: Json = False,
) -> None:
    """Say why an item is on a person's page, or at which stage it was lost."""
    from tamis.cli.explain import run

    run(file, user, item, at, system, json)


@app.callback(invoke_without_command=True)
def top(version: Annotated[bool, typer.Option("--version", help="Print the version and leave.")] = False) -> None:
    """Turn your tables into a discovery system: new, check, build, train, evaluate, recommend, explain."""
    if version:
        import tamis

        typer.echo(f"tamis {tamis.__version__}")
        raise typer.Exit
