"""Images on their way into the network: checked, with words that say what to do, and fitted to its size (NumPy)."""

import numpy as np

from mrcnn.config import MaskRCNNConfig
from mrcnn.data.resize import Window, resize_image

_TO_EIGHT_BITS = {
    "f": "values from 0 to 1 become it by (255 * image).round().astype('uint8')",
    "u": "16 bits become it by (image // 257).astype('uint8'), 12 bits by (image // 16).astype('uint8')",
    "b": "a mask is no image: 255 * image.astype('uint8') makes one",
}
_CHANNELS = {
    2: "a grey image (H, W) becomes one by np.stack([image] * 3, axis=-1)",
    1: "a grey image (H, W, 1) becomes one by np.repeat(image, 3, axis=-1)",
    4: "drop the alpha channel by image[..., :3]",
}


def checked_image(image: np.ndarray, config: MaskRCNNConfig, name: str) -> np.ndarray:
    """Return the image, or say why the network cannot take it.

    Parameters
    ----------
    image
        What should be uint8 (H, W, `image_channel_count`).
    config
        Of the network.
    name
        Of the image, for the message.

    Raises
    ------
    ValueError
        If dtype, shape or channels are others; the message names what was found, what is expected and a remedy.
    """
    image, channels = np.asarray(image), config.image_channel_count
    what = f"{name}: {image.dtype} {image.shape}; expected uint8 (H, W, {channels})"
    if image.ndim not in (2, 3) or 0 in image.shape:
        raise ValueError(f"{what}, one image with at least one pixel")
    if image.ndim == 2 or image.shape[2] != channels:
        hint = _CHANNELS.get(2 if image.ndim == 2 else image.shape[2], "") if channels == 3 else ""
        raise ValueError(f"{what}, RGB{': ' if hint else ''}{hint}" if channels == 3 else what)
    if image.dtype != np.uint8:
        raise ValueError(f"{what}: {_TO_EIGHT_BITS.get(image.dtype.kind, 'scale it to 0-255')}")
    if config.image_resize_mode == "none" and (image.shape[0] % 64 or image.shape[1] % 64):
        raise ValueError(
            f"{what} with sides that are multiples of 64, because image_resize_mode is none: take square or pad64"
        )
    return image


def require_images(images: object) -> None:
    """Raise ValueError if one image stands where a list of them is expected: its rows would be taken for images."""
    if isinstance(images, np.ndarray) and images.ndim < 4:
        raise ValueError(
            f"images is one array {images.shape}; expected a list of images: [image] for a single one"
        )


def fitted_image(image: np.ndarray, config: MaskRCNNConfig) -> tuple[np.ndarray, Window]:
    """Return an image as detection sees it, uint8 at the network's size, and the window of it that is not padding.

    Where training sees random crops, detection sees the whole image in a square of the crops' size.
    """
    crop = config.image_resize_mode == "crop"
    resized, window, *_ = resize_image(
        image,
        min_dim=config.image_min_dim,
        max_dim=config.image_shape[0] if crop else config.image_max_dim,
        min_scale=config.image_min_scale,
        mode="square" if crop else config.image_resize_mode,
    )
    return resized, window
