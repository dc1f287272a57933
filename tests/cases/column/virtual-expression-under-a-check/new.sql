CREATE TABLE items (a int, b int CHECK (b > 0), c int GENERATED ALWAYS AS (a * 3) VIRTUAL);
