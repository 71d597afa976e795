"""Hardware repairs 硬件维修: sent out or mended on site, and back again."""
