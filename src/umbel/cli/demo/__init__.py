"""``umbel demo``: a broker, workers, beat, a producer and Umbel, started and stopped together."""
