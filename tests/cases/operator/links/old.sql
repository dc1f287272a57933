CREATE SCHEMA "Odd schema";
CREATE FUNCTION eq(point, point) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true';
CREATE OPERATOR === (FUNCTION = eq, LEFTARG = point, RIGHTARG = point);
CREATE OPERATOR !== (FUNCTION = eq, LEFTARG = point, RIGHTARG = point, RESTRICT = eqsel);
CREATE OPERATOR "Odd schema".@@@ (FUNCTION = eq, LEFTARG = point, RIGHTARG = point, COMMUTATOR = OPERATOR("Odd schema".###));
CREATE OPERATOR <#< (FUNCTION = eq, LEFTARG = point, RIGHTARG = point, NEGATOR = >#>);
CREATE OPERATOR >#> (FUNCTION = eq, LEFTARG = point, RIGHTARG = point, NEGATOR = <#<);
