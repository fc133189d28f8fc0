"""What each feed, table and setting promises. JSON Schemas are generated from here."""
