"""The parts of the network: backbone, pyramid, proposals, heads, targets and losses."""
