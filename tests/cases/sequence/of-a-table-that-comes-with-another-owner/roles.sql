CREATE ROLE sequence_owner
