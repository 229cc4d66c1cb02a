"""Records of a prediction are made again where the weights are others, whatever the file says of itself."""

import pytest
from described_weights import write_described_weights
from tiny import tiny_sample

from blastvote.io import write_image
from blastvote.prediction.predict import PredictSettings, predict_images
from blastvote.segmentation.subtype_network import subtype_network
from blastvote.segmentation.weights.model_file import add_subtypes


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A weight file of a tiny network with a description."""
    return write_described_weights(tmp_path_factory.mktemp("model") / "model.weights.h5")


def test_records_of_other_weights_are_not_taken_over(model, tmp_path):
    """Two seeds of a study say the same of themselves; the cells of the first stayed where the second was to look."""
    write_image(tmp_path / "a.png", tiny_sample(1, side=90).image)
    earlier = []
    for seed in (1, 2, 2):
        if len(earlier) < 2:
            add_subtypes(model, subtype_network(2, seed).get_weights())
        outcome = predict_images([tmp_path / "a.png"], str(model), tmp_path / "out", PredictSettings(0.2))
        assert not outcome.failed
        earlier.append(outcome.earlier)
    assert earlier == [0, 0, 1]
