"""Reads a traced graph for whatever would tie the module to one device, one floating type or one build of PyTorch."""

from collections.abc import Iterator

import torch

from .failure import ExportError

# What a plain trace is made of beside aten's operators: attributes, lists, tuples and sizes.
_PLUMBING = {
    "prim::Constant", "prim::GetAttr", "prim::ListConstruct", "prim::ListUnpack", "prim::TupleConstruct", "prim::TupleUnpack",
    "prim::NumToTensor",
}


def check_graph(role: str, module: torch.jit.ScriptModule) -> None:
    """Raises an ExportError that names the offending nodes."""
    found = [f"{node.kind()} ({reason})" for node in _nodes(module.inlined_graph) for reason in _faults(node)]
    if found:
        names = ", ".join(dict.fromkeys(found))
        raise ExportError(
            f"the traced {role} to hold aten operators only, with no casts and no device or type of its own",
            f"its graph has {names}",
            "The checkpoint's model does something this exporter does not know: report it with the model's class and versions.",
        )


def _nodes(graph) -> Iterator[torch._C.Node]:
    for node in graph.nodes():
        yield node
        for block in node.blocks():
            yield from _nodes(block)


def _faults(node: torch._C.Node) -> Iterator[str]:
    kind = node.kind()
    if kind == "aten::to":
        yield "a cast"
    if not kind.startswith("aten::") and kind not in _PLUMBING:
        yield "not aten"
    if kind == "prim::Constant":
        yield from _constant_faults(node)
    elif kind.startswith("aten::") and _baked_type(node):
        yield "a baked dtype"


def _constant_faults(node: torch._C.Node) -> Iterator[str]:
    if node.output().type().kind() == "DeviceObjType":
        yield f"the device {node.output().toIValue()}"
    # Single numbers are harmless: on any device they are read as numbers.
    if node.hasAttribute("value") and node.kindOf("value") == "t" and node.t("value").dim() > 0:
        yield f"a tensor of shape {list(node.t('value').shape)}"


def _baked_type(node: torch._C.Node) -> bool:
    arguments = torch._C.parse_schema(node.schema()).arguments
    given = {argument.name: value for argument, value in zip(arguments, node.inputs())}
    return "dtype" in given and given["dtype"].toIValue() is not None
