"""Groups of pupils compared, and the summaries drawn from that for people outside the office."""
