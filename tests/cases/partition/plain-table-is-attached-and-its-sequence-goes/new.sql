CREATE TABLE p_builds (id bigserial NOT NULL, part bigint NOT NULL DEFAULT 100, note text, PRIMARY KEY (id, part)) PARTITION BY LIST (part);
CREATE TABLE builds (id bigint NOT NULL DEFAULT nextval('p_builds_id_seq'), part bigint NOT NULL DEFAULT 100, note text, PRIMARY KEY (id, part));
ALTER TABLE p_builds ATTACH PARTITION builds FOR VALUES IN (100);
CREATE TABLE old (id bigint NOT NULL) PARTITION BY LIST (id);
CREATE TABLE old1 (id bigint NOT NULL);
