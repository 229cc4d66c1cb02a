"""The named weights of the network, and the two arithmetic blocks built from them.

Every weight lives in a plain Keras layer (Conv2D, BatchNormalization, Dense, Conv2DTranspose) that has
Matterport's name; `LayerStore` makes them and remembers them by name. The arithmetic is done here and in the heads,
because frozen batch normalisation folds into the convolution and trained one runs as one fused operation:
both are faster than calling the Keras layers one after another.
"""

import zlib

import keras
import tensorflow as tf

from mrcnn.config import MaskRCNNConfig

EPSILON = 1e-3  # Keras' and hence Matterport's default for batch normalisation


class LayerStore:
    """Makes the Keras layers that hold the weights; `layers` maps their names to them, in order.

    Parameters
    ----------
    config
        Precision and momentum come from here.
    seed
        Initial values follow from this seed and the layer's name: they do not depend on other layers.
    """

    def __init__(self, config: MaskRCNNConfig, seed: int = 0) -> None:
        self.config = config
        self.seed = seed
        self.layers: dict[str, keras.layers.Layer] = {}

    def conv(
        self, name: str, channels: int, filters: int, size: int, relu: bool = False
    ) -> keras.layers.Conv2D:
        """Return a convolution with kernel (size, size, channels, filters) and bias."""
        init = self._glorot(name) if not relu else self._he(name)
        layer = keras.layers.Conv2D(filters, size, name=name, kernel_initializer=init)
        return self._keep(layer, (None, None, None, channels))

    def deconv(self, name: str, channels: int, filters: int, size: int) -> keras.layers.Conv2DTranspose:
        """Return a transposed convolution with kernel (size, size, filters, channels) and bias."""
        init = self._glorot(name)
        layer = keras.layers.Conv2DTranspose(filters, size, strides=size, name=name, kernel_initializer=init)
        return self._keep(layer, (None, None, None, channels))

    def dense(self, name: str, channels: int, units: int) -> keras.layers.Dense:
        """Return a fully connected layer with kernel (channels, units) and bias."""
        return self._keep(
            keras.layers.Dense(units, name=name, kernel_initializer=self._glorot(name)), (None, channels)
        )

    def norm(self, name: str, channels: int) -> keras.layers.BatchNormalization:
        """Return a batch normalisation: gamma, beta, moving mean and variance, each (channels,)."""
        layer = keras.layers.BatchNormalization(name=name, momentum=self.config.bn_momentum, epsilon=EPSILON)
        return self._keep(layer, (None, None, None, channels))

    def _glorot(self, name: str) -> keras.initializers.Initializer:
        return keras.initializers.GlorotUniform(seed=self._seed(name))

    def _he(self, name: str) -> keras.initializers.Initializer:
        return keras.initializers.HeNormal(seed=self._seed(name))

    def _seed(self, name: str) -> int:
        return zlib.crc32(f"{self.seed}/{name}".encode()) & 0x7FFFFFFF

    def _keep(self, layer: keras.layers.Layer, shape: tuple[int | None, ...]) -> keras.layers.Layer:
        if layer.name in self.layers:
            raise ValueError(f"two layers are called {layer.name}")
        layer.build(shape)
        self.layers[layer.name] = layer
        return layer


class ConvNorm(tf.Module):
    """Convolution, optional batch normalisation, optional addition of a shortcut, optional ReLU.

    Parameters
    ----------
    store
        Where the weights are made.
    names
        Name of the convolution, and of the batch normalisation or None.
    channels, filters, size, strides
        Channels of the input, filters, side of the kernel and strides of the convolution.
    padding
        ``"SAME"``, ``"VALID"`` or pixels added on every side.
    relu
        Whether a ReLU ends the block.
    """

    def __init__(
        self,
        store: LayerStore,
        names: tuple[str, str | None],
        channels: int,
        filters: int,
        size: int,
        strides: int = 1,
        padding: str | int = "SAME",
        relu: bool = True,
    ) -> None:
        super().__init__()
        self.conv = store.conv(names[0], channels, filters, size, relu=names[1] is not None)
        self.norm = store.norm(names[1], filters) if names[1] else None
        self.strides, self.relu = strides, relu
        self.padding: str | list[list[int]] = (
            padding if isinstance(padding, str) else [[0, 0], [padding] * 2, [padding] * 2, [0, 0]]
        )

    def __call__(
        self,
        x: tf.Tensor,
        training: bool = False,
        shortcut: tf.Tensor | None = None,
        weight: tf.Tensor | None = None,
    ) -> tf.Tensor:
        """Apply the block to `x` (N, H, W, channels).

        `training` normalises by the batch and updates the moving statistics; `weight` (N,) then says
        which samples count. `shortcut` is added before the ReLU.
        """
        kernel = tf.cast(self.conv.kernel, x.dtype)
        if self.norm is None:
            y = tf.nn.bias_add(self._convolve(x, kernel), tf.cast(self.conv.bias, x.dtype))
        elif training:
            y = batch_normalise(self._convolve(x, kernel), self.norm, self.conv.bias, weight)
        else:
            y = self._folded(x)
        if shortcut is not None:
            y += shortcut
        return tf.nn.relu(y) if self.relu else y

    def _folded(self, x: tf.Tensor) -> tf.Tensor:
        """Convolve and normalise by the moving statistics: scale the kernel or the result, whichever is smaller."""
        scale, shift = frozen_scale_and_shift(self.norm, self.conv.bias)
        kernel = tf.convert_to_tensor(self.conv.kernel)
        if self._kernel_is_smaller(x):
            y = self._convolve(x, tf.cast(kernel * scale, x.dtype))
        else:
            y = self._convolve(x, tf.cast(kernel, x.dtype)) * tf.cast(scale, x.dtype)
        return tf.nn.bias_add(y, tf.cast(shift, x.dtype))

    def _kernel_is_smaller(self, x: tf.Tensor) -> bool:
        if None in x.shape:
            return True
        pixels = x.shape[0] * x.shape[1] * x.shape[2] // self.strides**2
        return bool(self.conv.kernel.shape[0] * self.conv.kernel.shape[1] * x.shape[3] <= pixels)

    def _convolve(self, x: tf.Tensor, kernel: tf.Tensor) -> tf.Tensor:
        if isinstance(self.padding, str):
            return tf.nn.conv2d(x, kernel, self.strides, self.padding)
        # Padded beforehand: oneDNN has no gradient of a convolution with explicit padding.
        return tf.nn.conv2d(tf.pad(x, self.padding), kernel, self.strides, "VALID")


def frozen_scale_and_shift(
    norm: keras.layers.BatchNormalization, bias: tf.Tensor
) -> tuple[tf.Tensor, tf.Tensor]:
    """Scale and shift (channels,) float32 that equal adding `bias` and normalising by the moving statistics."""
    # Tensors first: Keras' own arithmetic of variables takes several times as long to trace.
    weights = (norm.gamma, norm.beta, norm.moving_mean, norm.moving_variance, bias)
    gamma, beta, mean, variance, bias = (tf.convert_to_tensor(weight) for weight in weights)
    scale = gamma * tf.math.rsqrt(variance + EPSILON)
    return scale, beta + (bias - mean) * scale


def batch_normalise(
    x: tf.Tensor, norm: keras.layers.BatchNormalization, bias: tf.Tensor, weight: tf.Tensor | None = None
) -> tf.Tensor:
    """Normalise `x` (N, H, W, C), to which `bias` is still to be added, by the batch; update the moving statistics.

    The bias cancels out of the result, so it is added to the moving mean alone (its gradient is zero).
    With `weight` (N,) only samples of weight 1 count for the statistics: the padded ROIs of a batch do not. Where no
    sample counts, the moving statistics are used and stay as they are.
    """
    beta = norm.beta + 0.0 * bias  # keeps the bias in the graph, with its gradient of exactly zero
    if weight is None:
        y, mean, variance = tf.compat.v1.nn.fused_batch_norm(
            x, tf.convert_to_tensor(norm.gamma), beta, epsilon=EPSILON, is_training=True
        )[:3]
        share = 1.0 - norm.momentum
    else:
        mean, variance, count = _weighted_moments(x, weight)
        empty = tf.equal(count, 0.0)
        mean = tf.where(empty, norm.moving_mean - bias, mean)
        variance = tf.where(empty, tf.convert_to_tensor(norm.moving_variance), variance)
        scale = norm.gamma * tf.math.rsqrt(variance + EPSILON)
        y = x * tf.cast(scale, x.dtype) + tf.cast(beta - mean * scale, x.dtype)
        share = tf.where(empty, 0.0, 1.0 - norm.momentum)
    _move(norm.moving_mean, tf.stop_gradient(mean + bias), share)
    _move(norm.moving_variance, tf.stop_gradient(variance), share)
    return y


def _weighted_moments(x: tf.Tensor, weight: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Mean and variance (C,) of the samples of weight 1, float32, and how many values they come from."""
    values = tf.cast(x, tf.float32)
    weight = tf.reshape(tf.cast(weight, tf.float32), [-1, 1, 1, 1])
    count = tf.reduce_sum(weight) * tf.cast(tf.shape(x)[1] * tf.shape(x)[2], tf.float32)
    divisor = tf.maximum(count, 1.0)
    mean = tf.reduce_sum(values * weight, axis=[0, 1, 2]) / divisor
    variance = tf.reduce_sum(tf.square(values - mean) * weight, axis=[0, 1, 2]) / divisor
    return mean, variance, count


def _move(moving: keras.Variable, value: tf.Tensor, share: float | tf.Tensor) -> None:
    """Move a running average towards `value` by `share` of the way."""
    moving.assign(moving + (value - moving) * share)
