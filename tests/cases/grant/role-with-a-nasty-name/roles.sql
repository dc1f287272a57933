CREATE ROLE "Odd ""role"" name";
