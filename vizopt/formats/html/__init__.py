"""The player: a web page that plays a clip, with nothing from elsewhere."""
