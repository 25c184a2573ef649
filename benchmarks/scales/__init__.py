"""How cost and memory grow with the number of chains, the size of the model and the steps."""
