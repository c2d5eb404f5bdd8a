-- Master data of customers, as the last signed ledger that names them has it.
create table if not exists customers (
    customer text primary key,
    ledger text not null,
    code text not null, -- the company's own; may be empty
    name text not null,
    address text not null,
    contact text not null,
    phone text not null,
    grade text not null, -- credit grade as imported; may be empty
    credit_code text not null,
    salesperson text not null,
    site_lat_e7 integer, -- all three or none
    site_lon_e7 integer,
    site_crs text
) strict;
create index if not exists customers_by_code on customers (code);
