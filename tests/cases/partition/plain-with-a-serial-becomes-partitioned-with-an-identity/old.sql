CREATE TABLE orders (id serial PRIMARY KEY, at date NOT NULL, total numeric CHECK (total >= 0));
CREATE TABLE lines (id int, order_id int REFERENCES orders);
