"""Training of the tagger: data, network, export, evaluation; never imported at run time."""
