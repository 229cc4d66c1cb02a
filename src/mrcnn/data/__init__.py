"""Data for the network: samples, resizing, molding, masks, RPN targets and the input pipeline."""
