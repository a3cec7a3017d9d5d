"""What Umbel asks of workers. Nothing is asked by a page or a scrape: one loop asks, and the store keeps the answer."""
