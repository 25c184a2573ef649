"""Parts of the study of mixing."""
