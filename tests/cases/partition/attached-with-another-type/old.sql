CREATE TABLE paid (day date NOT NULL, who int) PARTITION BY RANGE (day);
CREATE TABLE paid_1 (day date NOT NULL, who int);
