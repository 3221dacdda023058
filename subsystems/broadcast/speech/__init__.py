"""Speech: from words to sound, and sound to loudspeakers. Every engine and sink behind `port`."""
