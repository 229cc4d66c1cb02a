"""One training step: losses, weight decay, gradient, clipping, momentum, moving average. Compiled once.

Two graphs: one differentiates, the other moves the weights, if all is finite. Python decides between them: in one
graph, a condition around the second would be a quarter of the work of tracing.
"""

import dataclasses
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from mrcnn.config import LOSSES
from mrcnn.training.config import TrainingConfig

_GROWTH_STEPS = 2000  # finite steps before the scale of float16 losses is doubled
_NOT_INPUTS = ("sample", "step")


class TrainStep:
    """The compiled steps of a model, with the optimiser's state.

    Parameters
    ----------
    model
        A `MaskRCNN` (anything with its `losses`, `variables`, `trainable_variables_for`).
    config
        Of the training.
    devices
        Names of the devices that share a batch; ``[""]`` for one.
    """

    def __init__(self, model: Any, config: TrainingConfig, devices: Sequence[str] = ("",)) -> None:
        self.model, self.config, self.devices = model, config, list(devices)
        self.trained: list[keras.Variable] = model.trainable_variables_for(config.layers)
        self.weights = dict.fromkeys(LOSSES, 1.0) | dict(config.loss_weights)
        self.velocity = [tf.Variable(tf.zeros_like(v.value)) for v in self.trained]
        self.average = [tf.Variable(v.value) for v in model.variables] if config.ema_decay is not None else []
        self.half = model.config.precision == "mixed_float16"
        self.loss_scale = tf.Variable(2.0**15 if self.half else 1.0)
        self.good_steps = tf.Variable(0)
        self.seed = tf.Variable(config.seed, dtype=tf.int32)  # no constant: other seeds take the same graph
        self.differentiate = tf.function(self._differentiate, autograph=False)
        self.move = tf.function(self._move, autograph=False)
        self.validate = tf.function(self._validate, autograph=False)

    @classmethod
    def of(cls, model: Any, config: TrainingConfig, devices: Sequence[str] = ("",)) -> "TrainStep":
        """Return the steps of a new training; a model trained again goes on with those it has compiled.

        They must differ in nothing but the seed; the optimiser starts anew, from the weights that the model has now.
        """
        step: TrainStep | None = getattr(model, "compiled_step", None)
        if step is None or (dataclasses.replace(step.config, seed=config.seed), step.devices) != (
            config,
            [*devices],
        ):
            step = model.compiled_step = cls(model, config, devices)
        else:
            step._restart(config)
        return step

    def _restart(self, config: TrainingConfig) -> None:
        self.config = config
        self.seed.assign(config.seed)
        self.loss_scale.assign(2.0**15 if self.half else 1.0)
        self.good_steps.assign(0)
        for slot in self.velocity:
            slot.assign(tf.zeros_like(slot))
        for mean, variable in zip(self.average, self.model.variables, strict=False):
            mean.assign(variable.value)

    @property
    def state(self) -> dict[str, tf.Variable]:
        """Everything, beside the model's own variables, that the next step depends on."""
        slots = {f"velocity/{k:04d}": v for k, v in enumerate(self.velocity)}
        slots |= {f"average/{k:04d}": v for k, v in enumerate(self.average)}
        return slots | {"loss_scale": self.loss_scale, "good_steps": self.good_steps}

    def run(self, batch: dict[str, tf.Tensor], rate: tf.Tensor) -> tf.Tensor:
        """Train on a batch with learning rate `rate`; float32, as NAMES. No weight changes if not finite."""
        values, gradients, before = self.differentiate(batch)
        loss, norm = values[0], values[-1]
        if np.isfinite(loss) and np.isfinite(norm):
            self.move(gradients, norm, rate, batch["step"])
        else:
            for variable, old in zip(self._moving, before, strict=True):
                variable.value.assign(old)
        return values

    def _differentiate(
        self, batch: dict[str, tf.Tensor]
    ) -> tuple[tf.Tensor, list[tf.Tensor], list[tf.Tensor]]:
        """Values of NAMES, gradients of `trained`, and what the moving statistics were before they moved."""
        seed = tf.stack([self.seed, batch["step"]])
        before = [tf.identity(v.value) for v in self._moving]
        losses, gradients = self._gradients(batch, seed)
        l2, gradients = self._decay(gradients)
        total = tf.add_n([losses[name] * self.weights[name] for name in LOSSES]) + l2
        norm = tf.linalg.global_norm(gradients)
        if self.half:
            self._update_scale(tf.math.is_finite(total) & tf.math.is_finite(norm))
        return tf.stack([total, *(losses[name] for name in LOSSES), l2, norm]), gradients, before

    @property
    def _moving(self) -> list[keras.Variable]:
        """The moving statistics, where training moves them."""
        return [v for v in self.model.variables if not v.trainable] if self.model.config.train_bn else []

    def _gradients(
        self, batch: dict[str, tf.Tensor], seed: tf.Tensor
    ) -> tuple[dict[str, tf.Tensor], list[tf.Tensor]]:
        """Losses and their gradients, each device working on its share of the batch."""
        shares = self._shares(batch)
        parts = [
            self._tower(part, seed + tf.constant([n, 0]), device) for n, (part, device) in enumerate(shares)
        ]
        if len(parts) == 1:
            return parts[0]
        count = float(len(parts))
        losses = {name: tf.add_n([p[0][name] for p in parts]) / count for name in LOSSES}
        gradients = [tf.add_n(list(same)) / count for same in zip(*(p[1] for p in parts), strict=True)]
        return losses, gradients

    def _shares(self, batch: dict[str, tf.Tensor]) -> list[tuple[dict[str, tf.Tensor], str]]:
        inputs = {k: v for k, v in batch.items() if k not in _NOT_INPUTS}
        if len(self.devices) == 1:
            return [(inputs, self.devices[0])]
        split = {k: tf.split(v, len(self.devices)) for k, v in inputs.items()}
        return [({k: v[n] for k, v in split.items()}, device) for n, device in enumerate(self.devices)]

    def _tower(
        self, batch: dict[str, tf.Tensor], seed: tf.Tensor, device: str
    ) -> tuple[Any, list[tf.Tensor]]:
        with tf.device(device):
            with tf.GradientTape() as tape:
                losses = self.model.losses(batch, seed=seed)
                total = tf.add_n([losses[name] * self.weights[name] for name in LOSSES])
                scaled = total * self.loss_scale if self.half else total
            gradients = tape.gradient(
                scaled, [v.value for v in self.trained], unconnected_gradients=tf.UnconnectedGradients.ZERO
            )
        gradients = [tf.convert_to_tensor(g) for g in gradients]
        return losses, [g / self.loss_scale for g in gradients] if self.half else gradients

    def _decay(self, gradients: list[tf.Tensor]) -> tuple[tf.Tensor, list[tf.Tensor]]:
        """Matterport's weight decay, ``weight_decay * sum(w**2) / size`` over all trained w but gamma and beta.

        Returned with the gradients, its own added. That gradient is written down, not traced: hundreds of weights would
        add thousands of operations to the graph.
        """
        halves, factors, total = [], [], list(gradients)
        for k, variable in enumerate(self.trained):
            if self.config.weight_decay and variable.name not in ("gamma", "beta"):
                weight = tf.convert_to_tensor(variable)
                factors.append(2.0 * self.config.weight_decay / float(np.prod(variable.shape)))
                halves.append(tf.nn.l2_loss(weight))
                # In this order, or all products would be made first and wait in memory.
                with tf.control_dependencies([total[k]]):
                    total[k] += factors[-1] * weight
        penalty = tf.tensordot(tf.constant(factors), tf.stack(halves), 1) if halves else tf.constant(0.0)
        return penalty, total

    def _move(self, gradients: list[tf.Tensor], norm: tf.Tensor, rate: tf.Tensor, step: tf.Tensor) -> None:
        """Clip the gradients by their global norm, move the weights, and the average behind them."""
        limit = self.config.gradient_clip_norm
        rate = rate * limit / tf.maximum(norm, limit)
        for variable, slot, gradient in zip(self.trained, self.velocity, gradients, strict=True):
            # One pass over memory: slot = momentum * slot - rate * gradient; variable += slot.
            tf.raw_ops.ResourceApplyKerasMomentum(
                var=variable.value.handle,
                accum=slot.handle,
                lr=rate,
                grad=gradient,
                momentum=self.config.momentum,
            )
        if self.average:
            done = tf.cast(step, tf.float32)
            decay = tf.minimum(self.config.ema_decay, (1.0 + done) / (10.0 + done))
            for mean, variable in zip(self.average, self.model.variables, strict=True):
                mean.assign_add((1.0 - decay) * (variable.value - mean))

    def _update_scale(self, good: tf.Tensor) -> None:
        """Halve the scale of float16 losses after an overflow, double it after a long time without."""
        grown = self.good_steps + 1 >= _GROWTH_STEPS
        scale = tf.where(good, tf.where(grown, self.loss_scale * 2.0, self.loss_scale), self.loss_scale / 2.0)
        self.good_steps.assign(tf.where(good & ~grown, self.good_steps + 1, 0))
        self.loss_scale.assign(scale)

    def _validate(self, batch: dict[str, tf.Tensor]) -> tf.Tensor:
        """Losses of a batch in inference mode, float32 (1 + 5,): the weighted sum without L2, then each."""
        seed = tf.stack([self.seed, batch["step"]])
        inputs = {k: v for k, v in batch.items() if k not in _NOT_INPUTS}
        losses = self.model.losses(inputs, seed=seed, training=False)
        total = tf.add_n([losses[name] * self.weights[name] for name in LOSSES])
        return tf.stack([total, *(losses[name] for name in LOSSES)])
