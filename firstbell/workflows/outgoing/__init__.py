"""The one way out of the building: keys, approvals, the stop switch, and sending each message once."""
