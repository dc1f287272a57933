CREATE TABLE t (a int, b int, c int[], j jsonb, "%" text DEFAULT U&'d\0061t\+000061', e text DEFAULT E'\x41'
  'b');
CREATE INDEX ON t USING btree (((a + b)) DESC, (j #>> '{x,y}') COLLATE "C" text_pattern_ops);
CREATE VIEW v AS SELECT DISTINCT ON (a) a, b, (c)[1:2] AS s, sum(b) OVER (PARTITION BY a ORDER BY b ROWS BETWEEN 1 PRECEDING AND CURRENT ROW EXCLUDE TIES) AS w, extract(epoch FROM now()) AS x,
  j -> 'k' ? 'q' AS q FROM t TABLESAMPLE bernoulli (10) WHERE (a, b) IS DISTINCT FROM (1, 2) ORDER BY a, b USING > FETCH FIRST 3 ROWS WITH TIES;
CREATE VIEW g AS SELECT a, b, grouping(a, b) AS g, count(*) FILTER (WHERE a > 1) AS c FROM t GROUP BY GROUPING SETS ((a, b), ROLLUP (a), ());
