"""What readers and writers of weight files share."""

RPN_GROUP = "rpn_model"
"""Group of the region proposal network's layers in Matterport's files."""

ORDER = {4: ("gamma", "beta", "moving_mean", "moving_variance"), 2: ("kernel", "bias"), 1: ("kernel",)}
"""Names of a layer's weights in their order, by how many it has."""
