"""Makes all fixtures that Python's peers are the source of, the same bytes each time on the same machine.

    python -m test.peer.make        from the repository's root
"""

import shutil
import subprocess
import sys
from pathlib import Path

from models.export.bundle import export
from models.export.checkpoint import Checkpoint, quiet
from models.export.failure import say
from models.export.outputs import Reference

from . import tiny

FIXTURES = Path("test/fixtures")
CHECKPOINT = Path("build/peer/tiny")
# Modules of this package that write fixtures of their own, each in a process of its own: what PyTorch calls the classes of a trace
# depends on all that was traced before in the process.
MAKERS = ("safetensors_file", "tokenizer", "samplers", "learning", "pez", "metrics", "align")


def make_tiny() -> None:
    """The tiny checkpoint in build/, and in test/fixtures its bundle and its reference."""
    shutil.rmtree(CHECKPOINT, ignore_errors=True)
    tiny.write(CHECKPOINT)
    checkpoint = Checkpoint(str(CHECKPOINT))
    export(checkpoint, FIXTURES / "tiny", "tiny", "float32", (7.5, 1.5), 12)
    Reference(checkpoint, seed=0, size=None).write(FIXTURES / "tiny-reference.safetensors", steps=4)


def main() -> None:
    quiet()
    say("making the tiny checkpoint, its bundle and its reference")
    make_tiny()
    for name in MAKERS:
        say(f"making the fixtures of test/peer/{name}.py")
        subprocess.run([sys.executable, "-m", f"test.peer.{name}"], check=True)


if __name__ == "__main__":
    main()
