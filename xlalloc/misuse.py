"""Commands that fail: one line, in the reader's language, that says what to do."""

import errno
import os
import sys
from itertools import pairwise
from pathlib import Path

import click

from xlalloc.errors import AllocError
from xlalloc.messages import LANGUAGES, language, reader, say, speaking
from xlalloc.terminal import Command, Context, tell

REMEDIES = {
    FileNotFoundError: "there is no such file or folder.",
    PermissionError: "no permission. Close the file or choose another folder.",
    FileExistsError: "a file; a folder is needed here.",
    NotADirectoryError: "a file; a folder is needed here.",
    IsADirectoryError: "a folder; a file is needed here.",
}


BY_NUMBER = {
    errno.ENOSPC: "the disk is full. Make room, or choose another folder.",
    errno.EROFS: "it can only be read. Choose another folder.",
    errno.ENAMETOOLONG: "the name is too long. Choose a shorter one.",
}


class Misuse(click.UsageError):
    """A command that cannot be understood, in the reader's language throughout."""

    def show(self, file=None):
        if self.ctx is not None:
            click.echo(self.ctx.get_usage(), err=True)
            tell(f"Try '{self.ctx.command_path} --help' for help.", err=True)
            click.echo(err=True)
        click.echo(say("Error: ") + self.format_message(), err=True)


def _misused(error: click.UsageError) -> click.UsageError:
    """What click says of its own, in words of ours that have their translation."""
    context, kind = error.ctx, getattr(getattr(error, "param", None), "type", None)
    what = error.param.get_error_hint(context) if isinstance(error, click.BadParameter) and error.param else ""
    what, value = (
        what.replace("'", ""),
        error.message.partition("'")[2].partition("'")[0] or error.message.partition(" ")[0],
    )
    if isinstance(error, click.NoSuchOption):
        near = f" Did you mean {', '.join(error.possibilities)}?" if error.possibilities else ""
        found = click.UsageError(f"There is no option {error.option_name}.{near}")
    elif isinstance(error, click.MissingParameter):
        found = click.UsageError(f"{what} is missing. Give it after the command.")
    elif isinstance(error, click.BadParameter) and isinstance(kind, click.Choice):
        found = click.UsageError(f"{what}: {value} is not known. Known: {', '.join(kind.choices)}.")
    elif isinstance(error, click.BadParameter):
        found = click.UsageError(f"{what}: {value} cannot be used here. Look at the help of the command.")
    elif isinstance(error, click.BadOptionUsage):
        found = click.UsageError(f"{error.option_name} needs a value after it.")
    elif context and isinstance(context.command, click.Group) and error.message.startswith("No such command"):
        known = ", ".join(context.command.list_commands(context))
        found = click.UsageError(f"There is no command {value}. Known: {known}.")
    elif error.message.startswith("Got unexpected extra argument"):
        more = error.message.partition("(")[2].partition("(")[2] or error.message.partition("(")[2]
        found = click.UsageError(f"Too much was given: {more.rstrip(').')}. Put what holds spaces in quotes.")
    else:
        found = error
    return Misuse(say(found.message), context)


class OneLineErrors(click.Group):
    """Every failure is one line that says what to do, never a traceback; all is said in the reader's language.

    That is the one of --lang, else of XLALLOC_LANG, else of the system.
    """

    command_class = Command
    context_class = Context

    def main(self, args=None, *given, **named):
        words = list(sys.argv[1:] if args is None else args)
        asked = [b for a, b in pairwise(words) if a == "--lang"] + [w[7:] for w in words if w.startswith("--lang=")]
        with speaking(next((lang for lang in asked if lang in LANGUAGES), None) or reader()):
            return super().main(args, *given, **named)

    def make_context(self, *given, **named):
        try:
            return super().make_context(*given, **named)
        except click.UsageError as error:
            raise _misused(error) from None

    def invoke(self, ctx):
        try:
            return super().invoke(ctx)
        except BrokenPipeError:  # whoever read it has gone: click ends the program without a word
            raise
        except click.UsageError as error:
            raise _misused(error) from None
        except KeyboardInterrupt:
            tell("Stopped.", err=True)
        except AllocError as error:
            click.echo(f"xlalloc: {error}", err=True)
        except OSError as error:
            click.echo(f"xlalloc: {_sentence(error)}", err=True)
        return ctx.exit(2)


def _sentence(error: OSError) -> str:
    """Which file it is, as the user named it, and what to do."""
    found = REMEDIES.get(type(error)) or BY_NUMBER.get(error.errno or 0)
    words = say(found or (f"{error.strerror}." if error.strerror else str(error)))
    if not error.filename:
        return words
    where = str(error.filename)  # files are written beside their place, then moved; a folder is locked by one in it
    where = where.removesuffix(".part").removesuffix(os.sep + ".xlalloc-lock")
    if isinstance(error, NotADirectoryError):
        where = next((str(parent) for parent in Path(where).parents if parent.is_file()), where)
    return f"{where}{'：' if language() == 'zh' else ': '}{words}"
