CREATE SUBSCRIPTION kept CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false, slot_name = NONE);
CREATE SUBSCRIPTION changed CONNECTION 'dbname=x' PUBLICATION p, q WITH (connect = false, binary, slot_name = s);
CREATE SUBSCRIPTION gone CONNECTION 'dbname=x' PUBLICATION p WITH (connect = false);
