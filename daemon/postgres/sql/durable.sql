-- Makes the open transaction wait at its end until it is on disk: something will be published because of it.
SET LOCAL synchronous_commit = on
