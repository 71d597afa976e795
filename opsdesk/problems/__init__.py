"""Problems 问题: why it happens, until it does not."""
