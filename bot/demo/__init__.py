"""A simulated market that speaks the providers' wire formats on loopback."""
