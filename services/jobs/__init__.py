"""The queue behind accepted work, its slots, and the encryption of its tokens."""
