CREATE ROLE telamon_other
