"""Exports the published networks of LPIPS and FID as a metrics bundle: a folder for --metrics-bundle.

    python -m models.export.metrics -o DIR [--roles lpips_alex,lpips_vgg,lpips_squeeze,fid_inception] [--weights-from DIR]

Weight files are looked for in --weights-from, then in PyTorch's own cache, and fetched where they are in neither.
"""

import argparse
from importlib.metadata import version
from pathlib import Path

from .failure import ExportError, run_or_explain

ROLES = ("lpips_alex", "lpips_vgg", "lpips_squeeze", "fid_inception")


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m models.export.metrics", description=__doc__.splitlines()[0])
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the bundle to write; one of metrics there is replaced")
    parser.add_argument("--roles", default=",".join(ROLES), metavar="NAMES", help="which networks, separated by commas; default all four")
    parser.add_argument("--weights-from", type=Path, metavar="DIR", help="a folder with the weight files")
    return parser.parse_args()


def main() -> None:
    options = parse()
    roles = list(dict.fromkeys(options.roles.split(",")))
    if unknown := [role for role in roles if role not in ROLES]:
        raise ExportError(f"metric networks among {', '.join(ROLES)}", f"received {', '.join(unknown)}", "Choose of these.")
    # After the arguments are read: --help need not wait for PyTorch.
    export(roles, options.output, options.weights_from)
    print(options.output)


def export(roles: list[str], target: Path, weights_from: Path | None) -> None:
    """Makes or replaces the metrics bundle `target`."""
    from . import folder as bundle, metric_networks, metric_weights

    files = metric_weights.find_weights(roles, weights_from)
    with bundle.replacing(target, bundle.METRICS) as folder:
        entries = {}
        for role in roles:
            module = metric_networks.network(role, files[role])
            shown = [metric_networks.example(role, *size) for size in ((2, 64), (3, 97))]
            signature = metric_networks.signature(role, module)
            entry = bundle.write_role(folder, role, module, signature, traced_with=shown[0], checked_with=shown[1])
            entries[role] = {**entry, "sources": metric_weights.describe(role, files[role])}
        packages = {name: version(name) for name in ("torch", "torchvision", "lpips", "pytorch-fid")}
        bundle.write(folder, {"format": bundle.FORMAT, "version": 1, "kind": bundle.METRICS, "roles": entries, "source": packages})


if __name__ == "__main__":
    run_or_explain(main)
