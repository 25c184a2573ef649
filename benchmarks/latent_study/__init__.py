"""Parts of the study of latent models."""
