"""A bundle's folder: bundle.json, TorchScript files of its roles, and whatever else belongs to its kind."""

import hashlib
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch

from .failure import ExportError, first_line, say
from .graph_check import check_graph
from .roles import Signature, Tensors
from .tracing import save, trace
from .verify import verify

FORMAT = "silverpoint-bundle"
DRAWING, METRICS = "instruct-pix2pix", "metrics"  # kinds


def write_role(
    folder: Path, role: str, module: torch.nn.Module, signature: Signature, traced_with: Tensors, checked_with: Tensors,
    dtype: torch.dtype = torch.float32, compressed: bool = False,
) -> dict[str, Any]:
    """Traces a module, checks the trace on inputs of another size and writes it. Returns what bundle.json says of it."""
    say(f"tracing {role}")
    module.eval()
    traced = trace(module, traced_with)
    check_graph(role, traced)
    verify(role, module, traced, checked_with)
    path = folder / f"{role}.pt"
    try:
        save(traced, path, dtype, compressed)
    except (RuntimeError, OSError) as error:  # PyTorch's and Python's for a full disk
        raise _unwritable(path, error) from error
    return {**file_entry(path), "format": "torchscript", "inputs": list(signature.inputs), "outputs": list(signature.outputs)}


def file_entry(path: Path) -> dict[str, Any]:
    return {"file": path.name, "sha256": sha256(path), "bytes": path.stat().st_size}


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write(folder: Path, manifest: dict[str, Any]) -> None:
    (folder / "bundle.json").write_text(json.dumps(manifest, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


@contextmanager
def replacing(target: Path, kind: str) -> Iterator[Path]:
    """A folder beside `target` that takes its place when all went well, and is gone when not. Only a bundle of `kind` is replaced."""
    if target.exists() and _kind(target) != kind:
        raise ExportError(f"a new folder or a bundle of kind {kind} to replace at {target}", "something else is there", "Choose another with -o.")
    target = target.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{target.name}-", dir=target.parent) as beside:
            fresh = Path(beside, "new")
            fresh.mkdir()
            yield fresh
            if target.exists():
                target.rename(Path(beside, "old"))
            fresh.rename(target)
    except OSError as error:
        raise _unwritable(target, error) from error


def _kind(folder: Path) -> str | None:
    """None for a folder that is no bundle."""
    try:
        manifest = json.loads((folder / "bundle.json").read_text(encoding="utf-8"))
        return manifest["kind"] if manifest["format"] == FORMAT else None
    except (OSError, ValueError, TypeError, KeyError):
        return None


def _unwritable(path: Path, error: Exception) -> ExportError:
    return ExportError(f"to write {path}", first_line(error), "Free some space, or choose another folder with -o.")
