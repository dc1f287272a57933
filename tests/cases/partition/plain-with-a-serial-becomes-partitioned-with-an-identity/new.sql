CREATE TABLE orders (id int GENERATED ALWAYS AS IDENTITY, at date NOT NULL, total numeric CHECK (total >= 0), PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE orders_rest PARTITION OF orders DEFAULT;
CREATE TABLE lines (id int, order_id int, order_at date, FOREIGN KEY (order_id, order_at) REFERENCES orders);
