"""silverpoint's Python side: exporting checkpoints and training the embedded bundle. Nothing here runs at a user's run time."""
