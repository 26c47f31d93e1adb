"""Break-glass: who may re-identify what, agreed by two people, checked at every reveal and audited before it."""
