"""Systems to beat, one module each: fit, predict, save, load."""
