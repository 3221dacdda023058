"""The clock: disciplined station time, shown with its quality."""
