"""The screens: who may enter, what they say, what the browser is told."""
