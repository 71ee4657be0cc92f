"""Running the jobs of every school on a platform: what is due, who is asked, and what is done with it.

Triggers in `functions/` hand over to these modules, on Azure, on Google Cloud and under `firstbell serve` alike.
"""
