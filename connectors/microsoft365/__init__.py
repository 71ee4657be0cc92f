"""The school's own Microsoft 365: mail, workbooks, a Teams channel and restricted folders, through Microsoft Graph."""
