"""Whether Firstbell itself does its work: the watchdog, the nightly self-check, health, and replay of past days."""
