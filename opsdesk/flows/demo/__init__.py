"""A month of made-up rounds over the contract's 29 devices, for people who only look.

Every answer goes the real way: bytes are kept, read and judged by the same code, so
what one sees is what the desk would have made of such answers.
"""
