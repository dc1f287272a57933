CREATE SUBSCRIPTION kept CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false, slot_name = NONE);
CREATE SUBSCRIPTION changed CONNECTION 'dbname=y' PUBLICATION p, r WITH (connect = false, streaming, synchronous_commit = 'local', slot_name = NONE);
CREATE SUBSCRIPTION added CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false, two_phase, disable_on_error);
