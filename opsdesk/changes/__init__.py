"""Changes 变更: assessed, signed, carried out, watched."""
