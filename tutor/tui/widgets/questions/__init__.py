"""How a question of each kind is answered. What the answer is worth is decided elsewhere."""
