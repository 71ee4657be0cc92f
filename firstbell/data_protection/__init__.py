"""The data-protection pack of one school, drawn up from its live settings: DPIA, record of processing, data map."""
