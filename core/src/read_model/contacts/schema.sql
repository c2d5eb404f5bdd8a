-- Contacts and follow-ups of customers, as their documents read now.
create table if not exists contacts (
    document text not null,
    contact text not null, -- its key in the document
    name text not null,
    phone text not null,
    phone_2 text not null,
    title text not null,
    role text not null, -- domain::contacts::ContactRole's word or empty
    note text not null,
    state text not null, -- domain::contacts::ContactEnd's word once it ended
    valid_until text not null, -- a day or empty
    merged_into text not null, -- the key of the contact that it was joined to, or empty
    apart text not null, -- keys of contacts that are other people
    primary key (document, contact)
) strict, without rowid;

create table if not exists follow_ups (
    document text not null,
    follow_up text not null, -- its key in the document
    kind text not null, -- domain::follow_ups::FollowUpKind's word
    text text not null,
    due text not null,
    time text not null, -- HH:MM or empty
    who text not null, -- a user or empty
    contact text not null, -- the key of a contact or empty
    state text not null, -- open, done, dropped
    reason text not null,
    why text not null, -- what was said where the rules of conduct ask
    primary key (document, follow_up)
) strict, without rowid;
create index if not exists follow_ups_open on follow_ups (state, due);

-- Documents into which follow-ups can be written: those of version 0.1.0 cannot until they have grown.
create table if not exists follow_up_maps (
    document text primary key
) strict, without rowid;
