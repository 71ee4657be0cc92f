"""Returns to the local authority, SI 2024/208 regulation 13: continuous absence and sickness. A person sends them."""
