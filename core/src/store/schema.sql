-- The truth of one device. Everything the screen confirmed is here; the read model beside it can be rebuilt from it.

-- Who this device is; one row once it is enrolled.
create table if not exists device (
    one integer primary key check (one = 1),
    organisation text not null,
    device text not null,
    user text not null,
    user_name text not null,
    actor_epoch integer not null, -- numbers this device's actors; raised when one was forked
    server_key blob not null, -- SEC 1 uncompressed point on P-256
    server_url text not null,
    token text not null default '', -- session; empty when there is none
    cursor_epoch integer, -- place in the feed; null before the first pull
    cursor_seq integer,
    seen_seq integer, -- last server time that came with a pull
    seen_time_ms integer,
    last_sync_ms integer,
    chain_seq integer not null default 0, -- head of this device's chain
    chain_hash text not null
) strict;

-- Who this device was before it was enrolled again because a copy of it wrote the same chain.
create table if not exists former_devices (
    device text primary key,
    actor_epoch integer not null, -- its last
    last_ordinal integer not null, -- what stands in the outbox up to here is of its time
    next_key blob not null -- public key of the device that came after it
) strict;

-- Entries as they came, of this device and of others.
create table if not exists sealed_entries (
    entry text primary key,
    chain text not null,
    seq integer not null,
    hash text not null unique,
    scope text not null, -- office, organisation, plan:…, stop:…, customer:…, book:…
    payload blob not null,
    signature blob,
    unique (chain, seq)
) strict;
create index if not exists sealed_entries_by_scope on sealed_entries (scope);

-- The server's receipt for an entry of another device that is not signed by itself; absent for one that came before
-- version 8.
create table if not exists entry_receipts (
    entry text primary key references sealed_entries (entry) on delete cascade,
    signature blob not null -- over protocol::EntryFrame::signed_bytes, by the server key
) strict, without rowid;

-- Documents: automerge's save format and the digest of the heads.
create table if not exists documents (
    document text primary key,
    kind text not null, -- documents::DocumentKind as JSON
    scope text not null,
    content blob not null,
    heads text not null
) strict;
create index if not exists documents_by_scope on documents (scope);

-- Who writes under which actor of a document.
create table if not exists document_actors (
    document text not null references documents (document) on delete cascade,
    actor text not null, -- 32 hex digits
    user text not null,
    primary key (document, actor)
) strict, without rowid;

-- Server-signed figures as they came.
create table if not exists sealed_snapshots (
    snapshot text primary key,
    scope text not null,
    payload blob not null,
    signature blob not null
) strict;
create index if not exists sealed_snapshots_by_scope on sealed_snapshots (scope);

-- What the server answered to a push, whole: its signature covers all verdicts of the answer.
create table if not exists receipts (
    receipt integer primary key,
    answer blob not null -- protocol::PushAnswer
) strict;

-- Everything this device made, until and after its receipt.
create table if not exists outbox (
    ordinal integer primary key,
    envelope text not null unique,
    kind text not null, -- entry, run
    entry text, -- for an entry
    document text, -- for a run
    scope text not null,
    title text not null, -- kind of the fact or document
    content blob not null, -- protocol::Envelope; fixed once it was sent
    state text not null, -- local, sent, receipted, held, replaced (a run whose words were written anew)
    held_code text,
    held_words text,
    receipt integer references receipts (receipt),
    made_ms integer not null
) strict;
create index if not exists outbox_by_state on outbox (state, ordinal);
create unique index if not exists outbox_by_entry on outbox (entry) where entry is not null;
create index if not exists outbox_by_document on outbox (document) where document is not null;

-- Parts of this device's entries (attachments), named by their digest.
create table if not exists parts (
    entry text not null,
    digest text not null,
    role text not null, -- strokes, image, content, thumbnail
    content blob not null,
    is_complete integer not null default 0, -- on the server, and hashed there
    primary key (entry, digest)
) strict;
create index if not exists parts_waiting on parts (is_complete) where is_complete = 0;
create index if not exists parts_by_digest on parts (digest);

-- Signing ceremonies and the strokes as the finger lifted.
create table if not exists signings (
    signing text primary key,
    stop text not null,
    statement text not null,
    signer text not null, -- journal::facts::Signer as JSON
    stroke_consent text not null,
    viewing text not null, -- journal::facts::Viewing as JSON
    state text not null, -- open, finished, abandoned
    entry text, -- once finished
    begun_ms integer not null
) strict;
create unique index if not exists signings_open on signings (stop) where state = 'open';

-- What is signed in a ceremony and what was shown before it; absent for one begun by version 1.
create table if not exists ceremonies (
    signing text primary key references signings (signing) on delete cascade,
    content text not null -- store::signings::Ceremony as JSON
) strict;

create table if not exists strokes (
    signing text not null references signings (signing) on delete cascade,
    ordinal integer not null,
    content text not null, -- views::StrokeRow as JSON
    primary key (signing, ordinal)
) strict, without rowid;

-- Files that a screen hands over piece by piece, and what became of them.
create table if not exists captures (
    capture text primary key,
    stop text not null,
    begun text not null, -- replica::CaptureBegin as JSON
    entry text, -- once attached
    begun_ms integer not null
) strict;
create index if not exists captures_by_stop on captures (stop);

create table if not exists capture_pieces (
    capture text not null references captures (capture) on delete cascade,
    ordinal integer not null,
    content blob not null,
    primary key (capture, ordinal)
) strict;

-- Commands that were carried out, by the id that the screen made before its first attempt.
create table if not exists commands (
    command text primary key,
    entry text not null
) strict, without rowid;

-- Foreign objects that could not be applied; they do not stop the feed.
create table if not exists quarantine (
    object text primary key, -- digest of the frame
    what text not null, -- document, changes, entry, snapshot
    reason text not null, -- stable word
    content blob not null,
    at_ms integer not null
) strict;

-- Written before a foreign object is applied and cleared after: two starts with the mark still set mean that applying it
-- ends the program, and it goes to quarantine.
create table if not exists applying (
    one integer primary key check (one = 1),
    object text not null,
    starts integer not null
) strict;

-- Scopes that this device may no longer hold but still has unsent work for.
create table if not exists revocations (
    scope text primary key
) strict;

-- What was typed into a form and not recorded yet. It belongs to this phone alone: it is in no outbox.
create table if not exists drafts (
    stop text not null, -- or the customer whose form it is
    form text not null, -- views::DraftForm as JSON
    about text not null, -- the entry, contact or follow-up that the form is about; empty when it is about none
    content text not null, -- the form's fields as the screen wrote them; at most 32 KiB
    at_ms integer not null,
    primary key (stop, form, about)
) strict, without rowid;

-- How this phone shows things; one row once somebody chose.
create table if not exists settings (
    one integer primary key check (one = 1),
    language text not null, -- Option<views::Language> as JSON
    text_percent integer not null,
    theme text not null -- views::Theme as JSON
) strict;

-- When this device was enrolled and under which name; absent on devices enrolled before version 4.
create table if not exists enrolments (
    one integer primary key check (one = 1),
    name text not null,
    at_ms integer not null
) strict;

-- The lock; one row once a PIN was set. What the PIN wraps is in the file lock.wrap beside the store.
create table if not exists lock (
    one integer primary key check (one = 1),
    public_key blob not null, -- of the device key, which is named while it is closed
    auto_lock_minutes integer not null,
    owner_unlocks integer not null,
    failures integer not null, -- wrong PINs since the last right one; counted before a PIN is tried
    failed_boot text, -- clock readings at the last wrong one; no wall clock is believed
    failed_monotonic_ms integer,
    is_spent integer not null -- the wrap was destroyed; the device is to be enrolled again
) strict;
