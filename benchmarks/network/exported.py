"""An exported network under ONNX Runtime and OpenVINO beside TensorFlow: time, and what differs.

    python benchmarks/network/exported.py r101-256 [--rounds 3] [--threads 2] [--bfloat16]

The network and its proposals are those of `benchmarks/network/ours.py infer`: 1000 proposals, 100 detections, random
weights. All run in turns in one process, decoding of masks included. OpenVINO is left out where it is not installed.
"""

import argparse
import tempfile
import time
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from case import CASES, example, inference_proposals
from ours import network

from mrcnn.export.reading import ExportedModel, Run, load_exported
from mrcnn.export.writing import export_onnx
from mrcnn.prediction import Prediction


def openvino(path: Path, threads: int, precision: str) -> Run:
    """Return a function that runs an ONNX file by OpenVINO, from image and window to detections."""
    from openvino import Core

    settings = {
        "INFERENCE_NUM_THREADS": threads,
        "PERFORMANCE_HINT": "LATENCY",
        "INFERENCE_PRECISION_HINT": precision,
    }
    request = Core().compile_model(str(path), "CPU", settings).create_infer_request()

    def run(image: np.ndarray, window: np.ndarray) -> Prediction:
        result = request.infer({"image": image, "window": window})
        return Prediction(*(result[name].copy() for name in Prediction._fields))

    return run


def main() -> None:
    """Export, measure in turns, compare."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("case", choices=CASES)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--bfloat16", action="store_true", help="OpenVINO in bfloat16 too")
    options = parser.parse_args()
    case = CASES[options.case]
    model = network(
        case, inference_proposals(case), "float32", detection_min_confidence=0.0, image_resize_mode="square"
    )
    bias = model.layers["mrcnn_class_logits"].bias
    bias.assign(bias - np.array([10.0, 0.0, 0.0, 0.0]))  # nothing is background
    image = example(case)[0][0]
    with tempfile.TemporaryDirectory() as folder:
        start = time.perf_counter()
        path = export_onnx(model, Path(folder) / "model.onnx")
        print(f"export {time.perf_counter() - start:.1f} s, {path.stat().st_size / 1e6:.0f} MB")
        runners = {"TensorFlow": model.detect}
        begin = time.process_time()
        runners["ONNX Runtime"] = load_exported(path, options.threads).detect
        print(f"ONNX Runtime opens in {time.process_time() - begin:.2f} CPU s")
        precisions = (
            {"f32": "OpenVINO", "bf16": "OpenVINO bfloat16"} if options.bfloat16 else {"f32": "OpenVINO"}
        )
        for precision, name in precisions.items() if find_spec("openvino") else ():
            begin = time.process_time()
            runners[name] = ExportedModel(model.config, openvino(path, options.threads, precision)).detect
            print(f"{name} opens in {time.process_time() - begin:.2f} CPU s")
        results = {name: run([image])[0] for name, run in runners.items()}
        times: dict[str, list[tuple[float, float]]] = {name: [] for name in runners}
        for _ in range(options.rounds):
            for name, run in runners.items():
                run([image])
                wall, cpu = time.perf_counter(), time.process_time()
                run([image])
                times[name].append((time.perf_counter() - wall, time.process_time() - cpu))
    expected = results["TensorFlow"]
    for name, found in results.items():
        wall, cpu = np.median(times[name], axis=0)
        line = f"{name}: {wall:.2f} s, {cpu:.2f} CPU s; {len(found['scores'])} detections"
        if len(found["scores"]) == len(expected["scores"]):
            # By place: scores of 1.0, which random weights give, come in any order.
            ours, theirs = (np.lexsort(side["rois"].T) for side in (found, expected))
            box, score = (
                np.abs(found[part][ours] - expected[part][theirs].astype(float)).max()
                for part in ("rois", "scores")
            )
            masks = (found["masks"][..., ours] != expected["masks"][..., theirs]).mean()
            line += f", boxes within {box:.0f} pixels, scores within {score:.0e}, {masks:.0e} of mask pixels differ"
        print(line)


if __name__ == "__main__":
    main()
