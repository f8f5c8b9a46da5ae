"""Pure cryptography: digests, tokens and signatures; keys are arguments."""
