CREATE ROLE kb_reader;
CREATE ROLE kb_writer;
CREATE ROLE kb_owner;
