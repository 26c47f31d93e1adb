"""The embedded profile: one state folder, no server."""
