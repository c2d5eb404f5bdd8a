-- Drafts read from files, and the ledgers that finance signed.
create table if not exists ledger_drafts (
    draft text primary key, -- digest of the draft's bytes; the ledger's id once it is signed
    entry text not null,
    entry_hash text not null,
    file text not null, -- digest of the uploaded file
    file_name text not null,
    cut_off text not null,
    currency text not null,
    accepted integer not null, -- rows taken
    held integer not null, -- rows that wait for a decision; in no total
    outstanding_minor integer not null,
    decisions text, -- digest of the clerk's decisions on single rows; null when there are none
    corrected integer not null, -- rows taken with a corrected cell
    struck integer not null,
    confirmed integer not null, -- rows taken as they are
    customers_decided integer not null,
    imported_by text not null,
    imported_at_ms integer not null
) strict;
create index if not exists ledger_drafts_by_file on ledger_drafts (file);

create table if not exists ledgers (
    ledger text primary key, -- the snapshot
    number integer not null unique, -- in the order of signing; the highest is in force
    entry text not null,
    cut_off text not null,
    currency text not null,
    outstanding_minor integer not null,
    signed_by text not null,
    signed_at_ms integer not null
) strict;

create table if not exists receivables (
    ledger text not null, -- only rows of the ledger in force are kept
    receivable text not null,
    customer text not null,
    document text not null,
    contract text not null,
    invoiced text, -- null when the file does not say it
    due text not null,
    amount_minor integer not null,
    received_minor integer not null,
    outstanding_minor integer not null,
    primary key (ledger, receivable)
) strict, without rowid;
create index if not exists receivables_by_customer on receivables (ledger, customer);
