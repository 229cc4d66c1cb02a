"""Two of TensorFlow's operations in ONNX: quick in ONNX Runtime, and such that OpenVINO reads them.

A handler gets tf2onnx's graph and the node that it is to replace.
"""

from typing import Any

import numpy as np

INT64 = 7  # onnx.TensorProto.INT64


def crop_as_roi_align(graph: Any, node: Any, name: str, _: list[Any]) -> None:
    """Write TensorFlow's ``crop_and_resize`` as ONNX's RoiAlign of one sample a bin.

    The samples of a crop lie on its edges and at equal steps between them, those of RoiAlign in the middle of its
    bins: a ROI that is wider by half a step on each side has bins around the samples. tf2onnx itself writes a loop of
    one box at a time, which ONNX Runtime walks slowly and OpenVINO does not read.
    """
    features, boxes, images = node.input[:3]
    height, width = graph.get_shape(features)[1:3]
    side = int(node.inputs[3].get_tensor_value()[0])
    matrix = np.zeros((4, 4), np.float32)  # from y1, x1, y2, x2 normalised to x1, y1, x2, y2 in pixels
    for axis, length in ((0, height), (1, width)):
        beyond = 0.5 * (length - 1) / (side - 1)
        near, far = 1 - axis, 3 - axis
        matrix[axis, near] = matrix[axis + 2, far] = length - 1 + beyond
        matrix[axis + 2, near] = matrix[axis, far] = -beyond
    factors = graph.make_const(f"{name}_factors", matrix).output[0]
    half = graph.make_const(f"{name}_half", np.full(1, 0.5, np.float32)).output[0]
    rois = graph.make_node("MatMul", [boxes, factors]).output[0]
    rois = graph.make_node("Add", [rois, half]).output[0]
    maps = graph.make_node("Transpose", [features], attr={"perm": [0, 3, 1, 2]}).output[0]
    numbers = graph.make_node("Cast", [images], attr={"to": INT64}).output[0]
    attributes = {
        "coordinate_transformation_mode": "half_pixel",
        "output_height": side,
        "output_width": side,
        "sampling_ratio": 1,
    }
    crops = graph.make_node("RoiAlign", [maps, rois, numbers], attr=attributes).output[0]
    shapes, dtypes = [graph.get_shape(node.output[0])], [graph.get_dtype(node.output[0])]
    graph.remove_node(name)
    graph.make_node(
        "Transpose",
        [crops],
        attr={"perm": [0, 2, 3, 1]},
        name=name,
        outputs=node.output,
        shapes=shapes,
        dtypes=dtypes,
    )


def stitch_by_gather(graph: Any, node: Any, name: str, _: list[Any]) -> None:
    """Write TensorFlow's ``dynamic_stitch`` of rows, each once, as one Gather; tf2onnx scatters single numbers."""
    half = len(node.input) // 2
    axis = {"axis": 0}
    places = graph.make_node("Concat", node.input[:half], attr=axis).output[0]
    places = graph.make_node("Cast", [places], attr={"to": INT64}).output[0]
    rows = graph.make_node("Concat", node.input[half:], attr=axis).output[0]
    count = graph.make_node("Shape", [places]).output[0]
    zero = graph.make_const(f"{name}_zero", np.int64(0)).output[0]
    one = graph.make_const(f"{name}_one", np.int64(1)).output[0]
    number = graph.make_node("Squeeze", [count]).output[0]
    numbers = graph.make_node("Range", [zero, number, one]).output[0]
    order = graph.make_node("ScatterElements", [numbers, places, numbers], attr=axis).output[0]
    shapes, dtypes = [graph.get_shape(node.output[0])], [graph.get_dtype(node.output[0])]
    graph.remove_node(name)
    graph.make_node(
        "Gather", [rows, order], attr=axis, name=name, outputs=node.output, shapes=shapes, dtypes=dtypes
    )


HANDLERS: dict[str, tuple[Any, list[Any]]] = {
    "CropAndResize": (crop_as_roi_align, []),
    "DynamicStitch": (stitch_by_gather, []),
}
"""For tf2onnx, by the name of TensorFlow's operation."""
