"""The comparison of roads as a user sees it: tables, plots and one page that holds them."""

from .comparison import Comparison, compare

__all__ = ["Comparison", "compare"]
