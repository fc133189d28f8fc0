"""Who is on call: rotas from configuration and calendars, worked out to turns."""
