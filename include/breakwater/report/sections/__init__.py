"""The topics of a digest, one module each; each says something also when all is well."""
