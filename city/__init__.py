"""City: one synthetic world, the departments' databases made of it, and live changes to them; no real person is in it."""
