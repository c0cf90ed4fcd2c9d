"""What the tests of the whole daemon are made of: servers, instances, streams, views, messages, the oracle."""
