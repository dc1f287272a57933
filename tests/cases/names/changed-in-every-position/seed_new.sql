INSERT INTO "a.b"."T""t" VALUES (1, 'a');
