"""From the slide to the photograph: stain, texture, light and camera."""
