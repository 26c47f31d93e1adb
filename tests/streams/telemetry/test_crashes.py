"""What a crash says."""

import subprocess
import sys


def test_a_crash_names_the_place_and_not_the_text() -> None:
    """The class and the line of an unforeseen error are printed; its message, which may hold text, is not."""
    program = "from streams.telemetry.crashes import hide_messages; hide_messages()\nint('Jane Roe')"
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert (ended.stdout, ended.stderr) == ("", "phistream: failed unexpectedly (ValueError at <string>:2)\n")


def test_a_crash_of_a_thread_prints_no_message() -> None:
    """A thread that fails is told of like the process, and not by Python's own hook."""
    program = (
        "import threading\nfrom streams.telemetry.crashes import hide_messages; hide_messages()\n"
        "thread = threading.Thread(target=int, args=('Jane Roe',)); thread.start(); thread.join()"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert ended.stderr.startswith("phistream: failed unexpectedly (ValueError at threading.py:")
    assert "Jane Roe" not in ended.stderr


def test_a_library_that_logs_an_exception_shows_its_class_alone() -> None:
    """Neither the sentence of a library's log line nor the message of its exception reaches the log."""
    program = (
        "import logging\nfrom streams.telemetry.logs import configure; configure()\n"
        "try:\n    int('Jane Roe')\nexcept ValueError:\n    logging.getLogger('client').exception('about Jane Roe')"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)

    assert ended.stderr == "ERROR client: a client reported ValueError\n"


def _run_command(body: str) -> "subprocess.CompletedProcess[str]":
    """Run a command of these tests' own, whose body is one line, as the command line runs each of its."""
    program = (
        f"import sys\nfrom streams import cli\n@cli.app.command()\ndef crash() -> None:\n    {body}\n"
        "sys.argv = ['phistream', 'crash']\ncli.main()\n"
    )
    return subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)


def test_a_file_that_cannot_be_used_is_named() -> None:
    """What the system says of a path is told in one line: it holds no text of an event."""
    ended = _run_command("open('/dev/null/file')")

    assert (ended.returncode, ended.stderr) == (78, "phistream: Not a directory (path=/dev/null/file)\n")


def test_a_crash_of_a_command_prints_no_message() -> None:
    """The command line keeps to this, whatever hook its framework would put in place of ours."""
    ended = _run_command("int('Jane Roe')")

    assert ended.returncode == 1
    assert (ended.stdout, ended.stderr) == ("", "phistream: failed unexpectedly (ValueError at <string>:5)\n")
