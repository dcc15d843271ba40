"""The command line: one file per verb. Errors are one line and exit code 2; nobody sees a traceback."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run `tamis`.

    Exit codes: 0 all went well; 1 a check found problems, or a fault of Tamis itself; 2 something the user can mend;
    130 interrupted.
    """
    # Idle threads of the tree library would spin: on a shared machine that multiplies its time.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from tamis.cli.app import app
    from tamis.core.errors import TamisError

    try:
        app(standalone_mode=False, prog_name="tamis")
    except TamisError as error:
        _leave(2, f"tamis: {error}")
    except KeyboardInterrupt:
        _leave(130, "tamis: interrupted; nothing was half written")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        _leave(0, "")
    except Exception as error:
        _usage_or_fault(error)


def _usage_or_fault(error: Exception) -> None:
    import typer

    if isinstance(error, typer.Exit):
        sys.exit(error.exit_code)
    if isinstance(error, typer.Abort):
        _leave(130, "tamis: interrupted; nothing was half written")
    if hasattr(error, "format_message"):
        context = getattr(error, "ctx", None)
        usage = f" Next: {context.command_path} --help." if context else " Next: tamis --help."
        _leave(2, f"tamis: {str(error.format_message()).rstrip('.')}.{usage}")
    if os.environ.get("TAMIS_DEBUG"):
        raise error
    told = " ".join(str(error).split())[:300]
    _leave(
        1, f"tamis: a fault of Tamis: {type(error).__name__}: {told}. Next: run again with TAMIS_DEBUG=1 and report it."
    )


def _leave(code: int, line: str) -> None:
    if line:
        print(line, file=sys.stderr)
    sys.exit(code)
