"""The rows of each sheet, made from the registers, the ledger and what people typed: views, never the truth itself."""
