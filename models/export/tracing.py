"""From an eager module to a TorchScript file that any device, floating type and size can run."""

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import torch
from torch.overrides import TorchFunctionMode

from .timestep import traceable_timesteps

_CASTS = {torch.Tensor.float: torch.float32, torch.Tensor.double: torch.float64, torch.Tensor.half: torch.float16}


class DropCasts(TorchFunctionMode):
    """Leaves out every cast that changes nothing: a trace would bake its type and its device."""

    def __torch_function__(self, function, types, args=(), kwargs=None):
        kwargs = kwargs or {}
        if _changes_nothing(function, args, kwargs):
            return args[0]
        return function(*args, **kwargs)


def _changes_nothing(function, args: tuple, kwargs: dict) -> bool:
    if function in _CASTS:
        return args[0].dtype == _CASTS[function]
    if function is torch.Tensor.type:
        return args[1:] == (args[0].dtype,)
    if function is not torch.Tensor.to or kwargs.get("copy"):
        return False
    device, dtype, _, layout = torch._C._nn._parse_to(*args[1:], **kwargs)
    return dtype in (None, args[0].dtype) and device in (None, args[0].device) and layout is None


def trace(module: torch.nn.Module, inputs: tuple[torch.Tensor, ...]) -> torch.jit.ScriptModule:
    """A plain trace, in evaluation mode. That nothing was baked is graph_check's and verify's to say."""
    with warnings.catch_warnings(), torch.no_grad(), traceable_timesteps(module), DropCasts():
        # The tracer warns of every size that Python reads; whether one was baked is checked on the result.
        warnings.simplefilter("ignore")
        return torch.jit.trace(module, inputs, check_trace=False, _store_inputs=False)


def save(module: torch.jit.ScriptModule, path: Path, dtype: torch.dtype, compressed: bool) -> None:
    """Writes the module with its floating weights in `dtype`, and without debug records: these name folders of this machine."""
    whole = path.with_suffix(".whole")
    with warnings.catch_warnings(), _stored_as(module, dtype):
        warnings.simplefilter("ignore", DeprecationWarning)
        torch.jit.save(module, str(whole))
    _copy_without_debug(whole, path, zipfile.ZIP_DEFLATED if compressed else zipfile.ZIP_STORED)
    whole.unlink()


def _copy_without_debug(source: Path, target: Path, compression: int) -> None:
    with zipfile.ZipFile(source) as whole, zipfile.ZipFile(target, "w") as kept:
        for name in whole.namelist():
            # The id is a sum of all records, those of debugging too.
            if not name.endswith((".debug_pkl", "/serialization_id")):
                # Of no date: the same weights are the same file.
                kept.writestr(zipfile.ZipInfo(name), whole.read(name), compression)


@contextmanager
def _stored_as(module: torch.jit.ScriptModule, dtype: torch.dtype) -> Iterator[None]:
    """The weights are shared with the eager module, perhaps with another role's: they come back as they were."""
    floating = [tensor for tensor in (*module.parameters(), *module.buffers()) if tensor.is_floating_point()]
    originals = [tensor.data for tensor in floating]
    for tensor in floating:
        tensor.data = tensor.data.to(dtype)
    try:
        yield
    finally:
        for tensor, original in zip(floating, originals):
            tensor.data = original
