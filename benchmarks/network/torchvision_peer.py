"""The peer's side of `benchmarks/network/speed.py`: the same step and inference in torchvision."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

import numpy as np
import torch
from case import Case, Work, boxes_of, command_line, example, inference_proposals, training_proposals
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.models.detection.faster_rcnn import TwoMLPHead
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.rpn import RPNHead
from torchvision.ops import misc


def network(case: Case, given: np.ndarray, **changes: object) -> MaskRCNN:
    """Return torchvision's network with the sizes of ours; it goes on with the proposals `given` (B, count, 4)."""
    torch.set_num_threads(2)
    torch.manual_seed(0)
    norm = torch.nn.BatchNorm2d if case.train_bn else misc.FrozenBatchNorm2d
    backbone = resnet_fpn_backbone(
        backbone_name=case.backbone, weights=None, trainable_layers=5, norm_layer=norm
    )
    if case.channels != 256:
        from torchvision.ops import FeaturePyramidNetwork
        from torchvision.ops.feature_pyramid_network import LastLevelMaxPool

        inputs = [64, 128, 256, 512]
        backbone.fpn = FeaturePyramidNetwork(inputs, case.channels, extra_blocks=LastLevelMaxPool())
        backbone.out_channels = case.channels
    scale = case.size // 256
    anchors = AnchorGenerator(tuple((s * scale,) for s in (16, 32, 48, 64, 128)), ((0.5, 1.0, 2.0),) * 5)
    mean, std = [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]
    model = MaskRCNN(
        backbone,
        num_classes=None,
        min_size=case.size,
        max_size=case.size,
        image_mean=mean,
        image_std=std,
        rpn_anchor_generator=anchors,
        rpn_head=RPNHead(case.channels, 3),
        rpn_pre_nms_top_n_train=6000,
        rpn_pre_nms_top_n_test=6000,
        rpn_post_nms_top_n_train=2000,
        rpn_post_nms_top_n_test=1000,
        box_head=TwoMLPHead(case.channels * 49, case.fc),
        box_predictor=_Predictor(case.fc, 4),
        box_batch_size_per_image=case.rois,
        box_positive_fraction=0.33,
        mask_head=MaskRCNNHeads(case.channels, (case.channels,) * 4, 1),
        mask_predictor=MaskRCNNPredictor(case.channels, case.channels, 4),
        **changes,
    )
    for name, module in model.backbone.named_modules():
        if name.endswith("bn3"):  # damp the residual branches: 33 of them stay finite
            module.weight.data.mul_(0.1)
    boxes = [torch.from_numpy(np.ascontiguousarray(image[:, [1, 0, 3, 2]])) for image in given]
    propose = model.rpn.forward
    model.rpn.forward = lambda *inputs: (boxes, propose(*inputs)[1])
    return model


class _Predictor(torch.nn.Module):
    """Class scores and box deltas of an ROI."""

    def __init__(self, channels: int, classes: int) -> None:
        super().__init__()
        self.score, self.deltas = torch.nn.Linear(channels, classes), torch.nn.Linear(channels, 4 * classes)

    def forward(self, x: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return self.score(x), self.deltas(x)


def step(case: Case, precision: str) -> Work:
    """Return a training step on the batch of two (losses, gradient, SGD) and a count of its ROIs and positives."""
    images, masks, classes = example(case)
    model = network(case, training_proposals(case, masks)).train()
    labels = []
    select = model.roi_heads.select_training_samples

    def selecting(*inputs: object) -> object:
        chosen = select(*inputs)
        labels[:] = [torch.cat(chosen[2])]
        return chosen

    model.roi_heads.select_training_samples = selecting
    inputs = [torch.from_numpy(i.transpose(2, 0, 1).astype(np.float32) / 255) for i in images]
    targets = []
    for planes, ids in zip(masks, classes, strict=True):
        targets.append(
            {
                "boxes": torch.from_numpy(np.ascontiguousarray(boxes_of(planes)[:, [1, 0, 3, 2]])),
                "labels": torch.from_numpy(ids),
                "masks": torch.from_numpy(planes.transpose(2, 0, 1).astype(np.uint8)),
            }
        )
    optimiser = torch.optim.SGD(model.parameters(), 0.001, 0.9, weight_decay=1e-4)

    def run() -> float:
        optimiser.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            loss = sum(model(inputs, targets).values())
        loss.backward()
        optimiser.step()
        return float(loss.detach())

    return run, lambda: [len(labels[0]), int((labels[0] > 0).sum())]


def infer(case: Case, precision: str) -> Work:
    """Return a detection in one image, pasting of masks included, and a count of the detections."""
    limits = {"box_score_thresh": 0.0, "box_nms_thresh": 0.3, "box_detections_per_img": 100}
    model = network(case, inference_proposals(case), **limits).eval()
    image = torch.from_numpy(example(case)[0][0].transpose(2, 0, 1).astype(np.float32) / 255)

    def run() -> list[dict[str, torch.Tensor]]:
        with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=precision == "bfloat16"):
            return model([image])

    return run, lambda: [len(run()[0]["scores"])]


if __name__ == "__main__":
    command_line(step, infer)
