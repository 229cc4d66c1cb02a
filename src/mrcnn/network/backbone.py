"""ResNet backbones with Matterport's layer names: ``res2a_branch2a`` and ``bn2a_branch2a`` onwards."""

import tensorflow as tf

from mrcnn.config import BLOCKS, MaskRCNNConfig
from mrcnn.network.layers import ConvNorm, LayerStore

STEM_PADDING = 3


class ResNet(tf.Module):
    """Image (B, H, W, 3) to the feature maps C2 to C5, at 1/4 to 1/32 of its size."""

    def __init__(self, config: MaskRCNNConfig, store: LayerStore) -> None:
        super().__init__()
        width = [max(1, round(f * config.backbone_width)) for f in (64, 128, 256, 512)]
        block = BasicBlock if config.backbone == "resnet18" else Bottleneck
        channels = width[0]
        self.stem = ConvNorm(
            store,
            ("conv1", "bn_conv1"),
            config.image_channel_count,
            channels,
            7,
            strides=2,
            padding=STEM_PADDING,
        )
        self.stages = []
        for stage, (filters, count) in enumerate(zip(width, BLOCKS[config.backbone], strict=True), start=2):
            blocks = []
            for number in range(count):
                strides = 2 if number == 0 and stage > 2 else 1
                name = f"{stage}{chr(ord('a') + number)}"
                blocks.append(block(store, name, channels, filters, strides, project=number == 0))
                channels = filters * block.expansion
            self.stages.append(blocks)
        self.channels = [filters * block.expansion for filters in width]

    def __call__(self, images: tf.Tensor, training: bool = False) -> list[tf.Tensor]:
        """Return C2, C3, C4, C5 of molded images (B, H, W, channels)."""
        x = self.stem(images, training)
        x = tf.nn.max_pool2d(x, ksize=3, strides=2, padding="SAME")
        features = []
        for blocks in self.stages:
            for block in blocks:
                x = block(x, training)
            features.append(x)
        return features


class Bottleneck(tf.Module):
    """1x1, 3x3 and 1x1 convolutions with a shortcut; the strides sit on the first 1x1, as in Matterport."""

    expansion = 4

    def __init__(
        self, store: LayerStore, name: str, channels: int, filters: int, strides: int, project: bool
    ) -> None:
        super().__init__()
        wide = filters * self.expansion
        self.reduce = ConvNorm(store, _names(name, "2a"), channels, filters, 1, strides)
        self.middle = ConvNorm(store, _names(name, "2b"), filters, filters, 3)
        self.expand = ConvNorm(store, _names(name, "2c"), filters, wide, 1)
        self.project = (
            ConvNorm(store, _names(name, "1"), channels, wide, 1, strides, relu=False) if project else None
        )

    def __call__(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Apply the block to (B, H, W, channels)."""
        shortcut = self.project(x, training) if self.project else x
        y = self.middle(self.reduce(x, training), training)
        return self.expand(y, training, shortcut=shortcut)


class BasicBlock(tf.Module):
    """Two 3x3 convolutions with a shortcut (ResNet-18)."""

    expansion = 1

    def __init__(
        self, store: LayerStore, name: str, channels: int, filters: int, strides: int, project: bool
    ) -> None:
        super().__init__()
        project = project and (strides > 1 or channels != filters)
        self.first = ConvNorm(store, _names(name, "2a"), channels, filters, 3, strides)
        self.second = ConvNorm(store, _names(name, "2b"), filters, filters, 3)
        self.project = (
            ConvNorm(store, _names(name, "1"), channels, filters, 1, strides, relu=False) if project else None
        )

    def __call__(self, x: tf.Tensor, training: bool = False) -> tf.Tensor:
        """Apply the block to (B, H, W, channels)."""
        shortcut = self.project(x, training) if self.project else x
        return self.second(self.first(x, training), training, shortcut=shortcut)


def _names(block: str, branch: str) -> tuple[str, str]:
    return f"res{block}_branch{branch}", f"bn{block}_branch{branch}"
