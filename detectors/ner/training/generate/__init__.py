"""Text generators that train the tagger: templates, slot fillers and augmentations."""
