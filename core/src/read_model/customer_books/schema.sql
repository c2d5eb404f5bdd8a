-- Customer books (客户簿), one row for each piece that arrived. Of each salesperson only the book in force is kept.
create table if not exists customer_books (
    book text not null,
    piece integer not null, -- from 1
    pieces integer not null,
    holder text not null, -- the salesperson's user
    ledger text not null,
    cut_off text not null,
    sealed_after integer not null, -- of two books of one person the one with the higher number is in force
    primary key (book, piece)
) strict, without rowid;
create index if not exists customer_books_by_holder on customer_books (holder);

-- Whom a phone knows: one row for each book and each stop that names the customer.
create table if not exists known_customers (
    customer text not null,
    source text not null, -- book:… or stop:…
    is_own integer not null, -- 1 from a book; it comes before what a plan says
    code text not null, -- may be empty, as all that follows but the name
    name text not null,
    address text not null,
    contact text not null,
    phone text not null,
    grade text not null,
    sort_key text not null, -- the name as it is read
    primary key (customer, source)
) strict, without rowid;
create index if not exists known_customers_by_source on known_customers (source);

-- What a query is compared with, made once when the customer arrives (domain::customer_search).
create table if not exists customer_keys (
    customer text not null,
    source text not null,
    name_key text not null, -- each character with its readings
    contact_key text not null,
    code_key text not null,
    digits text not null,
    sort_key text not null, -- the name as it is read
    primary key (customer, source)
) strict, without rowid;
create index if not exists customer_keys_by_source on customer_keys (source);

-- What a customer owes by age at a cut-off, from a book or a statement.
create table if not exists customer_balances (
    customer text not null,
    source text not null, -- book:… or statement:…
    cut_off text not null,
    currency text not null,
    outstanding_minor integer not null, -- credits deducted
    overdue_minor integer not null, -- credits not deducted
    credits_minor integer not null, -- zero or negative
    days_past_due integer not null, -- of the oldest that is not settled
    bucket_0 integer not null, -- not yet due
    bucket_1 integer not null, -- 1 to 30 days
    bucket_2 integer not null, -- 31 to 60
    bucket_3 integer not null, -- 61 to 90
    bucket_4 integer not null, -- 91 to 180
    bucket_5 integer not null, -- 181 to 365
    bucket_6 integer not null, -- 366 to 730
    bucket_7 integer not null, -- 731 to 1095
    bucket_8 integer not null, -- more
    primary key (customer, source)
) strict, without rowid;
create index if not exists customer_balances_by_source on customer_balances (source);
