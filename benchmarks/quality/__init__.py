"""How good trained models are, what that costs, and whether their modes are those of the data."""
