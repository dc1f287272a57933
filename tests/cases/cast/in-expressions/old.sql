CREATE TYPE e AS ENUM ('1', '2');
CREATE TYPE c AS (x int);
