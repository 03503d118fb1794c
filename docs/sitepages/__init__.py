"""What the site's build makes from the program: clips, gallery, reference."""
