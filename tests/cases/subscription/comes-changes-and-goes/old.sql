CREATE SUBSCRIPTION same CONNECTION 'host=nowhere.invalid dbname=x' PUBLICATION p WITH (connect = false, slot_name = NONE);
