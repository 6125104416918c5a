"""Runs the stages of one `dvc repro` as forks of a process that has the heavy packages loaded.

    keeper -> fork server -> DVC -> `convoy stage`, which asks the server and waits
                          -> the stage itself

TensorFlow and TFX take longer to load than a small task's stages take to run. The server loads
them when the first stage that needs them asks. It loads nothing of convoy's that stages run, so
each runs the code that is there when it begins.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from select import select

from pipelines.processes import SIGNALLED, shell_code

ADDRESS = "CONVOY_FORK_SERVER"
"""The environment variable that names the server's socket."""
PACKAGES = ("tensorflow", "tfx.components", "tfx.orchestration.local.local_dag_runner", "mlflow")
OUTPUTS = (1, 2)
PAUSE = 0.05
LONGEST = 65_536
"""Bytes of a command's arguments."""


def served(program: Sequence[str]) -> list[str]:
    """The command that runs a program beside a fork server and ends with its exit code."""
    return [sys.executable, "-m", "pipelines.forkserver", *program]


def ask(arguments: Sequence[str]) -> int | None:
    """Has the fork server run a command of convoy's, to print where this process does.

    Args:
        arguments: What follows `convoy` on the command line.

    Returns:
        Its exit code, 128 and its number when a signal ended it; None when no server was started.
    """
    address = os.environ.get(ADDRESS)
    if address is None:
        return None
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as connection:
        connection.connect(address)
        socket.send_fds(connection, [json.dumps(list(arguments)).encode()], OUTPUTS)
        answer = connection.recv(LONGEST)
    return int(answer) if answer else SIGNALLED + signal.SIGKILL  # the server has gone


class ForkServer:
    """Forks this process for every command that is asked for, while a program runs."""

    def __init__(self) -> None:
        # relative, as the path of a socket has at most 107 bytes; it goes with TMPDIR
        self._address = os.path.relpath(Path(tempfile.mkdtemp()) / "socket")
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._listener.bind(self._address)
        self._listener.listen()
        self._waiting: dict[int, socket.socket] = {}

    def run(self, program: Sequence[str]) -> int | list[str]:
        """Runs a program and forks.

        Returns:
            In this process the program's exit code, at its end; in a fork, at once, the
            arguments of the command that it is to run.
        """
        environment = {**os.environ, ADDRESS: self._address}
        process = subprocess.Popen(program, env=environment, stdin=subprocess.DEVNULL)
        while (code := process.poll()) is None:
            asked, _, _ = select([self._listener, *self._waiting.values()], [], [], PAUSE)
            if self._listener in asked:
                arguments = self._fork()
                if arguments is not None:
                    return arguments
            self._end([each for each in asked if each is not self._listener])
            self._answer()
        return shell_code(code)

    def _fork(self) -> list[str] | None:
        """The arguments of a command, in the fork that is to run it; None in this process."""
        connection, _ = self._listener.accept()
        said, outputs, _, _ = socket.recv_fds(connection, LONGEST, len(OUTPUTS))
        for package in PACKAGES:
            import_module(package)
        if number := os.fork():
            self._waiting[number] = connection
            _close(outputs)
            return None
        for given, own in zip(outputs, OUTPUTS, strict=True):
            os.dup2(given, own)
        _close(outputs)
        for each in (self._listener, connection, *self._waiting.values()):
            each.close()
        arguments: list[str] = json.loads(said)
        return arguments

    def _end(self, gone: Sequence[socket.socket]) -> None:
        """Ends the forks that nobody waits for any more: who waits says nothing but farewell."""
        for number, connection in self._waiting.items():
            if connection in gone:
                os.kill(number, signal.SIGTERM)

    def _answer(self) -> None:
        """Tells those who wait for a fork that has ended."""
        for number in [*self._waiting]:
            ended, status = os.waitpid(number, os.WNOHANG)
            if ended:
                code = os.waitstatus_to_exitcode(status)
                with self._waiting.pop(number) as connection, suppress(BrokenPipeError):
                    connection.send(str(shell_code(code)).encode())


def _close(descriptors: Sequence[int]) -> None:
    for each in descriptors:
        os.close(each)


def main(program: Sequence[str]) -> None:
    """Serves while a program runs, and ends as it does; a fork runs its command and ends."""
    from pipelines.garbage import spare_libraries
    from pipelines.quiet import silence_libraries

    silence_libraries()
    spare_libraries()
    came_of_it = ForkServer().run(program)
    if isinstance(came_of_it, int):
        sys.exit(came_of_it)
    from pipelines import cli

    sys.argv = ["convoy", *came_of_it]
    cli.main()


if __name__ == "__main__":
    main(sys.argv[1:])
