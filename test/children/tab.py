"""python3 tab.py SCRIPT LINE: what an interactive bash that has read SCRIPT makes of LINE and the TAB key."""

import os
import pty
import select
import sys

PROMPT = b"ready> "


def read_until(terminal: int, wanted: bytes) -> bytes:
    said = b""
    while wanted not in said:
        if not select.select([terminal], [], [], 20)[0]:
            sys.exit(f"expected {wanted!r} but bash said {said!r}")
        said += os.read(terminal, 4096)
    return said


def main(script: str, line: str) -> None:
    child, terminal = pty.fork()
    if child == 0:
        environment = {**os.environ, "PS1": PROMPT.decode(), "TERM": "dumb"}
        os.execvpe("bash", ["bash", "--norc", "--noprofile", "-i"], environment)
    read_until(terminal, PROMPT)
    os.write(terminal, f"source '{script}'; bind 'set bell-style none'\n".encode())
    read_until(terminal, PROMPT)
    # The end is typed once bash has completed: it answers keys in order.
    os.write(terminal, f"{line}\t|end".encode())
    print(read_until(terminal, b"|end").decode().removesuffix("|end"))
    os.close(terminal)


main(*sys.argv[1:])
