"""The track diagram's server side: what stands where at an instant, patches, films, legends."""
