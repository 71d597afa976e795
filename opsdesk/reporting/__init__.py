"""What a month comes to: figures asked of every register, and the words around them."""
