"""指标: what is counted, how, and by which rows. A figure and the list behind it are one filter."""
