"""What every part of the desk stands on: settings, database, files, audit."""
