SELECT setval('used', 150);
