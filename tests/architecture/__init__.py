"""Rules the code itself keeps."""
