"""The weight files of the published metric networks (published-weights.json): where they lie, or are fetched from."""

import importlib.util
import json
from dataclasses import dataclass
from pathlib import Path

import torch

from .failure import ExportError, first_line, say
from .folder import sha256

_TABLE = json.loads(Path(__file__).with_name("published-weights.json").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Published:
    file: str
    sha256: str
    url: str | None = None  # None: comes with a Python package, whose folder `file` begins with


PUBLISHED = {role: [Published(**entry) for entry in entries] for role, entries in _TABLE.items() if role != "about"}


def find_weights(roles: list[str], folder: Path | None) -> dict[str, list[Path]]:
    """The files of each role, in the table's order: of `folder`, else of PyTorch's own cache, else fetched into that."""
    if folder and not folder.is_dir():
        raise ExportError(f"a folder with weight files at {folder}", "there is none", "Check --weights-from.")
    cache = Path(torch.hub.get_dir(), "checkpoints")
    places = [place for place in (folder, cache) if place]
    wanted = {each.file: each for role in roles for each in PUBLISHED[role]}
    found = {file: _of_package(each) if each.url is None else _within(places, file) for file, each in wanted.items()}
    missing = [wanted[file] for file, path in found.items() if path is None]
    for index, each in enumerate(missing):
        found[each.file] = _fetch(each, cache, missing[index:], places)
    return {role: [found[each.file] for each in PUBLISHED[role]] for role in roles}


def describe(role: str, paths: list[Path]) -> list[dict[str, str]]:
    """What bundle.json says of a role's files; says so here, too, where they are not the published ones."""
    sources = []
    for published, path in zip(PUBLISHED[role], paths, strict=True):
        digest = sha256(path)
        if digest != published.sha256:
            say(f"{path} is not the published {published.file}: scores by {role} will stay blank")
        sources.append({"file": published.file, "sha256": digest})
    return sources


def load(path: Path) -> dict[str, torch.Tensor]:
    """A state dict."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # PyTorch raises many kinds for a file that is damaged or something else
        raise ExportError(f"PyTorch weights in {path}", first_line(error), "Fetch it again.") from error


def _within(places: list[Path], file: str) -> Path | None:
    return next((place / file for place in places if (place / file).is_file()), None)


def _of_package(weights: Published) -> Path:
    package, _, rest = weights.file.partition("/")
    spec = importlib.util.find_spec(package)
    if spec is None:
        raise ModuleNotFoundError(f"No module named '{package}'")
    return Path(spec.submodule_search_locations[0], rest)


def _fetch(weights: Published, cache: Path, missing: list[Published], places: list[Path]) -> Path:
    say(f"fetching {weights.url}")
    path = cache / weights.file
    try:
        cache.mkdir(parents=True, exist_ok=True)
        torch.hub.download_url_to_file(weights.url, str(path), hash_prefix=weights.sha256, progress=False)
    except (OSError, RuntimeError) as error:  # no network, no such page, no room; another sum
        raise ExportError(
            "the weight files " + ", ".join(f"{each.file} (published at {each.url})" for each in missing),
            f"they are not in {' or '.join(str(place) for place in places)}, and {weights.file} cannot be fetched: {first_line(error)}",
            "Bring them from a machine with the network, and pass their folder as --weights-from.",
        ) from error
    return path
