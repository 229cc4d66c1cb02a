"""What a folder holds, and how it can be read: photographs paired with annotations, and what masks mean."""
